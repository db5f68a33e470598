"""The only writer of LeadState: judgements and people's decisions become stage, temperature and transitions."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import connection, transaction

from common.arrays import AnyOf, id_array
from common.halving import SetAside, blame, work_in_halves, work_on_each
from leads.kinds import Kind
from leads.lifecycle import FactRow, Judged, Move, Standing, next_effect_at, settle
from leads.models import LeadState
from leads.services.announcing import announce_judgements
from leads.words import fact_words

SIGNAL_KINDS = frozenset(
    {
        Kind.FORM_SUBMITTED,
        Kind.PAGE_VIEWED,
        Kind.DEMO_REQUESTED,
        Kind.CONTACT_REQUESTED,
        Kind.WEBINAR_ATTENDED,
        Kind.EMAIL_CLICKED,
        Kind.EMAIL_REPLIED,
        Kind.CALL_LOGGED,
    }
)
STANDING_COLUMNS = (
    "lead_id",
    "stage",
    "stage_since",
    "cause",
    "decided_ids",
    "is_pinned",
    "pinned_by_id",
    "pinned_at",
    "pin_reason",
)
COLUMNS = {
    "lead_id": "uuid",
    "fit": "integer",
    "grade": "text",
    "engagement": "integer",
    "level": "smallint",
    "stage": "text",
    "temperature": "text",
    "cause": "text",
    "evidence_after": "timestamptz",
    "decided_ids": "bigint[]",
    "is_pinned": "boolean",
    "pinned_by_id": "bigint",
    "pinned_at": "timestamptz",
    "pin_reason": "text",
    "candidate_stage": "text",
    "candidate_since": "timestamptz",
    "stage_since": "timestamptz",
    "last_signal": "text",
    "last_signal_at": "timestamptz",
    "scored_at": "timestamptz",
    "next_change_at": "timestamptz",
    "rule_set_version": "integer",
}
TRANSITION_COLUMNS = {
    "lead_id": "uuid",
    "from_stage": "text",
    "to_stage": "text",
    "at": "timestamptz",
    "cause_kind": "text",
    "cause": "text",
    "rule_set_version": "integer",
    "by_id": "bigint",
    "activity_id": "bigint",
}


def _rows(columns: Mapping[str, str]) -> str:
    """Return names and rows of an INSERT that takes its rows as one JSON text."""
    names, kinds = ", ".join(columns), ", ".join(f"{name} {kind}" for name, kind in columns.items())
    return f"({names})\nSELECT {names} FROM json_to_recordset(%s::json) AS written ({kinds})"  # nosec B608: own columns


# Built from the names above only; values are parameters.
WRITE_TRANSITIONS = f"INSERT INTO leads_transition {_rows(TRANSITION_COLUMNS)}"  # nosec B608: names of our own columns
WRITE_STATES = f"""
INSERT INTO leads_leadstate {_rows(COLUMNS)}
ON CONFLICT (lead_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "lead_id")}
"""  # nosec B608: names of our own columns
TIME_MARKS = """
INSERT INTO leads_mark (lead_id, due_at, urgent, is_time, attempts, error)
SELECT lead_id, due_at, false, true, 0, '' FROM unnest(%s::uuid[], %s::timestamptz[]) AS moment (lead_id, due_at)
ON CONFLICT (lead_id) WHERE is_time DO UPDATE SET due_at = excluded.due_at, attempts = 0, error = ''
WHERE leads_mark.due_at <> excluded.due_at OR leads_mark.attempts > 0
"""
DROP_TIME_MARKS = "DELETE FROM leads_mark WHERE is_time AND lead_id = ANY(%s::uuid[])"


class Settled(NamedTuple):
    """What is to be written of one lead; ``is_new`` where it was not judged before."""

    lead_id: UUID
    is_new: bool
    state: dict[str, Any]
    transitions: list[dict[str, Any]]


@transaction.atomic
def apply_judgements(
    *,
    judged: Sequence[Judged],
    facts: Mapping[UUID, Sequence[FactRow]],
    now: datetime,
    set_aside: SetAside[UUID] = blame,
) -> None:
    """Write what the rules and the decisions due by ``now`` make of the leads, and each one's next moment.

    Doing it twice changes nothing: a decision counts once, the rules only raise.
    """
    by_id = {one.lead_id: one for one in judged}
    standings = _standings(by_id)

    def settle_one(pk: UUID) -> Settled:
        own = facts.get(pk, ())
        standing, moves = settle(standings.get(pk, Standing()), by_id[pk], own, now)
        state = _state(by_id[pk], standing, own, now)
        return Settled(pk, pk not in standings, state, [_transition(by_id[pk], move) for move in moves])

    settled = {one.lead_id: one for one in work_on_each(by_id, work=settle_one, set_aside=set_aside)}
    work_in_halves(list(settled), work=lambda ids: _write([settled[pk] for pk in ids], now), set_aside=set_aside)


def _write(settled: Sequence[Settled], now: datetime) -> int:
    transitions = [transition for one in settled for transition in one.transitions]
    with connection.cursor() as cursor:
        cursor.execute(WRITE_STATES, [orjson.dumps([one.state for one in settled]).decode()])
        if transitions:
            cursor.execute(WRITE_TRANSITIONS, [orjson.dumps(transitions).decode()])
    _set_time_marks({one.lead_id: one.state["next_change_at"] for one in settled})
    announce_judgements(created=[one.lead_id for one in settled if one.is_new], transitions=transitions, now=now)
    return len(settled)


def _standings(lead_ids: Collection[UUID]) -> dict[UUID, Standing]:
    rows = LeadState.objects.filter(AnyOf("lead", lead_ids)).values_list(*STANDING_COLUMNS)
    return {row[0]: Standing(*row[1:]) for row in rows}


def _state(one: Judged, standing: Standing, facts: Sequence[FactRow], now: datetime) -> dict[str, Any]:
    signal = next((fact for fact in reversed(facts) if fact.kind in SIGNAL_KINDS), None)
    return {
        "lead_id": one.lead_id,
        "fit": one.fit,
        "grade": one.grade,
        "engagement": one.engagement,
        "level": one.level,
        "stage": standing.stage,
        "temperature": one.temperature,
        "cause": standing.cause[:300],
        "evidence_after": one.evidence_after,
        "decided_ids": list(standing.decided_ids),
        "is_pinned": standing.is_pinned,
        "pinned_by_id": standing.pinned_by_id,
        "pinned_at": standing.pinned_at,
        "pin_reason": standing.pin_reason,
        "candidate_stage": one.candidate_stage,
        "candidate_since": one.candidate_since,
        "stage_since": standing.stage_since or now,
        "last_signal": fact_words(signal.kind, signal.payload)[:200] if signal else "",
        "last_signal_at": signal.occurred_at if signal else None,
        "scored_at": now,
        "next_change_at": _next_moment(one, facts, now),
        "rule_set_version": one.rule_set_version,
    }


def _transition(one: Judged, move: Move) -> dict[str, Any]:
    return {
        "lead_id": one.lead_id,
        "from_stage": move.from_stage,
        "to_stage": move.to_stage,
        "at": move.at,
        "cause_kind": move.cause_kind,
        "cause": move.cause[:300],
        "rule_set_version": one.rule_set_version,
        "by_id": move.by_id,
        "activity_id": move.activity_id,
    }


def _next_moment(one: Judged, facts: Sequence[FactRow], now: datetime) -> datetime | None:
    """The rules' next moment or that of a verdict still in its ten minutes, whichever is first."""
    moments = [moment for moment in (one.next_change_at, next_effect_at(facts, now)) if moment is not None]
    return min(moments, default=None)


def _set_time_marks(moments: Mapping[UUID, datetime | None]) -> None:
    due = {lead_id: moment for lead_id, moment in moments.items() if moment is not None}
    with connection.cursor() as cursor:
        if due:
            cursor.execute(TIME_MARKS, [id_array(due), list(due.values())])
        if len(due) < len(moments):
            cursor.execute(DROP_TIME_MARKS, [id_array(moments.keys() - due.keys())])
