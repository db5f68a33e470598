"""Kills, floods, cuts and doubles a running product, and counts what was promised: ``make chaos``."""
