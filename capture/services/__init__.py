"""Everything that changes forms and submissions."""

from capture.services.drafts import Draft, discard_draft, draft_of, publish_draft, save_draft, step_draft
from capture.services.erasing import erase_submissions, remove_form, remove_sample_forms
from capture.services.errors import (
    CannotPublish,
    DraftChanged,
    FormClosed,
    NameTaken,
    NotHeld,
    NotJoined,
    OtherAnswers,
    StillRunning,
    UnknownForm,
)
from capture.services.forms import close_form, create_form, publish_version, reopen_form
from capture.services.joining import join_unjoined_submissions, release_submission
from capture.services.seeing import check_website, note_view
from capture.services.submissions import Received, Taken, submit

__all__ = [
    "CannotPublish",
    "Draft",
    "DraftChanged",
    "FormClosed",
    "NameTaken",
    "NotHeld",
    "NotJoined",
    "OtherAnswers",
    "Received",
    "StillRunning",
    "Taken",
    "UnknownForm",
    "check_website",
    "close_form",
    "create_form",
    "discard_draft",
    "draft_of",
    "erase_submissions",
    "join_unjoined_submissions",
    "note_view",
    "publish_draft",
    "publish_version",
    "release_submission",
    "remove_form",
    "remove_sample_forms",
    "reopen_form",
    "save_draft",
    "step_draft",
    "submit",
]
