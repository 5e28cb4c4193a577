"""Measures the house: `python -m bench`."""
