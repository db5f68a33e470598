"""What a rule set says, as plain frozen values. Points are integers of 1/100."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_SCORE = 10_000
EVIDENCE_POINTS = 1_500

Value = str | int | float | bool | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class ProfileRule:
    """Points for a profile field (fit), or, as a disqualifier, a reason never to sell."""

    key: str
    name: str
    field: str
    operator: str
    value: Value = None
    points: int = 0


@dataclass(frozen=True, slots=True)
class BehaviorRule:
    """Points earned at the ``count``-th fact within ``within_days``, at most ``limit`` times per ``limit_days``."""

    key: str
    name: str
    kind: str
    points: int
    half_life_days: float = 30
    conditions: Mapping[str, Value] = field(default_factory=dict)
    count: int = 1
    within_days: float | None = None
    limit: int | None = None
    limit_days: float | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class TriggerRule:
    """Beats the matrix while ``count`` facts lie within ``within_days`` and the grade is one of ``grades``."""

    key: str
    name: str
    kind: str
    stage: str
    temperature: str
    within_days: float = 14
    grades: tuple[str, ...] = ("A", "B", "?")
    conditions: Mapping[str, Value] = field(default_factory=dict)
    count: int = 1


@dataclass(frozen=True, slots=True)
class Group:
    """Behavior rules that together give at most ``cap``."""

    key: str
    name: str
    cap: int


@dataclass(frozen=True, slots=True)
class Cell:
    """What the matrix says for one grade and one level."""

    stage: str
    temperature: str


DEFAULT_MATRIX: Mapping[str, Mapping[int, Cell]] = {
    "A": {1: Cell("sql", "hot"), 2: Cell("mql", "warm"), 3: Cell("iql", "cold")},
    "B": {1: Cell("mql", "hot"), 2: Cell("mql", "warm"), 3: Cell("iql", "cold")},
    "C": {1: Cell("iql", "warm"), 2: Cell("iql", "cold"), 3: Cell("new", "cold")},
    "?": {1: Cell("mql", "warm"), 2: Cell("iql", "warm"), 3: Cell("iql", "cold")},
}


@dataclass(frozen=True, slots=True)
class RuleSetDefinition:
    """One version of everything that turns facts into a judgement."""

    version: int = 0
    fit_rules: tuple[ProfileRule, ...] = ()
    behavior_rules: tuple[BehaviorRule, ...] = ()
    disqualifiers: tuple[ProfileRule, ...] = ()
    triggers: tuple[TriggerRule, ...] = ()
    groups: tuple[Group, ...] = ()
    fit_bounds: tuple[int, int] = (7_000, 4_000)
    engagement_bounds: tuple[int, int] = (6_000, 3_000)
    matrix: Mapping[str, Mapping[int, Cell]] = field(default_factory=lambda: DEFAULT_MATRIX)
    hold_hours: int = 0
    evidence_points: int = EVIDENCE_POINTS
