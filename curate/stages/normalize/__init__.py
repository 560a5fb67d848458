"""Everything that `normalize` does to a string."""
