"""What insights writes: goals, and the numbers it keeps counted."""

from insights.services.goals import remove_sample_goals, set_goal
from insights.services.roll_ups import roll_up

__all__ = ["remove_sample_goals", "roll_up", "set_goal"]
