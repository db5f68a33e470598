"""What nurturing brings to the rail and to the matrix of roles."""

from accounts.permissions import can_manage
from accounts.roles import Verb
from common.places import Place

PLACES = (Place("Nurture", "envelope", "nurture", "nurturing:list"),)
CREATE = (Place("Sequence", "envelope", "new_sequence", "nurturing:create"),)
VERBS = (Verb("Start and pause sequences", can_manage),)
