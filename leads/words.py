"""Facts in the words a person reads."""

from collections.abc import Callable, Mapping
from typing import Any

from common.ui import money_text
from leads.kinds import Kind, Stage

FIELD_LABELS = {
    "email": "E-mail",
    "phone": "Phone",
    "first_name": "First name",
    "last_name": "Last name",
    "company": "Company",
    "job_title": "Job title",
    "country": "Country",
    "time_zone": "Time zone",
}
CONTACT_RESULTS = {
    "reached": "reached",
    "no_answer": "no answer",
    "left_message": "left a message",
    "wrong_data": "wrong data",
}
Payload = Mapping[str, Any]


def fact_words(kind: str, payload: Payload) -> str:
    """Return one short sentence without a full stop that says what happened."""
    words = WORDS.get(kind)
    return words(payload) if words else Kind(kind).label


def field_label(field: str) -> str:
    """Return the label of a lead's field, also of one the company added."""
    return FIELD_LABELS.get(field, field.replace("_", " ").capitalize())


def _form(payload: Payload) -> str:
    name = payload.get("form_name")
    return f"Submitted “{name}”" if name else "Submitted a form"


def _page(payload: Payload) -> str:
    return f"Viewed {payload.get('title') or payload.get('path') or 'a page'}"


def _profile(payload: Payload) -> str:
    label = field_label(str(payload.get("field", "field")))
    old, new = payload.get("old") or "empty", payload.get("new") or "empty"
    return f"{label} changed from {old} to {new}"


def _stage_set(payload: Payload) -> str:
    return f"Stage set to {Stage(payload['to']).label} by a person"


def _owner(payload: Payload) -> str:
    return f"Owner changed from {payload.get('old') or 'nobody'} to {payload.get('new') or 'nobody'}"


def _rejected(payload: Payload) -> str:
    return f"Rejected by sales: {payload.get('reason_text', 'no reason given')}"


def _lost(payload: Payload) -> str:
    return f"Lost: {payload.get('reason_text', 'no reason given')}"


def _won(payload: Payload) -> str:
    return f"Won, {money_text(payload['amount'], payload['currency'])}" if payload.get("amount") else "Won"


def _contact(payload: Payload) -> str:
    result = str(payload.get("result", ""))
    return f"Sales contact: {CONTACT_RESULTS.get(result, result or 'logged')}"


def _topics(prefix: str) -> Callable[[Payload], str]:
    return lambda payload: f"{prefix} {', '.join(payload.get('names') or ['all mails'])}"


def _with(prefix: str, key: str) -> Callable[[Payload], str]:
    return lambda payload: f"{prefix}: {payload[key]}" if payload.get(key) else prefix


WORDS: dict[str, Callable[[Payload], str]] = {
    Kind.FORM_SUBMITTED: _form,
    Kind.PAGE_VIEWED: _page,
    Kind.WEBINAR_ATTENDED: _with("Attended a webinar", "subject"),
    Kind.EMAIL_CLICKED: _with("Clicked in an e-mail", "subject"),
    Kind.UNSUBSCRIBED: _topics("Unsubscribed from"),
    Kind.RESUBSCRIBED: _topics("Subscribed again to"),
    Kind.PROFILE_CHANGED: _profile,
    Kind.STAGE_SET: _stage_set,
    Kind.OWNER_CHANGED: _owner,
    Kind.HANDOVER_REJECTED: _rejected,
    Kind.HANDOVER_RECYCLED: _with("Recycled to nurture until", "recycle_on"),
    Kind.CONTACT_LOGGED: _contact,
    Kind.OUTCOME_WON: _won,
    Kind.OUTCOME_LOST: _lost,
    Kind.UNDONE: _with("Undone", "what"),
}
