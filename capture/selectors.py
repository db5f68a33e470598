"""Reading forms, submissions and guides."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from accounts.models import Scope, User
from capture.models import Form, Offer, Submission
from common.pages import Page, keyset_page
from leads.models import LeadState
from leads.selectors import visible_leads
from scoring.selectors import Receipt, receipt

WORDS_A_MINUTE = 220
# What capture/embed/embed.js draws, in pixels: label 23 + 4, control 44, error line 21 + 2 + 4, and so on.
LABEL_LINE, FIELD_ROW, TEXTAREA_ROW, STATUS_AND_BUTTON = 22.4, 75, 139, 76
CONSENT_LINE, CONSENT_ERROR, LETTERS_A_LINE = 21, 31, 30
HEADING = re.compile(r"^(## .*)\n", re.MULTILINE)
# Counting stops here, so that a form with a million submissions costs the list of forms nothing.
CAP = 10_000
COUNT_ALL = """
(SELECT count(*) FROM (
    SELECT 1 FROM capture_submission s WHERE s.form_id = capture_form.id LIMIT %s) AS capped)
"""
COUNT_HELD = """
(SELECT count(*) FROM (
    SELECT 1 FROM capture_submission s WHERE s.form_id = capture_form.id AND s.status = 'held' LIMIT %s) AS capped)
"""


@dataclass(frozen=True)
class Block:
    """A piece of a guide: ``kind`` is heading, list or text."""

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guide:
    """An offer that is read on a page of our own."""

    offer: Offer
    blocks: tuple[Block, ...]
    minutes: int


def free_names(names: Iterable[str]) -> dict[str, str]:
    """Return for each name one that no form has yet: itself, or with a number after it."""
    taken = {name.lower() for name in Form.objects.values_list("name", flat=True)}
    numbered = {name: (name, *(f"{name} {number}" for number in range(2, len(taken) + 3))) for name in names}
    return {name: next(one for one in ways if one.lower() not in taken) for name, ways in numbered.items()}


def guide(slug: str) -> Guide | None:
    """Return the guide of an offer, None where there is nothing to read."""
    offer = Offer.objects.filter(pk=slug).exclude(body="").first()
    if offer is None:
        return None
    parts = re.split(r"\n\s*\n|(?<=\n)(?=## )", HEADING.sub(r"\1\n\n", offer.body))
    minutes = max(1, round(len(offer.body.split()) / WORDS_A_MINUTE))
    return Guide(offer, tuple(_block(part) for part in parts if part.strip()), minutes)


def _block(part: str) -> Block:
    """Headings start with ##, lists with a dash; everything else is a paragraph."""
    text = part.strip()
    if text.startswith("## "):
        return Block("heading", text[3:])
    lines = text.split("\n")
    if all(line.startswith("- ") for line in lines):
        return Block("list", items=tuple(line[2:] for line in lines))
    return Block("text", text)


def embed_height(definition: dict[str, Any]) -> int:
    """Return the pixels a page keeps free for a form, so that nothing moves when it appears (320 px and wider)."""
    height: float = STATUS_AND_BUTTON
    for field in definition["fields"]:
        label = field["label"] if field.get("required") else field["label"] + " (optional)"
        height += LABEL_LINE * ceil(len(label) / LETTERS_A_LINE)
        height += TEXTAREA_ROW if field["type"] == "textarea" else FIELD_ROW
    consent = definition.get("consent")
    if consent:
        height += CONSENT_LINE * ceil(len(consent["wording"]) / LETTERS_A_LINE) + CONSENT_ERROR
    return ceil(height)


def form_list() -> QuerySet[Form]:
    """Return every form, the newest first, with ``submissions_count``, ``held_count`` and ``last_submission_at``."""
    latest = Submission.objects.filter(form=OuterRef("pk")).order_by("-pk").values("received_at")[:1]
    return Form.objects.annotate(
        submissions_count=RawSQL(COUNT_ALL, [CAP + 1]),  # nosec B611: a constant, its number is a parameter
        held_count=RawSQL(COUNT_HELD, [CAP + 1]),  # nosec B611: a constant, its number is a parameter
        last_submission_at=Subquery(latest),
    ).order_by("-created_at", "pk")


def submissions_of(*, form: Form, user: User, only_held: bool = False, cursor: str | None = None) -> Page[Submission]:
    """Return one page of the submissions this person may see, the newest first. Raises BadCursor."""
    rows = _visible(form, user).select_related("lead__state", "released_by")
    if only_held:
        rows = rows.filter(status=Submission.Status.HELD)
    return keyset_page(rows, order=("-id",), cursor=cursor)


def last_submission_id(form: Form, user: User) -> UUID | None:
    """Return the newest submission of a form that this person may see; ids grow with time."""
    return _visible(form, user).order_by("-pk").values_list("pk", flat=True).first()


def _visible(form: Form, user: User) -> QuerySet[Submission]:
    rows = Submission.objects.filter(form=form)
    return rows if user.scope == Scope.ALL else rows.filter(lead__in=visible_leads(user))


@dataclass(frozen=True)
class Catch:
    """The first lead that came through a form since somebody waits for it."""

    submission: Submission
    state: LeadState
    receipt: Receipt


def catch(*, form: Form, user: User, after: UUID | None, now: datetime) -> Catch | None:
    """Return the newest submission after ``after`` whose lead has been judged, None while there is none."""
    rows = Submission.objects.filter(form=form, lead__in=visible_leads(user), lead__state__isnull=False)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = rows.select_related("lead__state", "lead__source").order_by("-pk").first()
    if found is None or found.lead is None:
        return None
    return Catch(found, found.lead.state, receipt(found.lead, at=now))
