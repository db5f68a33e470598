"""The stages of a lead as pure decisions: facts raise the stage, people and disqualifiers may lower it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from leads.kinds import STAGE_ORDER, VERDICT_KINDS, CauseKind, Kind, Stage
from leads.verdicts import effective_at

DISQUALIFYING_REASONS = frozenset({1, 8})
UNCHANGING_REASONS = frozenset({7})
DECIDING_KINDS = {
    Kind.STAGE_SET: "",
    Kind.STAGE_RELEASED: "",
    Kind.HANDOVER_REJECTED: "Rejected by sales",
    Kind.HANDOVER_RECYCLED: "Recycled by sales",
    Kind.OUTCOME_LOST: "Lost",
    Kind.OUTCOME_WON: "Won",
}
STAGE_AFTER = {
    Kind.HANDOVER_RECYCLED: Stage.MQL,
    Kind.OUTCOME_LOST: Stage.MQL,
    Kind.OUTCOME_WON: Stage.CUSTOMER,
}


class IllegalMove(ValueError):
    """This stage cannot be reached from the present one."""


class FactRow(NamedTuple):
    """A fact as the engine and the lifecycle read it."""

    id: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    payload: dict[str, Any]
    by_id: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules say of one lead; ``stage`` is a proposal, the lifecycle decides."""

    lead_id: UUID
    fit: int
    grade: str
    engagement: int
    level: int
    stage: str
    temperature: str
    cause_kind: str
    cause: str
    rule_set_version: int
    evidence_after: datetime | None = None
    candidate_stage: str = ""
    candidate_since: datetime | None = None
    next_change_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a lead stands, as far as decisions are concerned."""

    stage: str = Stage.NEW
    stage_since: datetime | None = None
    cause: str = ""
    decided_ids: Sequence[int] = ()
    is_pinned: bool = False
    pinned_by_id: int | None = None
    pinned_at: datetime | None = None
    pin_reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's act on the stage. ``to`` is None where it releases a pin or leaves the stage as it is."""

    at: datetime
    fact: FactRow
    to: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Move:
    """A lead entering a stage; becomes a Transition."""

    from_stage: str
    to_stage: str
    at: datetime
    cause_kind: str
    cause: str
    by_id: int | None = None
    activity_id: int | None = None


def undone_ids(facts: Iterable[FactRow]) -> set[int]:
    """Return the ids of the facts that a later fact took back."""
    return {fact.payload["undoes"] for fact in facts if fact.kind == Kind.UNDONE and "undoes" in fact.payload}


def decisions(facts: Sequence[FactRow]) -> list[Decision]:
    """Return every act of a person on the stage that was not undone, in the order in which they take effect."""
    acts = [fact for fact in facts if fact.kind in DECIDING_KINDS]
    undone = undone_ids(facts) if acts else ()
    return sorted((_decision(act) for act in acts if act.id not in undone), key=lambda d: (d.at, d.fact.id))


def _decision(fact: FactRow) -> Decision:
    stage: str | None = STAGE_AFTER.get(Kind(fact.kind))
    text = DECIDING_KINDS[Kind(fact.kind)]
    if fact.kind == Kind.STAGE_SET:
        stage, text = fact.payload["to"], fact.payload.get("reason", "")
    elif fact.kind == Kind.HANDOVER_REJECTED:
        stage = _stage_after_reject(int(fact.payload.get("reason", 0)))
        text = f"{text}: {fact.payload.get('reason_text', 'no reason given')}"
    at = effective_at(fact) if fact.kind in VERDICT_KINDS else fact.occurred_at
    return Decision(at, fact, stage, text)


def _stage_after_reject(reason: int) -> str | None:
    if reason in DISQUALIFYING_REASONS:
        return Stage.DISQUALIFIED
    return None if reason in UNCHANGING_REASONS else Stage.MQL


def next_effect_at(facts: Sequence[FactRow], now: datetime) -> datetime | None:
    """Return when the next act that is already made takes effect, or None."""
    return min((d.at for d in decisions(facts) if d.at > now), default=None)


def is_handover_open(facts: Sequence[FactRow], now: datetime) -> bool:
    """Return whether sales holds this lead: a handover was opened and no verdict on it has taken effect."""
    undone = undone_ids(facts)
    opened = {f.payload.get("handover") for f in facts if f.kind == Kind.HANDOVER_OPENED and f.id not in undone}
    closed = {
        f.payload.get("handover")
        for f in facts
        if f.kind in VERDICT_KINDS and f.id not in undone and effective_at(f) <= now
    }
    return bool(opened - closed)


def check_move(*, current: str, to: str) -> None:
    """Raise IllegalMove where a person may not set ``to``: a customer is never disqualified."""
    if current == Stage.CUSTOMER and to == Stage.DISQUALIFIED:
        raise IllegalMove("A customer cannot be disqualified. Set another stage first.")
    if current == to:
        raise IllegalMove(f"The lead is already {Stage(to).label}.")


def settle(standing: Standing, judged: Judged, facts: Sequence[FactRow], now: datetime) -> tuple[Standing, list[Move]]:
    """Return the standing after all decisions due by ``now`` and the rules' proposal, and the moves on the way."""
    moves: list[Move] = []
    for decision in decisions(facts):
        if decision.at <= now and decision.fact.id not in standing.decided_ids:
            standing = _take_decision(standing, decision, moves)
            standing = replace(standing, decided_ids=[*standing.decided_ids, decision.fact.id])
    move = _proposed_move(standing, judged, facts, now)
    if move is not None:
        moves.append(move)
        standing = replace(standing, stage=move.to_stage, stage_since=move.at, cause=move.cause)
    return standing if standing.stage_since else replace(standing, stage_since=now), moves


def _take_decision(standing: Standing, decision: Decision, moves: list[Move]) -> Standing:
    fact = decision.fact
    if fact.kind == Kind.STAGE_RELEASED:
        return replace(standing, is_pinned=False, pinned_by_id=None, pinned_at=None, pin_reason="")
    if decision.to is not None and decision.to != standing.stage:
        kind = CauseKind.PERSON if fact.kind == Kind.STAGE_SET else CauseKind.VERDICT
        moves.append(Move(standing.stage, decision.to, decision.at, kind, decision.text, fact.by_id, fact.id))
        standing = replace(standing, stage=decision.to, stage_since=decision.at, cause=decision.text)
    if fact.kind == Kind.STAGE_SET:
        pin: dict[str, Any] = {"pinned_by_id": fact.by_id, "pinned_at": fact.occurred_at, "pin_reason": decision.text}
        standing = replace(standing, is_pinned=True, **pin)
    return standing


def _proposed_move(standing: Standing, judged: Judged, facts: Sequence[FactRow], now: datetime) -> Move | None:
    if standing.is_pinned or standing.stage in (Stage.CUSTOMER, Stage.DISQUALIFIED) or judged.stage == standing.stage:
        return None
    move = Move(standing.stage, judged.stage, now, judged.cause_kind, judged.cause)
    if judged.stage == Stage.DISQUALIFIED:
        return None if is_handover_open(facts, now) else move
    raises = STAGE_ORDER[Stage(judged.stage)] > STAGE_ORDER[Stage(standing.stage)]
    return move if raises else None
