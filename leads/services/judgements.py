"""The only writer of LeadState: judgements and people's decisions become stage, temperature and transitions."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from common.arrays import AnyOf, id_array
from leads.kinds import Kind
from leads.lifecycle import FactRow, Judged, Move, Standing, next_effect_at, settle
from leads.models import LeadState, Transition
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
# Built from the names above only; values are parameters.
WRITE_STATES = f"""
INSERT INTO leads_leadstate ({", ".join(COLUMNS)})
SELECT {", ".join(COLUMNS)}
FROM json_to_recordset(%s::json) AS state ({", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())})
ON CONFLICT (lead_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "lead_id")}
"""  # nosec B608: names of our own columns
TIME_MARKS = """
INSERT INTO leads_mark (lead_id, due_at, urgent, is_time, attempts, error)
SELECT lead_id, due_at, false, true, 0, '' FROM unnest(%s::uuid[], %s::timestamptz[]) AS moment (lead_id, due_at)
ON CONFLICT (lead_id) WHERE is_time DO UPDATE SET due_at = excluded.due_at, attempts = 0, error = ''
WHERE leads_mark.due_at <> excluded.due_at OR leads_mark.attempts > 0
"""
DROP_TIME_MARKS = "DELETE FROM leads_mark WHERE is_time AND lead_id = ANY(%s::uuid[])"


@transaction.atomic
def apply_judgements(
    *, judged: Sequence[Judged], facts: Mapping[UUID, Sequence[FactRow]], now: datetime
) -> list[Transition]:
    """Write what the rules and the decisions due by ``now`` make of the leads, and each one's next moment.

    Returns the transitions. Doing it twice changes nothing: a decision counts once, the rules only raise.
    """
    standings = _standings([j.lead_id for j in judged])
    states: list[dict[str, Any]] = []
    transitions: list[Transition] = []
    for one in judged:
        lead_facts = facts.get(one.lead_id, ())
        standing, moves = settle(standings.get(one.lead_id, Standing()), one, lead_facts, now)
        states.append(_state(one, standing, lead_facts, now))
        transitions += [_transition(one, move) for move in moves]
    _write_states(states)
    if transitions:
        Transition.objects.bulk_create(transitions)
    _set_time_marks({state["lead_id"]: state["next_change_at"] for state in states})
    created = [one.lead_id for one in judged if one.lead_id not in standings]
    announce_judgements(created=created, transitions=transitions, now=now)
    return transitions


def _write_states(states: Sequence[dict[str, Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WRITE_STATES, [orjson.dumps(states).decode()])


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


def _transition(one: Judged, move: Move) -> Transition:
    return Transition(
        lead_id=one.lead_id,
        from_stage=move.from_stage,
        to_stage=move.to_stage,
        at=move.at,
        cause_kind=move.cause_kind,
        cause=move.cause[:300],
        rule_set_version=one.rule_set_version,
        by_id=move.by_id,
        activity_id=move.activity_id,
    )


def _next_moment(one: Judged, facts: Sequence[FactRow], now: datetime) -> datetime | None:
    """The rules' next moment or that of a verdict still in its ten minutes, whichever is first."""
    moments = [moment for moment in (one.next_change_at, next_effect_at(facts, now)) if moment is not None]
    return min(moments, default=None)


def _set_time_marks(moments: Mapping[UUID, datetime | None]) -> None:
    due = {lead_id: moment for lead_id, moment in moments.items() if moment is not None}
    with connection.cursor() as cursor:
        cursor.execute(TIME_MARKS, [id_array(due), list(due.values())])
        cursor.execute(DROP_TIME_MARKS, [id_array(moments.keys() - due.keys())])
