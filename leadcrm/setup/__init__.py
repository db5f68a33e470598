"""The first run: from a setup link to the first form. It spans accounts and capture."""
