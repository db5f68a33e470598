"""A rule set prepared for judging many leads: indexed by activity kind and by profile field."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from scoring.engine.conditions import Predicate, payload_predicate, profile_predicate
from scoring.engine.definitions import BehaviorRule, Group, ProfileRule, RuleSetDefinition, TriggerRule
from scoring.engine.domains import email_domain, email_domain_kind
from scoring.engine.facts import GRADES, LEVELS, STAGE_NAMES, STAGE_RANK, UNDONE, VERDICT_KINDS
from scoring.engine.fading import DAY
from scoring.engine.titles import job_level

Profile = Mapping[str, Any]
Reader = Callable[[Profile], Any]

DERIVED: dict[str, Reader] = {
    "email_domain": lambda profile: email_domain(profile.get("email")),
    "email_domain_kind": lambda profile: email_domain_kind(profile.get("email")),
    "job_level": lambda profile: job_level(profile.get("job_title")),
}
# Every lead has an e-mail or a phone number, so that one is known, or lies at a free mail service, says nothing
# about who the person is, and does not turn "fit not known" into grade C.
CONTACT_FIELDS = frozenset({"email", "phone"})
SILENT_VALUES = frozenset({("email_domain_kind", "free"), ("email_domain_kind", "none")})


class FieldPlan(NamedTuple):
    """All fit rules that read one field."""

    field: str
    read: Reader
    tells: bool
    rules: tuple[tuple[Predicate, ProfileRule], ...]
    when_unknown: tuple[ProfileRule, ...]


class BehaviorPlan:
    """A behavior rule with its predicate, its window and its limit in ready-made units."""

    __slots__ = ("count", "half_life", "limit", "limit_span", "matches", "plain", "points", "rule", "within")

    def __init__(self, rule: BehaviorRule) -> None:
        if rule.half_life_days <= 0 or rule.count < 1:
            raise ValueError(f"Rule {rule.key}: half-life and count must be above zero.")
        self.rule = rule
        self.points = rule.points
        self.half_life = rule.half_life_days * DAY
        self.matches = payload_predicate(rule.conditions)
        self.count = rule.count
        self.within = timedelta(days=rule.within_days) if rule.within_days else None
        self.limit = rule.limit
        self.limit_span = timedelta(days=rule.limit_days) if rule.limit_days else None
        self.plain = rule.count == 1 and rule.limit is None


class TriggerPlan:
    """A trigger with its predicate and its rank; the highest stage, then the hottest, wins."""

    __slots__ = ("count", "grades", "matches", "rank", "rule", "within")

    def __init__(self, rule: TriggerRule, position: int) -> None:
        self.rule = rule
        self.matches = payload_predicate(rule.conditions)
        self.within = timedelta(days=rule.within_days)
        self.count = rule.count
        self.grades = frozenset(rule.grades)
        self.rank = (STAGE_RANK[rule.stage], ("cold", "warm", "hot").index(rule.temperature), -position)


class KindPlan(NamedTuple):
    """Everything that one kind of activity can do."""

    behaviors: tuple[BehaviorPlan, ...]
    triggers: tuple[TriggerPlan, ...]
    is_verdict: bool
    is_undone: bool


class Placement(NamedTuple):
    """What is proposed for a cell of the matrix, and the sentence that says why."""

    key: str
    stage: str
    temperature: str
    text: str
    text_without_evidence: str


class CompiledRuleSet:
    """One version of the rules, ready to judge. Build it once and share it; it is never changed."""

    __slots__ = (
        "by_kind",
        "definition",
        "disqualifiers",
        "engagement_bounds",
        "evidence_points",
        "fields",
        "fit_bounds",
        "groups",
        "hold",
        "kinds",
        "placements",
        "version",
    )

    def __init__(self, definition: RuleSetDefinition) -> None:
        self.definition = definition
        self.version = definition.version
        self.fields = _fields(definition.fit_rules)
        self.disqualifiers = tuple(
            (reader(rule.field), None if rule.operator == "unknown" else profile_predicate(rule), rule)
            for rule in definition.disqualifiers
        )
        self.by_kind = _kinds(definition)
        self.kinds = tuple(self.by_kind)
        self.groups: dict[str, Group] = {group.key: group for group in definition.groups}
        self.fit_bounds = _bounds(definition.fit_bounds)
        self.engagement_bounds = _bounds(definition.engagement_bounds)
        self.placements = _placements(definition)
        self.hold = timedelta(hours=definition.hold_hours)
        self.evidence_points = definition.evidence_points


def reader(field: str) -> Reader:
    """Return a function that reads a field, a derived field or ``attributes.NAME`` from a profile."""
    if field in DERIVED:
        return DERIVED[field]
    if field.startswith("attributes."):
        name = field.removeprefix("attributes.")
        return lambda profile: (profile.get("attributes") or profile).get(name)
    return lambda profile: profile.get(field)


def _fields(rules: Iterable[ProfileRule]) -> tuple[FieldPlan, ...]:
    by_field: dict[str, list[ProfileRule]] = {}
    for rule in rules:
        by_field.setdefault(rule.field, []).append(rule)
    return tuple(
        FieldPlan(
            field=field,
            read=reader(field),
            tells=not (field in CONTACT_FIELDS and all(rule.operator in ("known", "unknown") for rule in own)),
            rules=tuple((profile_predicate(rule), rule) for rule in own if rule.operator != "unknown"),
            when_unknown=tuple(rule for rule in own if rule.operator == "unknown"),
        )
        for field, own in by_field.items()
    )


def _kinds(definition: RuleSetDefinition) -> dict[str, KindPlan]:
    behaviors: dict[str, list[BehaviorPlan]] = {}
    triggers: dict[str, list[TriggerPlan]] = {}
    for rule in definition.behavior_rules:
        behaviors.setdefault(rule.kind, []).append(BehaviorPlan(rule))
    for position, trigger in enumerate(definition.triggers):
        triggers.setdefault(trigger.kind, []).append(TriggerPlan(trigger, position))
    return {
        kind: KindPlan(
            behaviors=tuple(behaviors.get(kind, ())),
            triggers=tuple(triggers.get(kind, ())),
            is_verdict=kind in VERDICT_KINDS,
            is_undone=kind == UNDONE,
        )
        for kind in (*behaviors, *triggers, *VERDICT_KINDS, UNDONE)
    }


def _bounds(bounds: tuple[int, int]) -> tuple[int, int]:
    upper, lower = bounds
    if not 0 < lower < upper <= 10_000:
        raise ValueError(f"Bounds {bounds} must fall, and lie above 0 and at most at 10000.")
    return upper, lower


def _placements(definition: RuleSetDefinition) -> dict[str, tuple[Placement, ...]]:
    """Return the matrix as one row for each grade, indexed by level - 1."""
    rows: dict[str, tuple[Placement, ...]] = {}
    for grade in GRADES:
        cells = []
        for level in LEVELS:
            cell = definition.matrix[grade][level]
            fit = "Fit not known" if grade == "?" else f"Fit {grade}"
            text = f"{fit} and engagement level {level} make {STAGE_NAMES[cell.stage]}"
            waiting = f"{fit} and engagement level {level}; SQL needs new interest since the last answer from sales"
            cells.append(Placement(f"{grade}{level}", cell.stage, cell.temperature, text, waiting))
        rows[grade] = tuple(cells)
    return rows
