"""What is known of the person: edits by people and machines, and answers of known leads adopted by the pipeline."""

import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.services import audit
from common.arrays import AnyOf
from leads.kinds import Kind
from leads.matching import email_key
from leads.models import Activity, FieldProposal, Lead
from leads.selectors.visibility import visible_leads
from leads.services.activities import NewActivity, record_activities
from leads.services.conflicts import check_version, own_changes
from leads.services.locking import lock_lead
from leads.services.ownership import give_to_finder
from leads.words import FIELD_LABELS

COLUMNS = frozenset(FIELD_LABELS)


class EmailTaken(ValueError):
    """Another lead has this address."""


class LeadOfOthers(ValueError):
    """The address belongs to a lead that this person may not see."""


class NoAddress(ValueError):
    """A lead needs an e-mail address or a phone number."""


def known_value(lead: Lead, field: str) -> str:
    """Return what is known of ``field``: a column of the lead, or one of its attributes."""
    return str(getattr(lead, field) if field in COLUMNS else lead.attributes.get(field) or "")


@transaction.atomic
def edit_lead(
    *,
    lead: Lead,
    changes: Mapping[str, Any],
    by: User | None,
    now: datetime,
    seen: Mapping[str, str] | None = None,
    versions: Collection[str] | None = None,
) -> Lead:
    """Write the fields that differ, with a fact (old, new) for each. Raises EmailTaken, NoAddress.

    With ``seen``, the values the author began with, only their own changes are written, and EditConflict is raised
    where others changed the same fields since. With ``versions`` nothing is written unless the lead stands at one of
    them (``version_of``); EditConflict otherwise.
    """
    locked = lock_lead(lead.pk)
    if versions is not None:
        check_version(locked, changes, versions)
    if seen is not None:
        changes = own_changes(locked, changes, seen)
    facts = write_fields(locked, changes, now)
    if not facts:
        return locked
    if locked.email_key is None and not locked.phone:
        raise NoAddress("Keep an e-mail address or a phone number, so that this lead can be reached.")
    try:
        with transaction.atomic():
            locked.save()
    except IntegrityError as exc:
        raise EmailTaken(f"{locked.email} belongs to another lead.") from exc
    record_activities(facts=facts, now=now, by=by)
    diff = {fact.payload["field"]: [fact.payload["old"], fact.payload["new"]] for fact in facts}
    audit(by=by, action="edit", kind="lead", object_id=str(lead.pk), changes=diff, now=now)
    return locked


@transaction.atomic
def upsert_lead(*, fields: Mapping[str, Any], by: User | None, now: datetime) -> tuple[Lead, bool]:
    """Edit the lead with this e-mail, or add it. Returns the lead and whether it is new. Raises NoAddress."""
    key = email_key(str(fields.get("email", ""))) or None
    if key is None and not fields.get("phone"):
        raise NoAddress("Give an e-mail address or a phone number.")
    candidate = new_lead(key, fields, now)
    if key is None:
        candidate.save(force_insert=True)
        return _added(candidate, "phone", by, now), True
    Lead.objects.bulk_create([candidate], ignore_conflicts=True)
    stored = Lead.objects.get(email_key=key)
    if stored.pk == candidate.pk:
        return _added(stored, "email", by, now), True
    return edit_lead(lead=stored, changes=fields, by=by, now=now), False


def _added(lead: Lead, address: str, by: User | None, now: datetime) -> Lead:
    """Record that the lead came in by its ``address``: the fact that makes the pipeline judge it."""
    value = known_value(lead, address)
    audit(by=by, action="add", kind="lead", object_id=str(lead.pk), changes={address: ["", value]}, now=now)
    record_activities(facts=[NewActivity(lead.pk, Kind.PROFILE_CHANGED, change_of(address, "", value))], now=now, by=by)
    return lead


@transaction.atomic
def enter_lead(*, fields: Mapping[str, Any], by: User, now: datetime) -> tuple[Lead, bool]:
    """Upsert what a person enters; a new lead of somebody who sees some leads only is their team's, or their own.

    Raises LeadOfOthers, NoAddress.
    """
    key = email_key(str(fields.get("email", ""))) or None
    known = Lead.objects.filter(email_key=key) if key else Lead.objects.none()
    if known.exists() and not visible_leads(by).filter(email_key=key).exists():
        raise LeadOfOthers("A lead with this e-mail address belongs to other people. Ask an admin or marketer.")
    lead, is_new = upsert_lead(fields=fields, by=by, now=now)
    if is_new:
        give_to_finder(lead_ids=[lead.pk], by=by, now=now)
    return lead, is_new


def adopt_answers(*, leads: Iterable[Lead], activity_ids: Collection[int], now: datetime) -> None:
    """Fill empty fields of known leads from their new submissions; keep a differing answer as a proposal.

    Called by the pipeline, which holds the leads' locks and judges the same objects next.
    """
    if not activity_ids:
        return
    by_id = {lead.pk: lead for lead in leads}
    submissions = Activity.objects.filter(AnyOf("pk", activity_ids), AnyOf("lead", by_id), kind=Kind.FORM_SUBMITTED)
    facts: list[NewActivity] = []
    proposals: list[FieldProposal] = []
    for activity in submissions.order_by("id"):
        lead = by_id[activity.lead_id]
        fresh, differing = _sort_answers(lead, activity.payload.get("fields") or {})
        facts += write_fields(lead, fresh, now)
        proposals += [
            FieldProposal(lead=lead, field=field, value=value[:1000], activity=activity, at=now)
            for field, value in differing.items()
        ]
    if facts:
        changed = {fact.lead_id: by_id[fact.lead_id] for fact in facts}
        Lead.objects.bulk_update(changed.values(), [*COLUMNS - {"email"}, "attributes", "updated_at"])
        record_activities(facts=facts, now=now, is_marking=False)
    if proposals:
        FieldProposal.objects.bulk_create(proposals, ignore_conflicts=True)


def _sort_answers(lead: Lead, answers: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Split answers into those for empty fields and those that differ from what is known."""
    fresh: dict[str, str] = {}
    differing: dict[str, str] = {}
    for field, value in answers.items():
        known = known_value(lead, field)
        if not value or field == "email" or known.casefold() == value.casefold():
            continue
        (differing if known else fresh)[field] = value
    return fresh, differing


def new_lead(key: str | None, fields: Mapping[str, Any], now: datetime) -> Lead:
    """Return a lead with these fields that is not stored yet."""
    lead = Lead(email_key=key, created_at=now, updated_at=now, preference_key=secrets.token_urlsafe(16))
    write_fields(lead, fields, now)
    return lead


def write_fields(lead: Lead, changes: Mapping[str, Any], now: datetime) -> list[NewActivity]:
    """Set the fields that differ on the object, and return a fact for each."""
    facts = []
    for field, value in _flat(changes).items():
        old = known_value(lead, field)
        new = str(value or "").strip()
        if old == new:
            continue
        if field in COLUMNS:
            setattr(lead, field, new)
        else:
            lead.attributes = {**lead.attributes, field: new}
        if field == "email":
            lead.email_key = email_key(new) or None
        facts.append(NewActivity(lead.pk, Kind.PROFILE_CHANGED, change_of(field, old, new)))
    if facts:
        lead.updated_at = now
    return facts


def _flat(changes: Mapping[str, Any]) -> dict[str, Any]:
    flat = {field: value for field, value in changes.items() if field != "attributes"}
    return {**flat, **(changes.get("attributes") or {})}


def change_of(field: str, old: str, new: str) -> dict[str, str]:
    """Return what a fact of kind ``profile_changed`` says."""
    return {"field": field, "old": old, "new": new}
