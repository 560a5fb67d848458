"""Personal data in Chinese and English: find it by shape, check digit and label, and put typed placeholders in its place."""
