"""What the home page and the reports show."""

from insights.selectors.first_steps import FirstStep, FirstSteps, first_steps
from insights.selectors.home import Home, home, target_of

__all__ = ["FirstStep", "FirstSteps", "Home", "first_steps", "home", "target_of"]
