"""Duplicates: texts that are the same, and texts that share most of what they say."""
