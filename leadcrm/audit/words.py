"""What the audit log says, in words: what was done, and each value as a person writes it, in the reader's time zone."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from accounts.forms import WEEKDAYS
from accounts.models import AuditEntry, KeyScope, Role
from common import ui
from leadcrm.retention import RULES
from leads.kinds import Kind, Stage, Temperature
from leads.words import CONTACT_RESULTS
from sales.reasons import LOST_REASONS, REJECT_REASONS

KINDS = {
    "api_key": "API key",
    "audit_log": "audit log",
    "company": "company",
    "enrollment": "enrollment",
    "form": "form",
    "goal": "goal",
    "handover": "handover",
    "invitation": "invitation",
    "lead": "lead",
    "restore": "restore",
    "retention": "retention",
    "sequence": "sequence",
    "submission": "submission",
    "team": "team",
    "user": "person",
    "webhook": "webhook",
}
DEEDS: Mapping[str, Mapping[str, str]] = {
    "api_key": {"created": "Made an API key", "rotated": "Rotated an API key", "revoked": "Revoked an API key"},
    "audit_log": {"exported": "Exported the audit log"},
    "company": {"changed": "Changed the company's settings"},
    "enrollment": {"stop": "Stopped the mails to a lead"},
    "form": {
        "form_created": "Made a form",
        "form_published": "Published a form",
        "form_closed": "Closed a form",
        "form_reopened": "Opened a form again",
    },
    "goal": {"set goal": "Set the goal of a month"},
    "handover": {
        Kind.HANDOVER_OPENED.label: "Handed a lead over to sales",
        Kind.HANDOVER_CLAIMED.label: "Claimed a handover",
        Kind.HANDOVER_RETURNED.label: "Put a handover back into the queue",
        Kind.HANDOVER_ACCEPTED.label: "Accepted a handover",
        Kind.HANDOVER_REJECTED.label: "Rejected a handover",
        Kind.HANDOVER_RECYCLED.label: "Recycled a lead to nurture",
        Kind.CONTACT_LOGGED.label: "Contacted a lead",
        Kind.OUTCOME_WON.label: "Won a lead",
        Kind.OUTCOME_LOST.label: "Lost a lead",
        Kind.NOTE_ADDED.label: "Noted on a handover",
        Kind.UNDONE.label: "Undid an act on a handover",
    },
    "invitation": {"invited": "Invited somebody", "withdrew": "Withdrew an invitation"},
    "lead": {
        "add": "Added a lead",
        "change owner": "Gave a lead to somebody else",
        "add note": "Added a note to a lead",
        "dismiss proposal": "Left a proposed value out",
        "edit": "Edited a lead",
        "release stage": "Gave a lead's stage back to the rules",
        "set stage": "Set a lead's stage",
    },
    "restore": {"decided": "Decided about what was due before a restore"},
    "retention": {"changed": "Changed how long things are kept", "removed": "Removed what was kept long enough"},
    "sequence": {"publish": "Published a sequence", "start": "Started a sequence", "pause": "Paused a sequence"},
    "submission": {"submission_released": "Released a submission held as spam"},
    "team": {"created": "Added a team"},
    "user": {
        "created": "Added a person",
        "changed": "Changed a person",
        "changed password of": "Changed a password",
        "reset password of": "Reset a password",
        "signed out elsewhere": "Signed out elsewhere",
        "began to look as": "Looked at the product as a role",
        "stopped looking as": "Stopped looking as a role",
        "passed on the work of": "Passed on somebody's work",
    },
    "webhook": {
        "created": "Added a webhook",
        "changed": "Changed a webhook",
        "deleted": "Deleted a webhook",
        "redelivered": "Sent an event again",
        "renewed the secret of": "Renewed a webhook's secret",
        "tested": "Tested a webhook",
    },
}
FIELDS = {
    "accepted_sqls": "Accepted SQLs",
    "email": "E-mail",
    "is_active": "Active",
    "keys": "API keys",
    "due_before": "What was due before",
    "mail_due_before": "Mail due before",
    "url": "URL",
    "value_key": "Value for sales",
    "won_on": "Month",
    "work_days": "Business days",
    "work_end": "Business hours to",
    "work_start": "Business hours from",
    **{rule.name: rule.label for rule in RULES},
}
DAYS = {rule.name for rule in RULES}
DECISIONS = {"uncertain": "not sent again", "send": "sent all the same"}
WORDS: Mapping[str, Mapping[str, str]] = {
    "due_before": DECISIONS,
    "mail_due_before": DECISIONS,
    "result": CONTACT_RESULTS,
    "role": dict(Role.choices),
    "scope": dict(KeyScope.choices),
    "stage": dict(Stage.choices),
    "temperature": dict(Temperature.choices),
}
# What a program reads beside the words that say the same.
INTERNAL = frozenset({"effective_at", "reason_kind", "undoes"})
REASONS = {
    Kind.HANDOVER_REJECTED.label: {key: reason.text for key, reason in REJECT_REASONS.items()},
    Kind.OUTCOME_LOST.label: {key: reason.text for key, reason in LOST_REASONS.items()},
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
CLOCK = re.compile(r"\d\d:\d\d:\d\d(\.\d+)?")


def kind_words(kind: str) -> str:
    """Return what kind of thing an entry is about: "API key", "rule set"."""
    return KINDS.get(kind, kind.replace("_", " "))


def deed(entry: AuditEntry) -> str:
    """Return what was done: "Set the goal of a month". Acts without words of their own: "Published rule set"."""
    known = DEEDS.get(entry.kind, {}).get(entry.action)
    return known or ui.sentence_case(f"{entry.action} {kind_words(entry.kind)}")


def deeds_of(kind: str) -> list[tuple[str, str]]:
    """Return (action, words) of what can be done to one kind of thing, or of everything."""
    kinds = [kind] if kind else list(DEEDS)
    return sorted({pair for name in kinds for pair in DEEDS.get(name, {}).items()}, key=lambda pair: pair[1])


def diff(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """Return (field, old, new) of each change, as people write them; "" where there was, or is, nothing."""
    lines = {name: (old, new) for name, old, new in entry.lines if name not in INTERNAL}
    if reason := REASONS.get(entry.action, {}).get(lines.get("reason", ("", ""))[1]):
        lines["reason"] = ("", reason)
        lines.pop("reason_text", None)
    if lines.keys() >= {"from", "to"} and not any(lines[name][0] for name in ("from", "to")):
        # A fact that tells both sides in fields of their own is one change all the same.
        lines["to"] = (lines.pop("from")[1], lines["to"][1])
    return [
        (FIELDS.get(name) or ui.sentence_case(name), value_words(name, old), value_words(name, new))
        for name, (old, new) in lines.items()
    ]


def value_words(field: str, value: Any) -> str:
    """Return a value as a person writes it: "Sales rep", "30 days", "3 Nov 2026, 14:02"."""
    if value is None or value == "" or value in ([], {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _number_words(field, value)
    if isinstance(value, list):
        days = dict(WEEKDAYS) if field == "work_days" else {}
        return ", ".join(days.get(part) or value_words("", part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{value_words('', key)} {value_words('', part)}".strip() for key, part in value.items())
    return _text_words(field, str(value))


def _number_words(field: str, value: float) -> str:
    if field == "value_key":
        return f"{value} of 3"
    if field not in DAYS:
        return ui.number_text(value)
    return f"{ui.number_text(value)} days" if value else "for ever"


def _text_words(field: str, text: str) -> str:
    if field == "state":
        return ui.sentence_case(text)
    try:
        return (
            f"{date.fromisoformat(text):%B %Y}"
            if field == "won_on"
            else WORDS.get(field, {}).get(text) or _time_words(text)
        )
    except ValueError:
        return text


def _time_words(text: str) -> str:
    """Return a moment, a day or a time of day as people write it, other texts as they are. Raises ValueError."""
    if MOMENT.match(text):
        moment = datetime.fromisoformat(text)
        local = timezone.localtime(moment) if moment.tzinfo else moment
        return f"{local.day} {local:%b %Y, %H:%M}"
    if DAY.fullmatch(text):
        day = date.fromisoformat(text)
        return f"{day.day} {day:%b %Y}"
    return f"{time.fromisoformat(text):%H:%M}" if CLOCK.fullmatch(text) else text
