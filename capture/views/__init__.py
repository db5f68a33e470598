"""Pages for visitors and for the people who make forms."""
