"""Between the tables and the engine's definitions, both ways. Takes any rows with the right columns."""

from collections.abc import Iterable
from typing import Any

from scoring.engine import BehaviorRule, Cell, Group, ProfileRule, RuleSetDefinition, TriggerRule
from scoring.engine.facts import GRADES, LEVELS, STAGES, TEMPERATURES

BEHAVIOR_COLUMNS = ("kind", "conditions", "half_life_days", "count", "within_days", "limit", "limit_days", "group")


class InvalidRules(ValueError):
    """Rows of a rule set that no definition can be made of; the message names the place and the remedy."""


def definition_of(rule_set: Any, rules: Iterable[Any], triggers: Iterable[Any]) -> RuleSetDefinition:
    """Return what a stored rule set says. Raises InvalidRules."""
    rows = sorted(rules, key=lambda row: row.position)
    return RuleSetDefinition(
        version=rule_set.version,
        fit_rules=tuple(_profile_rule(row) for row in rows if row.axis == "fit"),
        behavior_rules=tuple(_behavior_rule(row, rule_set) for row in rows if row.axis == "engagement"),
        disqualifiers=tuple(_profile_rule(row) for row in rows if row.axis == "disqualifier"),
        triggers=tuple(_trigger(row) for row in sorted(triggers, key=lambda row: row.position)),
        groups=tuple(Group(row["key"], row["name"], row["cap"]) for row in rule_set.groups),
        fit_bounds=(rule_set.fit_a_from, rule_set.fit_b_from),
        engagement_bounds=(rule_set.level_1_from, rule_set.level_2_from),
        matrix=_matrix(rule_set.matrix),
        hold_hours=rule_set.hold_hours,
    )


def rule_set_columns(definition: RuleSetDefinition) -> dict[str, Any]:
    """Return the columns of the rule set itself."""
    return {
        "version": definition.version,
        "fit_a_from": definition.fit_bounds[0],
        "fit_b_from": definition.fit_bounds[1],
        "level_1_from": definition.engagement_bounds[0],
        "level_2_from": definition.engagement_bounds[1],
        "hold_hours": definition.hold_hours,
        "groups": [{"key": group.key, "name": group.name, "cap": group.cap} for group in definition.groups],
        "matrix": {
            grade: {str(level): {"stage": cell.stage, "temperature": cell.temperature} for level, cell in row.items()}
            for grade, row in definition.matrix.items()
        },
    }


def rule_columns(definition: RuleSetDefinition) -> list[dict[str, Any]]:
    """Return the columns of each rule, in the order in which they are shown."""
    axes: tuple[tuple[str, Iterable[Any], tuple[str, ...]], ...] = (
        ("fit", definition.fit_rules, ("field", "operator", "value")),
        ("engagement", definition.behavior_rules, BEHAVIOR_COLUMNS),
        ("disqualifier", definition.disqualifiers, ("field", "operator", "value")),
    )
    return [
        {
            "axis": axis,
            "key": rule.key,
            "name": rule.name,
            "points": rule.points if axis != "disqualifier" else 0,
            "position": position,
            "definition": {name: _plain(getattr(rule, name)) for name in columns if _is_said(getattr(rule, name))},
        }
        for axis, rules, columns in axes
        for position, rule in enumerate(rules)
    ]


def trigger_columns(definition: RuleSetDefinition) -> list[dict[str, Any]]:
    """Return the columns of each trigger."""
    names = ("key", "name", "kind", "count", "within_days", "stage", "temperature")
    return [
        {name: getattr(rule, name) for name in names}
        | {"grades": list(rule.grades), "conditions": dict(rule.conditions), "position": position}
        for position, rule in enumerate(definition.triggers)
    ]


def _profile_rule(row: Any) -> ProfileRule:
    said = row.definition
    try:
        return ProfileRule(row.key, row.name, said["field"], said["operator"], _frozen(said.get("value")), row.points)
    except KeyError as missing:
        raise InvalidRules(f"Rule {row.key} needs {missing} in its definition.") from missing


def _behavior_rule(row: Any, rule_set: Any) -> BehaviorRule:
    said = {name: _frozen(row.definition[name]) for name in BEHAVIOR_COLUMNS if name in row.definition}
    if "kind" not in said:
        raise InvalidRules(f"Rule {row.key} needs 'kind' in its definition.")
    said.setdefault("half_life_days", rule_set.default_half_life_days)
    return BehaviorRule(key=row.key, name=row.name, points=row.points, **said)


def _trigger(row: Any) -> TriggerRule:
    return TriggerRule(
        key=row.key,
        name=row.name,
        kind=row.kind,
        stage=row.stage,
        temperature=row.temperature,
        within_days=row.within_days,
        grades=tuple(row.grades),
        conditions=_frozen(row.conditions),
        count=row.count,
    )


def _matrix(stored: Any) -> dict[str, dict[int, Cell]]:
    try:
        matrix = {grade: {level: Cell(**stored[grade][str(level)]) for level in LEVELS} for grade in GRADES}
    except (KeyError, TypeError) as missing:
        raise InvalidRules(
            f"The matrix needs stage and temperature for each grade and level; missing: {missing}."
        ) from None
    for grade, row in matrix.items():
        for level, cell in row.items():
            if cell.stage not in STAGES or cell.temperature not in TEMPERATURES:
                raise InvalidRules(f"Cell {grade}{level} of the matrix names {cell.stage!r}, {cell.temperature!r}.")
    return matrix


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return {key: _frozen(each) for key, each in value.items()}
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, dict) else value


def _is_said(value: Any) -> bool:
    return value not in (None, "", {})
