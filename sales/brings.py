"""What sales brings to the rail, to the list of leads and to the matrix of roles."""

from accounts.permissions import can_sell
from accounts.roles import Verb
from common.places import Place
from sales import narrowing

PLACES = (Place("Inbox", "inbox", "inbox", "sales:inbox", count="sales:count"),)
NARROWINGS = narrowing.NARROWINGS
VERBS = (Verb("Take and judge handovers", can_sell),)
