"""Decontamination: benchmark items that stand in training text are found by windows, and tagged, masked or rejected."""
