"""Many leads entered at once, in a handful of statements: what another system knows of its people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import TextChoices

from accounts.models import User
from accounts.services import audit_all
from leads.kinds import Kind
from leads.matching import email_key
from leads.models import Lead
from leads.selectors.visibility import visible_leads
from leads.services.activities import NewActivity, record_activities
from leads.services.locking import lock_leads_of
from leads.services.ownership import give_to_finder
from leads.services.profile import COLUMNS, change_of, new_lead, write_fields

NO_ADDRESS = "Give an e-mail address or a phone number."
OF_OTHERS = "A lead with this e-mail address belongs to other people. Ask an admin or marketer."


class RowResult(TextChoices):
    """What became of one row."""

    ADDED = "added", "Added"
    EDITED = "edited", "Edited"
    UNCHANGED = "unchanged", "Unchanged"
    REFUSED = "refused", "Refused"


@dataclass(frozen=True)
class Entered:
    """One row's outcome; ``refusal`` says what to do where it was refused."""

    outcome: RowResult
    lead_id: UUID | None = None
    refusal: str = ""


@transaction.atomic
def enter_leads(*, rows: Sequence[Mapping[str, Any]], by: User, now: datetime) -> list[Entered]:
    """Add or edit a lead for each row, by its e-mail; a row that is refused keeps none of the others out.

    Rows act in their order, so the last of several with one address wins. What the person may not see is refused.
    """
    keys = [email_key(str(row.get("email", ""))) or None for row in rows]
    first_rows = {key: row for key, row in reversed(list(zip(keys, rows, strict=True))) if key}
    added = _add(first_rows.items(), now)
    nameless = _add([(None, row) for key, row in zip(keys, rows, strict=True) if key is None and row.get("phone")], now)
    known = {lead.email_key: lead for lead in lock_leads_of(first_rows)}
    batch = _Batch(known, {lead.pk for lead in added}, _visible(known, by), iter(nameless), now)
    entered = [batch.enter(key, row) for key, row in zip(keys, rows, strict=True)]
    _store(batch, by, now)
    return entered


class _Batch:
    """The rows of one call, entered one after another into leads that are locked and in memory."""

    def __init__(
        self, known: Mapping[str | None, Lead], added: set[UUID], visible: set[UUID], nameless: Any, now: datetime
    ) -> None:
        self.known, self.added, self.visible, self.nameless, self.now = known, added, visible, nameless, now
        self.new: dict[UUID, Lead] = {}
        self.changed: dict[UUID, Lead] = {}
        self.facts: list[NewActivity] = []

    def enter(self, key: str | None, row: Mapping[str, Any]) -> Entered:
        if key is None:
            return self._begin(next(self.nameless), "phone") if row.get("phone") else _refused(NO_ADDRESS)
        lead = self.known[key]
        if lead.pk in self.added and lead.pk not in self.new:
            return self._begin(lead, "email")
        if lead.pk not in self.new and lead.pk not in self.visible:
            return _refused(OF_OTHERS)
        facts = write_fields(lead, row, self.now)
        if not facts:
            return Entered(RowResult.UNCHANGED, lead.pk)
        self.changed[lead.pk] = lead
        self.facts += facts
        return Entered(RowResult.EDITED, lead.pk)

    def _begin(self, lead: Lead, field: str) -> Entered:
        """Note the first row of a lead that did not exist: its fields were stored with it."""
        self.new[lead.pk] = lead
        self.facts.append(NewActivity(lead.pk, Kind.PROFILE_CHANGED, change_of(field, "", getattr(lead, field))))
        return Entered(RowResult.ADDED, lead.pk)


def _refused(why: str) -> Entered:
    return Entered(RowResult.REFUSED, refusal=why)


def _add(rows: Iterable[tuple[str | None, Mapping[str, Any]]], now: datetime) -> list[Lead]:
    """Insert what is not there yet; sorted, so that two such calls wait for each other in one order only."""
    candidates = [new_lead(key, row, now) for key, row in sorted(rows, key=lambda pair: pair[0] or "")]
    Lead.objects.bulk_create(candidates, ignore_conflicts=True)
    return candidates


def _visible(known: Mapping[str | None, Lead], by: User) -> set[UUID]:
    ids = [lead.pk for lead in known.values()]
    return set(visible_leads(by).filter(pk__in=ids).values_list("pk", flat=True))


def _store(batch: _Batch, by: User, now: datetime) -> None:
    Lead.objects.bulk_update(batch.changed.values(), [*COLUMNS, "attributes", "updated_at"])
    record_activities(facts=batch.facts, now=now, by=by)
    give_to_finder(lead_ids=list(batch.new), by=by, now=now)
    diffs: dict[str, dict[str, Any]] = {}
    for fact in batch.facts:
        diffs.setdefault(str(fact.lead_id), {})[fact.payload["field"]] = [fact.payload["old"], fact.payload["new"]]
    new = {str(lead_id) for lead_id in batch.new}
    for action, ids in (("add", diffs.keys() & new), ("edit", diffs.keys() - new)):
        changes = {lead_id: diff for lead_id, diff in diffs.items() if lead_id in ids}
        audit_all(by=by, action=action, kind="lead", changes=changes, now=now)
