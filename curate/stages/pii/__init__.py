"""Personal data in Chinese and English: found by shape, check digit and label, replaced by typed placeholders."""

from curate.stages.pii.stage import Pii, mask

__all__ = ["Pii", "mask"]
