"""Show a run as one self-contained page."""
