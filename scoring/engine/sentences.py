"""Every rule as a sentence a person can check."""

from collections.abc import Iterable, Mapping

from scoring.engine.definitions import BehaviorRule, Group, ProfileRule, TriggerRule, Value
from scoring.engine.facts import STAGE_NAMES
from scoring.engine.titles import JOB_LEVEL_NAMES
from scoring.engine.wording import at_most, days, field_name, joined, noun_of, ordinal, past_of, shown, signed

_DOMAIN_KINDS = {
    "work": "is a work address",
    "free": "is at a free mail service",
    "disposable": "is a disposable address",
    "none": "is missing",
}
_VERBS = {
    "is": "is {}",
    "is_not": "is not {}",
    "in": "is {}",
    "not_in": "is not {}",
    "contains": "contains “{}”",
    "starts_with": "starts with “{}”",
    "ends_with": "ends with “{}”",
    "matches_word": "names {}",
    "at_least": "is at least {}",
    "at_most": "is at most {}",
    "known": "is known",
    "unknown": "is not known",
}


def fit_sentence(rule: ProfileRule) -> str:
    """Return "+20 when the job title is head-of level or above"."""
    return f"{signed(rule.points)} when {condition(rule)}"


def disqualifier_sentence(rule: ProfileRule) -> str:
    """Return "Disqualified when the e-mail address is a disposable address"."""
    return f"Disqualified when {condition(rule)}"


def condition(rule: ProfileRule) -> str:
    """Return what a profile rule asks, as a clause."""
    if rule.field == "email_domain_kind":
        kinds = [_DOMAIN_KINDS.get(str(each), f"is {each}") for each in _values(rule.value)]
        text = joined(kinds, "or") or _VERBS[rule.operator]
        return f"the e-mail address {'is not one that ' if rule.operator in ('is_not', 'not_in') else ''}{text}"
    if rule.field == "job_level" and rule.operator in ("is", "at_least", "at_most"):
        beyond = {"is": "", "at_least": " or above", "at_most": " or below"}[rule.operator]
        return f"the job title is {JOB_LEVEL_NAMES.get(str(rule.value), str(rule.value))} level{beyond}"
    verb = _VERBS[rule.operator].format(joined([str(each) for each in _values(rule.value)], "or"))
    return f"the {field_name(rule.field)} {verb}"


def behavior_sentence(rule: BehaviorRule, groups: Mapping[str, Group] | None = None) -> str:
    """Return "+15 for the third page view (/pricing*) within 7 days, at most once a week, halves every 30 days"."""
    noun = f"{noun_of(rule.kind)}{_conditions(rule.conditions)}"
    parts = [f"{signed(rule.points)} for each {noun}"]
    if rule.count > 1:
        within = f" within {days(rule.within_days)}" if rule.within_days else ""
        parts = [f"{signed(rule.points)} for the {ordinal(rule.count)} {noun}{within}"]
    if rule.limit is not None:
        parts.append(at_most(rule.limit, rule.limit_days))
    parts.append(f"halves every {days(rule.half_life_days)}")
    if groups and rule.group in groups:
        parts.append(f"counts toward {groups[rule.group].name.lower()}")
    return ", ".join(parts)


def group_sentence(group: Group) -> str:
    """Return "Website: at most 40 points together"."""
    return f"{group.name}: at most {shown(group.cap)} points together"


def trigger_sentence(rule: TriggerRule) -> str:
    """Return "Asked for a demo within the last 14 days and fit is A, B or not known: SQL and hot at once"."""
    what = f"{past_of(rule.kind)}{_conditions(rule.conditions)}"
    often = f" {rule.count} times" if rule.count > 1 else ""
    grades = joined(["not known" if grade == "?" else grade for grade in rule.grades], "or")
    text = f"{what}{often} within the last {days(rule.within_days)} and fit is {grades}"
    return f"{text[:1].upper()}{text[1:]}: {STAGE_NAMES[rule.stage]} and {rule.temperature} at once"


def _conditions(conditions: Mapping[str, Value]) -> str:
    if not conditions:
        return ""
    return f" ({joined([_one_condition(key, value) for key, value in conditions.items()], 'and')})"


def _one_condition(key: str, value: Value) -> str:
    values = joined([str(each) for each in _values(value)], "or")
    if key == "offer_mail":
        return "for a guide"
    if key == "path":
        return values
    return f"{key.replace('_', ' ')} {values}"


def _values(value: Value) -> Iterable[Value]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
