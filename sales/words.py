"""What is said to a person about an act on a handover."""

from datetime import datetime

from django.utils import timezone

from common.ui import money_text
from sales.models import Handover, State
from sales.reasons import REJECT_REASONS


def said(handover: Handover) -> str:
    """Return what happened to a handover, and for a verdict what follows and when."""
    words = handover.get_state_display()
    if handover.reason_text:
        words = f"{words}: {handover.reason_text.lower()}"
    if handover.state == State.WON and handover.amount is not None:
        words = f"{words}: {money_text(handover.amount, handover.currency)}"
    if handover.settles_at is None:
        return f"{words}."
    return f"{words}. {consequence(handover)} at {hour(handover.settles_at)}."


def consequence(handover: Handover) -> str:
    """Return what the verdict does to the lead once it can no longer be undone."""
    if handover.reject_reason:
        return REJECT_REASONS[handover.reject_reason].then
    return "Becomes customer" if handover.state == State.WON else "Back to nurture"


def hour(at: datetime) -> str:
    """Return the time of day on this person's clock."""
    return f"{timezone.localtime(at):%H:%M}"
