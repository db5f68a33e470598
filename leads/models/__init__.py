"""Tables of the lead and of everything known about it."""

from leads.models.consent import Consent, Topic
from leads.models.facts import Activity, Mark, Transition
from leads.models.lead import FieldProposal, Lead, LeadState
from leads.models.origin import Source, Touch

__all__ = [
    "Activity",
    "Consent",
    "FieldProposal",
    "Lead",
    "LeadState",
    "Mark",
    "Source",
    "Topic",
    "Touch",
    "Transition",
]
