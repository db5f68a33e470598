"""What is forgotten, and after how long: the rules of every app, applied in batches."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from accounts.services import audit
from accounts.services import retention as accounts
from capture.services import retention as capture
from common.retention import Span, due_span, kept_days, note_applied, save_kept_days
from leads.services import retention as leads
from mail.services import retention as mail

BATCH = 1000
BATCHES_PER_RUN = 50
# Beyond that a preview says "10,000 or more".
COUNT_LIMIT = 10_000


class Forget(Protocol):
    def __call__(self, *, ids: list) -> int: ...


@dataclass(frozen=True)
class Rule:
    """One kind of thing; ``days`` is how long it is kept unless somebody says otherwise, 0 for ever."""

    name: str
    label: str
    effect: str
    days: int
    find: Callable[[Span], QuerySet[Any]]
    forget: Forget


RULES = (
    Rule("held_submissions", "Suspected spam nobody released", "Deleted", 30,
         capture.old_held_submissions, capture.delete_submissions),
    Rule("submission_addresses", "Network address and browser of submissions", "Emptied", 30,
         capture.old_addresses, capture.forget_addresses),
    Rule("consent_addresses", "Network address and browser of consents", "Emptied; wording and time stay", 30,
         leads.old_consent_addresses, leads.forget_consent_addresses),
    Rule("submission_answers", "Raw answers of submissions", "Emptied; what the lead is known by stays", 180,
         capture.old_answers, capture.forget_answers),
    Rule("page_views", "Page views of leads", "Deleted", 760,
         leads.old_page_views, leads.delete_page_views),
    Rule("mail_bodies", "Text of mails that ended", "Emptied; the ledger stays", 180,
         mail.old_bodies, mail.forget_bodies),
    Rule("deliveries", "Log of webhook deliveries", "Deleted", 30,
         accounts.old_deliveries, accounts.delete_deliveries),
    Rule("notifications", "What people were told needs them", "Deleted", 90,
         accounts.old_notifications, accounts.delete_notifications),
    Rule("audit_log", "Audit log", "Deleted", 0,
         accounts.old_audit_entries, accounts.delete_audit_entries),
    Rule("audit_addresses", "Network address in the audit log", "Emptied; the entry stays", 90,
         accounts.old_audit_addresses, accounts.forget_audit_addresses),
)  # fmt: skip
DEFAULTS = {rule.name: rule.days for rule in RULES}


def present_days() -> dict[str, int]:
    """Return how long each rule keeps things now."""
    return kept_days(DEFAULTS)


def preview(days: Mapping[str, int], *, now: datetime) -> dict[str, int]:
    """Return how many rows each rule would take with these days, at most one more than ``COUNT_LIMIT``."""
    spans = {rule: due_span(rule.name, days=days[rule.name], now=now, is_preview=True) for rule in RULES}
    return {rule.name: rule.find(span)[: COUNT_LIMIT + 1].count() if span else 0 for rule, span in spans.items()}


@transaction.atomic
def save_days(*, days: Mapping[str, int], by: User, now: datetime) -> None:
    """Change how long things are kept; the task applies it."""
    before = present_days()
    changed = {name: [before[name], value] for name, value in days.items() if before[name] != value}
    if changed:
        save_kept_days(days={name: days[name] for name in changed})
        audit(by=by, action="changed", kind="retention", object_id="1", changes=changed, now=now)


def apply_retention(*, now: datetime) -> int:
    """Forget what is due, a batch a commit; what is left over is for the next run. Returns how many rows."""
    days = present_days()
    return sum(_apply(rule, days[rule.name], now) for rule in RULES)


def _apply(rule: Rule, days: int, now: datetime) -> int:
    span = due_span(rule.name, days=days, now=now)
    if span is None:
        return 0
    total = 0
    for _ in range(BATCHES_PER_RUN):
        ids = list(rule.find(span).values_list("pk", flat=True)[:BATCH])
        total += rule.forget(ids=ids) if ids else 0
        if len(ids) < BATCH:
            note_applied(name=rule.name, days=days, until=span.before)
            break
    if total:
        changes = {"rows": ["", total], "older than": ["", span.before.isoformat()]}
        audit(by=None, action="removed", kind="retention", object_id=rule.name, changes=changes, now=now)
    return total
