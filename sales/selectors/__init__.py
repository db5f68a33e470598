"""Reading handovers."""

from sales.selectors.access import claimants, handover_for, held_handovers, visible_handovers
from sales.selectors.briefs import brief_of, earlier_handovers, lead_url
from sales.selectors.hours import business_hours
from sales.selectors.inbox import Inbox, clock_of, inbox, is_newcomer, open_count, tabs_of, version_of
from sales.selectors.last_acts import undoable_ids
from sales.selectors.panes import LeadPanel, Pane, lead_panel, pane_of

__all__ = [
    "Inbox",
    "LeadPanel",
    "Pane",
    "brief_of",
    "business_hours",
    "claimants",
    "clock_of",
    "earlier_handovers",
    "handover_for",
    "held_handovers",
    "inbox",
    "is_newcomer",
    "lead_panel",
    "lead_url",
    "open_count",
    "pane_of",
    "tabs_of",
    "undoable_ids",
    "version_of",
    "visible_handovers",
]
