"""What insights brings to the rail and to the matrix of roles."""

from accounts.roles import Verb, opens
from common.places import Place

PLACES = (Place("Reports", "chart-bar", "reports", "insights:reports"),)
LINKS = {"first_steps_url": "insights:first_steps"}
VERBS = (Verb("Change the goal", opens("insights:goal")),)
