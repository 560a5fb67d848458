"""Measure what texts are made of, and judge them by rules that presets hold."""
