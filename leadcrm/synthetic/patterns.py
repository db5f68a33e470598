"""A sample lead with everything that hangs on it, as text ready to be copied: see ``copies.py``.

What differs between two copies stands in the text as a placeholder for the ``%`` operator: ids, name, address.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Field, JSONField, Model

from capture.models import Submission
from leads.kinds import Kind
from leads.models import Activity, Consent, Lead, LeadState, Mark, Touch, Transition
from sales.models import ContactAttempt, Handover

# In the order in which keys refer to each other.
TABLES: tuple[type[Model], ...] = (
    Lead, LeadState, Touch, Activity, Transition, Consent, Mark, Handover, ContactAttempt, Submission,
)  # fmt: skip
# Rows that others refer to get their ids from us, all others from the database.
NUMBERED = {Activity: "a", Transition: "t", Handover: "h", Submission: "s"}
NAMED_IN_JSON = (Handover, Submission)
OF_COPY = {
    (Lead, "id"): "%(lead)s",
    (Lead, "email"): "%(email)s",
    (Lead, "email_key"): "%(email)s",
    (Lead, "first_name"): "%(first)s",
    (Lead, "last_name"): "%(last)s",
    (Lead, "preference_key"): "%(key)s",
    (Lead, "is_sample"): "f",
    (Activity, "external_id"): r"\N",
    (Submission, "email_key"): "%(email)s",
}
# What no two submissions share: made of the placeholder of the row's id.
OF_ROW: dict[tuple[type[Model], str], str] = {
    (Submission, "submission_key"): "%({}_key)s",
    (Submission, "answers_hash"): "%({}_hash)s",
}
FILLER = {"path": "/blog/planning-with-fewer-stoppages", "title": "Planning with fewer stoppages"}
FILLER_EVERY = timedelta(days=2)  # further apart than any rule counts page views together


@dataclass(frozen=True, eq=False)
class Pattern:
    """One sample lead. ``rows`` are its rows by table, ``numbers`` the placeholder of each row that others name."""

    created_at: datetime
    is_with_sales: bool
    rows: Mapping[type[Model], Sequence[Mapping[str, Any]]]
    numbers: Mapping[tuple[Any, Any], str]

    def text(self, shift: timedelta) -> dict[type[Model], str]:
        """Return the rows of each table in the text format of COPY, every moment of them earlier by ``shift``."""
        return {table: "".join(self._line(table, row, shift) for row in self.rows[table]) for table in TABLES}

    def _line(self, table: type[Model], row: Mapping[str, Any], shift: timedelta) -> str:
        return "\t".join(self._of_row(table, field, row, shift) for field in columns(table)) + "\n"

    def _of_row(self, table: type[Model], field: Field, row: Mapping[str, Any], shift: timedelta) -> str:
        if (unique := OF_ROW.get((table, field.attname))) is not None:
            return unique.format(self.numbers[table, row["id"]][2:-2])
        return self._value(table, field, row[field.attname], shift)

    def _value(self, table: type[Model], field: Field, value: Any, shift: timedelta) -> str:
        if (fixed := OF_COPY.get((table, field.attname))) is not None:
            return fixed
        if field.related_model is Lead:
            return "%(lead)s"
        target = table if field.primary_key else field.related_model
        if value is None or target in NUMBERED:
            return self.numbers.get((target, value), r"\N")
        if isinstance(field, ArrayField):  # of ids of facts
            return "{" + ",".join(self.numbers[Activity, number] for number in value) + "}"
        return self._json(value) if isinstance(field, JSONField) else escaped(plain(value, shift))

    def _json(self, value: Any) -> str:
        text = escaped(json.dumps(value))
        for (table, old), new in self.numbers.items():
            if table in NAMED_IN_JSON:
                text = text.replace(str(old), new)
        undone = value.get("undoes") if isinstance(value, dict) else None
        return text.replace(f'"undoes": {undone}', f'"undoes": {self.numbers[Activity, undone]}') if undone else text


def columns(table: type[Model]) -> list[Field]:
    """Return the columns that a copy writes."""
    is_numbered = table in NUMBERED or table is Lead or table is LeadState
    return [field for field in table._meta.concrete_fields if is_numbered or not field.primary_key]


def plain(value: Any, shift: timedelta) -> str:
    """Return a value as PostgreSQL reads it."""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return (value - shift).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def escaped(text: str) -> str:
    """Return text for COPY and for the ``%`` operator."""
    text = text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text.replace("%", "%%")


def read_patterns(*, activities: int) -> list[Pattern]:
    """Return the sample leads, oldest first; one with fewer than ``activities`` facts gets page views up to it.

    Those are seen before the first form and match no rule, so they change no judgement.
    """
    leads: Iterable[Any] = list(Lead.objects.filter(is_sample=True).order_by("created_at", "pk").values())
    found = {
        table: _by_lead(table, table._default_manager.all().order_by("pk").values())
        for table in TABLES
        if table != Lead
    }
    of_handover = {row["id"]: row["lead_id"] for rows in found[Handover].values() for row in rows}
    attempts = found[ContactAttempt] = {}
    row: Any
    for row in ContactAttempt.objects.order_by("pk").values():
        attempts.setdefault(of_handover[row["handover_id"]], []).append(row)
    return [
        _pattern(lead, {table: rows.get(lead["id"], []) for table, rows in found.items()}, activities) for lead in leads
    ]


def _by_lead(table: type[Model], rows: Iterable[dict[str, Any]]) -> dict[Any, list[dict[str, Any]]]:
    grouped: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        if table is not Mark or row["is_time"]:
            grouped.setdefault(row.get("lead_id"), []).append(row)
    return grouped


def _pattern(lead: dict[str, Any], rows: dict[type[Model], list[dict[str, Any]]], activities: int) -> Pattern:
    facts = [*rows[Activity], *_fillers(lead, activities - len(rows[Activity]))]
    rows = {**rows, Lead: [lead], Activity: facts}
    numbers = {
        (table, row["id"]): f"%({letter}{number})s"
        for table, letter in NUMBERED.items()
        for number, row in enumerate(rows[table])
    }
    is_with_sales = any(handover["closed_at"] is None for handover in rows[Handover])
    return Pattern(lead["created_at"], is_with_sales, rows, numbers)


def _fillers(lead: dict[str, Any], count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": -number, "lead_id": lead["id"], "kind": Kind.PAGE_VIEWED, "payload": FILLER, "by_id": None,
            "occurred_at": lead["created_at"] - number * FILLER_EVERY, "recorded_at": lead["created_at"],
            "external_id": None,
        }
        for number in range(1, count + 1)
    ]  # fmt: skip
