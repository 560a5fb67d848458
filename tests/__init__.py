"""The laws of the house, held; folders mirror `curate/`."""
