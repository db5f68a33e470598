"""Whether the product runs as it should: measured, judged, shown to people and to machines."""
