"""What goes into the engine: facts, and where a lead stands in a hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

STAGES = ("new", "iql", "mql", "sql")
STAGE_RANK = {stage: rank for rank, stage in enumerate((*STAGES, "customer"))} | {"disqualified": -1}
STAGE_NAMES = {
    "new": "New",
    "iql": "IQL",
    "mql": "MQL",
    "sql": "SQL",
    "customer": "Customer",
    "disqualified": "Disqualified",
}
TEMPERATURES = ("cold", "warm", "hot")
GRADES = ("A", "B", "C", "?")
LEVELS = (1, 2, 3)

UNDONE = "undone"
REJECTED = "handover_rejected"
# Reasons 1 and 8 disqualify and reason 7 changes nothing, so only these ask for new evidence.
REASONS_FOR_NEW_EVIDENCE = frozenset({"2", "3", "4", "5", "6"})
VERDICT_KINDS = frozenset({REJECTED, "handover_recycled", "outcome_lost", "outcome_won"})
EVIDENCE_KINDS = VERDICT_KINDS - {"outcome_won"}


class FactLike(Protocol):
    """What the engine reads of an activity; any row with these attributes will do."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Fact:
    """One activity. Fading counts from ``occurred_at``; ``recorded_at`` is when it became known."""

    id: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hold:
    """Where the lead stands: its stage, and the higher stage it is waiting for since when."""

    stage: str = "new"
    candidate_stage: str = ""
    candidate_since: datetime | None = None


NO_HOLD = Hold()
