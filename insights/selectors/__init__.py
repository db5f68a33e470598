"""What the home page and the reports show."""

from insights.selectors.home import Home, home, target_of

__all__ = ["Home", "home", "target_of"]
