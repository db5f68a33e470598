"""Every way leads are read."""

from leads.selectors.acts import recent_acts, undone_acts
from leads.selectors.choosing import Choice, chosen_leads
from leads.selectors.facts import engine_facts, facts_of, profile_of
from leads.selectors.finding import leads_at_hand, leads_found
from leads.selectors.lists import LeadFilter, lead_count, lead_list, lead_listing
from leads.selectors.looks import put_aside
from leads.selectors.pages import consents_of, proposals_of, stage_history, stage_rail, touches_of
from leads.selectors.preferences import topics
from leads.selectors.timeline import TimelineItem, timeline, timeline_page
from leads.selectors.visibility import colleague_with, visible_leads

__all__ = [
    "Choice",
    "LeadFilter",
    "TimelineItem",
    "chosen_leads",
    "colleague_with",
    "consents_of",
    "engine_facts",
    "facts_of",
    "lead_count",
    "lead_list",
    "lead_listing",
    "leads_at_hand",
    "leads_found",
    "profile_of",
    "proposals_of",
    "put_aside",
    "recent_acts",
    "stage_history",
    "stage_rail",
    "timeline",
    "timeline_page",
    "topics",
    "touches_of",
    "undone_acts",
    "visible_leads",
]
