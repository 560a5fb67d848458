"""Measurements of whole runs and of single stages: CPU seconds, megabytes a second a core, peak memory."""
