"""Personal data in Chinese and English: found by shape, check digit and label, replaced by typed placeholders."""

from curate.stages.pii.stage import WITHHELD, Pii, mask

__all__ = ["WITHHELD", "Pii", "mask"]
