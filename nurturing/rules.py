"""Who may be in a sequence, and why someone leaves it: decisions without the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

from leads.kinds import REQUEST_KINDS, VERDICT_KINDS, Kind, Stage
from leads.verdicts import effective_at
from nurturing.models import Sequence, StartsOn, StopKind

ENTRY_WINDOW = timedelta(days=30)
QUIET_AFTER_CONTACT = timedelta(days=30)
NURTURED_STAGES = (Stage.NEW, Stage.IQL, Stage.MQL)

SALES_OPENING = (Kind.HANDOVER_OPENED, Kind.HANDOVER_CLAIMED, Kind.HANDOVER_ACCEPTED, Kind.HANDOVER_RETURNED)
SALES_KINDS = (*SALES_OPENING, Kind.CONTACT_LOGGED, *VERDICT_KINDS)
DECIDING_KINDS = (Kind.FORM_SUBMITTED, *SALES_KINDS, *REQUEST_KINDS, Kind.EMAIL_REPLIED)


class FactLike(Protocol):
    """What is read of a fact before it is known whether it matters."""

    @property
    def kind(self) -> str: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...


SomeFact = TypeVar("SomeFact", bound=FactLike)


@dataclass(frozen=True)
class Fact:
    """What of an activity decides about nurturing."""

    id: int
    kind: str
    occurred_at: datetime
    payload: dict[str, Any]


@dataclass(frozen=True)
class LastWord:
    """The last word of a lead on one topic."""

    given: bool
    at: datetime


@dataclass(frozen=True)
class Standing:
    """Everything about one lead that nurturing looks at; ``facts`` run from old to new, undone ones left out."""

    lead_id: UUID
    has_address: bool
    stage: str
    facts: tuple[Fact, ...] = ()
    consents: dict[int, LastWord] = field(default_factory=dict)
    suppressed: frozenset[str] = frozenset()

    def agrees_to(self, topic_id: int) -> bool:
        """Whether the last word on the topic was a yes."""
        consent = self.consents.get(topic_id)
        return consent is not None and consent.given


@dataclass(frozen=True)
class Stop:
    """Why someone leaves: a kind to count and a sentence to read."""

    kind: StopKind
    reason: str


def reason_to_stop(standing: Standing, sequence: Sequence, *, started_at: datetime, now: datetime) -> Stop | None:
    """Return why this lead must not get the rest of ``sequence``, or None when it goes on."""
    return _reason_to_stay_out(standing, sequence, now) or _stop_by_fact(standing, since=started_at)


def submissions(facts: Iterable[SomeFact]) -> list[SomeFact]:
    """Return the facts that can ask for a guide or let a lead into a sequence."""
    return [fact for fact in facts if fact.kind == Kind.FORM_SUBMITTED]


def asks_for_guide(submission: FactLike) -> bool:
    """Whether a mail with a guide was promised to who sent this."""
    return submission.payload.get("offer_mail") is True


def starts(sequence: Sequence, submission: FactLike, *, now: datetime) -> bool:
    """Whether this lets a lead into ``sequence`` at ``now``, as far as the submission goes."""
    return now - submission.occurred_at <= ENTRY_WINDOW and _is_about(sequence, submission.payload)


def cause_to_enter(standing: Standing, sequence: Sequence, *, now: datetime) -> Fact | None:
    """Return the newest fact that lets this lead into ``sequence``, or None where something speaks against it."""
    facts = [fact for fact in submissions(standing.facts) if starts(sequence, fact, now=now)]
    return None if not facts or _reason_to_stay_out(standing, sequence, now) else facts[-1]


def _reason_to_stay_out(standing: Standing, sequence: Sequence, now: datetime) -> Stop | None:
    return _stop_by_stage(standing) or _stop_by_address(standing, sequence) or _stop_by_sales(standing, now)


def _stop_by_stage(standing: Standing) -> Stop | None:
    if standing.stage == Stage.DISQUALIFIED:
        return Stop(StopKind.DISQUALIFIED, "Disqualified")
    if standing.stage not in NURTURED_STAGES:
        return Stop(StopKind.STAGE, f"Became {Stage(standing.stage).label}")
    return None


def _stop_by_address(standing: Standing, sequence: Sequence) -> Stop | None:
    if not standing.has_address:
        return Stop(StopKind.ADDRESS, "No e-mail address is known")
    if "address" in standing.suppressed:
        return Stop(StopKind.ADDRESS, "Mail to this address cannot be delivered")
    if not standing.agrees_to(sequence.topic_id) or standing.suppressed & {"all", sequence.topic.slug}:
        return Stop(StopKind.UNSUBSCRIBED, f"Unsubscribed from {sequence.topic.name}")
    return None


def _stop_by_sales(standing: Standing, now: datetime) -> Stop | None:
    """Hold while a handover is open, or sales spoke with the lead lately."""
    contact = None
    for fact in standing.facts:
        if fact.kind in SALES_OPENING or fact.kind == Kind.CONTACT_LOGGED:
            contact = fact
        elif fact.kind in VERDICT_KINDS and effective_at(fact) <= now:
            contact = None
    if contact is None or (contact.kind == Kind.CONTACT_LOGGED and now - contact.occurred_at > QUIET_AFTER_CONTACT):
        return None
    return Stop(StopKind.SALES, Kind(contact.kind).label)


def _stop_by_fact(standing: Standing, *, since: datetime) -> Stop | None:
    for fact in standing.facts:
        if fact.occurred_at > since and fact.kind == Kind.EMAIL_REPLIED:
            return Stop(StopKind.REPLY, Kind.EMAIL_REPLIED.label)
        if fact.occurred_at > since and fact.kind in REQUEST_KINDS:
            return Stop(StopKind.REQUEST, Kind(fact.kind).label)
    return None


def _is_about(sequence: Sequence, payload: Mapping[str, Any]) -> bool:
    if sequence.starts_on == StartsOn.ANY_GUIDE:
        return bool(payload.get("offer_mail"))
    return str(payload.get(sequence.starts_on, "")) == sequence.start_value
