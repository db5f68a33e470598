"""What the entries of the audit log are about: its name and its page, asked of every app once for each kind."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.urls import reverse

from accounts.models import ApiKey, AuditEntry, Invitation, Team, User, Webhook
from capture.models import Form, Submission
from common.models import Installation
from leadcrm.retention import RULES
from leads.models import Lead
from nurturing.models import Enrollment, Sequence
from sales.models import Handover

LONGEST_NUMBER = 18


@dataclass(frozen=True)
class Subject:
    """One thing: its name, and where it is looked at ("" where it has no page)."""

    name: str
    url: str = ""


Subjects = dict[str, Subject]
Finder = Callable[[Collection[str]], Subjects]


def subjects_of(entries: Iterable[AuditEntry]) -> dict[tuple[str, str], Subject]:
    """Return what is still there of what the entries are about, by kind and id."""
    ids: dict[str, set[str]] = {}
    for entry in entries:
        ids.setdefault(entry.kind, set()).add(entry.object_id)
    found = {kind: FINDERS[kind](wanted) for kind, wanted in ids.items() if kind in FINDERS}
    return {(kind, pk): subject for kind, subjects in found.items() for pk, subject in subjects.items()}


def _leads(ids: Collection[str]) -> Subjects:
    return {key: _lead(lead) for key, lead in _rows(Lead, ids, _uuid).items()}


def _handovers(ids: Collection[str]) -> Subjects:
    return {key: _lead(row.lead) for key, row in _rows(Handover, ids, _uuid, "lead").items()}


def _enrollments(ids: Collection[str]) -> Subjects:
    rows = _rows(Enrollment, ids, _uuid, "lead", "sequence")
    return {key: Subject(f"{row.lead} in {row.sequence}", _lead(row.lead).url) for key, row in rows.items()}


def _submissions(ids: Collection[str]) -> Subjects:
    rows = _rows(Submission, ids, _uuid, "form")
    return {
        key: Subject(f"of {row.form.name}", reverse("capture:form", args=[row.form_id])) for key, row in rows.items()
    }


def _forms(ids: Collection[str]) -> Subjects:
    rows = Form.objects.filter(pk__in=ids).values_list("pk", "name")
    return {pk: Subject(name, reverse("capture:form", args=[pk])) for pk, name in rows}


def _sequences(ids: Collection[str]) -> Subjects:
    rows = _rows(Sequence, ids, _number)
    return {key: Subject(row.name, reverse("nurturing:detail", args=[row.pk])) for key, row in rows.items()}


def _people(ids: Collection[str]) -> Subjects:
    rows = _rows(User, ids, _number)
    return {
        key: Subject(str(row), "" if row.is_service else reverse("person", args=[row.pk])) for key, row in rows.items()
    }


def _webhooks(ids: Collection[str]) -> Subjects:
    rows = _rows(Webhook, ids, _uuid)
    return {key: Subject(row.name, reverse("accounts:webhook", args=[row.pk])) for key, row in rows.items()}


def _listed(model: type[Model], page: str) -> Finder:
    """Things that have a name and stand on one page with all others of their kind."""

    def find(ids: Collection[str]) -> Subjects:
        return {key: Subject(str(row), reverse(page)) for key, row in _rows(model, ids, _number).items()}

    return find


def _invitations(ids: Collection[str]) -> Subjects:
    rows = _rows(Invitation, ids, _number)
    return {key: Subject(row.email, reverse("accounts:people")) for key, row in rows.items()}


def _goals(ids: Collection[str]) -> Subjects:
    months = {key: day for key in ids if (day := _day(key))}
    return {key: Subject(f"{day:%B %Y}", reverse("home")) for key, day in months.items()}


def _rules(ids: Collection[str]) -> Subjects:
    return {rule.name: Subject(rule.label, reverse("retention")) for rule in RULES if rule.name in ids}


def _company(ids: Collection[str]) -> Subjects:
    return dict.fromkeys(ids, Subject(str(Installation.current()), reverse("accounts:company")))


FINDERS: Mapping[str, Finder] = {
    "lead": _leads,
    "handover": _handovers,
    "enrollment": _enrollments,
    "submission": _submissions,
    "form": _forms,
    "sequence": _sequences,
    "user": _people,
    "team": _listed(Team, "accounts:people"),
    "api_key": _listed(ApiKey, "accounts:api_keys"),
    "webhook": _webhooks,
    "invitation": _invitations,
    "goal": _goals,
    "retention": _rules,
    "company": _company,
}


def _lead(lead: Lead) -> Subject:
    return Subject(lead.name, reverse("lead_page", args=[lead.pk]))


def _rows(model: type[Model], ids: Collection[str], read: Callable[[str], object], *related: str) -> dict[str, Any]:
    """Return the rows by the id as the log has it; what is no id of such a row is left out."""
    keys = {text: value for text in ids if (value := read(text)) is not None}
    rows = model._default_manager.select_related(*related).in_bulk(set(keys.values())) if keys else {}
    return {text: rows[value] for text, value in keys.items() if value in rows}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
