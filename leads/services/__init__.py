"""Every way a lead changes."""

from leads.services.activities import ADVANCE, NewActivity, record_activities, record_activity
from leads.services.announcing import leads_json
from leads.services.bulk import Bulk, MayNotOwn, change_owner, may_move, set_stages
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
from leads.services.judgements import apply_judgements
from leads.services.locking import lock_lead, lock_leads, with_free_leads
from leads.services.looks import (
    begin_lone_look,
    begin_look,
    clear_suspicion,
    end_look,
    judge_again,
    suspect_leads_of_dead_workers,
)
from leads.services.marks import DueMark, due_marks, put_off, take_marks
from leads.services.ownership import assign_owner, assign_team, pass_on_leads, release_leads
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
from leads.services.undoing_bulk import TakenBack, undo_bulk

__all__ = [
    "ADVANCE",
    "AlreadyDecided",
    "Bulk",
    "CannotUndo",
    "CaptureRaced",
    "CapturedLead",
    "Clash",
    "DueMark",
    "EditConflict",
    "EmailTaken",
    "Entered",
    "LeadOfOthers",
    "MayNotOwn",
    "NewActivity",
    "NewConsent",
    "NewFact",
    "NewLead",
    "NoAddress",
    "Origin",
    "RowResult",
    "TakenBack",
    "add_note",
    "adopt_answers",
    "apply_judgements",
    "assign_owner",
    "assign_team",
    "begin_lone_look",
    "begin_look",
    "capture_given",
    "capture_lead",
    "change_owner",
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
    "lock_lead",
    "lock_leads",
    "mark_as_sample",
    "may_move",
    "pass_on_leads",
    "put_off",
    "record_activities",
    "record_activity",
    "release_leads",
    "release_stage",
    "set_stage",
    "set_stages",
    "suspect_leads_of_dead_workers",
    "take_marks",
    "undo_act",
    "undo_bulk",
    "upsert_lead",
    "version_of",
    "with_free_leads",
]
