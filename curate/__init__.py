"""Turn raw Chinese and English industry data into corpora that can be trained on, with evidence for every record."""

__version__ = "0.1.0"
