"""What can be done with sequences: send the guide asked for, enroll, advance, stop, start and pause."""

from nurturing.services.advance import advance_due_enrollments
from nurturing.services.nurture import nurture_leads
from nurturing.services.sequences import (
    NewStep,
    NothingToSend,
    activate_sequence,
    create_sequence,
    pause_sequence,
    publish_steps,
)
from nurturing.services.starter import ensure_starter_sequence
from nurturing.services.stops import EnrollmentEnded, stop_enrollment

__all__ = [
    "EnrollmentEnded",
    "NewStep",
    "NothingToSend",
    "activate_sequence",
    "advance_due_enrollments",
    "create_sequence",
    "ensure_starter_sequence",
    "nurture_leads",
    "pause_sequence",
    "publish_steps",
    "stop_enrollment",
]
