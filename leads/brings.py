"""What leads brings to the rail and to the matrix of roles."""

from accounts.models import Scope
from accounts.permissions import can_edit_leads
from accounts.roles import Verb, sees
from common.places import Place

PLACES = (Place("Leads", "users", "leads", "leads:list"),)
LINKS = {"search_url": "leads:list"}
CREATE = (Place("Import leads", "arrow-up-tray", "import", "leads:import"),)
VERBS = (
    Verb("See their own leads and the team's queue", sees(Scope.OWN, Scope.TEAM, Scope.ALL)),
    Verb("See all leads of the team", sees(Scope.TEAM, Scope.ALL)),
    Verb("See all leads and every mail", sees(Scope.ALL)),
    Verb("Edit the leads they see", can_edit_leads),
)
