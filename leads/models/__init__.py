"""Tables of the lead and of everything known about it."""

from leads.models.consent import Consent, Topic
from leads.models.facts import Activity, Mark, Transition
from leads.models.lead import FieldProposal, Lead, LeadState
from leads.models.looks import MAX_WORKER_DEATHS, Look, Suspect
from leads.models.origin import Source, Touch

__all__ = [
    "MAX_WORKER_DEATHS",
    "Activity",
    "Consent",
    "FieldProposal",
    "Lead",
    "LeadState",
    "Look",
    "Mark",
    "Source",
    "Suspect",
    "Topic",
    "Touch",
    "Transition",
]
