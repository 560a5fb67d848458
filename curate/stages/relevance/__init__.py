"""Keep, or tag, what is like a folder of good examples."""
