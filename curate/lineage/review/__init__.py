"""Reviews by people: a sample that nobody can choose, forms to fill in, and what they came to."""
