"""What sales brings to the rail and to the matrix of roles."""

from accounts.permissions import can_sell
from accounts.roles import Verb
from common.places import Place

PLACES = (Place("Inbox", "inbox", "inbox", "sales:inbox", count="sales:count"),)
VERBS = (Verb("Take and judge handovers", can_sell),)
