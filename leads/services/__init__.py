"""Every way a lead changes."""

from leads.services.activities import ADVANCE, NewActivity, record_activities, record_activity
from leads.services.announcing import leads_json
from leads.services.capture import (
    CapturedLead,
    CaptureRaced,
    NewConsent,
    NewFact,
    NewLead,
    Origin,
    capture_given,
    capture_lead,
)
from leads.services.conflicts import Clash, EditConflict, known_values, version_of
from leads.services.entering import Entered, RowResult, enter_leads
from leads.services.judgements import apply_judgements, lock_leads
from leads.services.looks import (
    begin_lone_look,
    begin_look,
    clear_suspicion,
    end_look,
    judge_again,
    suspect_leads_of_dead_workers,
)
from leads.services.marks import DueMark, due_marks, put_off, take_marks
from leads.services.ownership import assign_owner, assign_team, pass_on_leads
from leads.services.profile import (
    EmailTaken,
    LeadOfOthers,
    NoAddress,
    adopt_answers,
    edit_lead,
    enter_lead,
    upsert_lead,
)
from leads.services.proposals import AlreadyDecided, decide_proposal
from leads.services.samples import delete_leads, mark_as_sample
from leads.services.stages import add_note, release_stage, set_stage
from leads.services.undoing import CannotUndo, undo_act

__all__ = [
    "ADVANCE",
    "AlreadyDecided",
    "CannotUndo",
    "CaptureRaced",
    "CapturedLead",
    "Clash",
    "DueMark",
    "EditConflict",
    "EmailTaken",
    "Entered",
    "LeadOfOthers",
    "NewActivity",
    "NewConsent",
    "NewFact",
    "NewLead",
    "NoAddress",
    "Origin",
    "RowResult",
    "add_note",
    "adopt_answers",
    "apply_judgements",
    "assign_owner",
    "assign_team",
    "begin_lone_look",
    "begin_look",
    "capture_given",
    "capture_lead",
    "clear_suspicion",
    "decide_proposal",
    "delete_leads",
    "due_marks",
    "edit_lead",
    "end_look",
    "enter_lead",
    "enter_leads",
    "judge_again",
    "known_values",
    "leads_json",
    "lock_leads",
    "mark_as_sample",
    "pass_on_leads",
    "put_off",
    "record_activities",
    "record_activity",
    "release_stage",
    "set_stage",
    "suspect_leads_of_dead_workers",
    "take_marks",
    "undo_act",
    "upsert_lead",
    "version_of",
]
