"""Sample data: 300 people, 90 days, played through the real services under a moved clock."""
