"""How the page looks: on a screen, on A4, and for whoever cannot tell red from green."""

from pathlib import Path

STYLE = Path(__file__).with_name("page.css").read_text("utf-8")
"""The style sheet; it stands whole in every page."""
