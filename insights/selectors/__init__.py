"""What the home page and the reports show."""

from insights.selectors.home import Home, home

__all__ = ["Home", "home"]
