"""Two people edit one lead: who saves second overwrites nothing without seeing it."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from leads.kinds import Kind
from leads.models import Activity, Lead
from leads.words import FIELD_LABELS, field_label


@dataclass(frozen=True)
class Clash:
    """A field that two people changed in different ways."""

    field: str
    mine: str
    theirs: str

    @property
    def label(self) -> str:
        """What the field is called on screen."""
        return field_label(self.field)


class EditConflict(ValueError):
    """Somebody changed the same fields meanwhile. ``fact`` is their last change, with who and when."""

    def __init__(self, clashes: list[Clash], fact: Activity | None) -> None:
        super().__init__("Somebody changed this lead meanwhile.")
        self.clashes = clashes
        self.fact = fact


def known_values(lead: Lead) -> dict[str, str]:
    """Return what is known in each column that a person may write: what an editor sees before they begin."""
    return {field: getattr(lead, field) for field in FIELD_LABELS}


def version_of(lead: Lead) -> str:
    """Return a mark of what can be written of a lead: it changes with these values, and with nothing else."""
    text = json.dumps([known_values(lead), lead.attributes], sort_keys=True)
    return sha256(text.encode()).hexdigest()[:16]


def check_version(lead: Lead, changes: Mapping[str, Any], versions: Collection[str]) -> None:
    """Raise EditConflict, with both values of each field, unless ``lead`` stands at one of ``versions``.

    Where all of ``changes`` are there already, as after an answer that got lost, there is no conflict.
    """
    if version_of(lead) in versions:
        return
    known = known_values(lead) | lead.attributes
    wanted = {field: value for field, value in changes.items() if field != "attributes"}
    wanted |= changes.get("attributes") or {}
    clashes = [
        Clash(field, _text(value), known.get(field, ""))
        for field, value in wanted.items()
        if _text(value) != known.get(field, "")
    ]
    if clashes:
        raise EditConflict(clashes, _last_change(lead, [clash.field for clash in clashes]))


def own_changes(lead: Lead, changes: Mapping[str, Any], seen: Mapping[str, str]) -> dict[str, Any]:
    """Return those of ``changes`` that differ from what their author had ``seen``. Raises EditConflict.

    A field that others changed and the author left alone keeps their value; the same change made twice is no clash.
    """
    known = known_values(lead)
    mine = {field: value for field, value in changes.items() if _text(value) != seen.get(field, known.get(field))}
    clashes = [
        Clash(field, _text(value), known[field])
        for field, value in mine.items()
        if field in known and known[field] not in (seen.get(field, known[field]), _text(value))
    ]
    if clashes:
        raise EditConflict(clashes, _last_change(lead, [clash.field for clash in clashes]))
    return mine


def _text(value: Any) -> str:
    return str(value or "").strip()


def _last_change(lead: Lead, fields: list[str]) -> Activity | None:
    changes = Activity.objects.filter(lead=lead, kind=Kind.PROFILE_CHANGED, payload__field__in=fields)
    return changes.select_related("by").order_by("-occurred_at", "-id").first()
