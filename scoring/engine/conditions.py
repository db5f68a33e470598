"""Predicates of rules, compiled once so that a judgement only calls them."""

import fnmatch
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from scoring.engine.definitions import ProfileRule, Value
from scoring.engine.titles import JOB_LEVEL_RANK

Predicate = Callable[[Any], bool]

NEEDS_LIST = frozenset({"in", "not_in", "matches_word"})
NEEDS_NUMBER = frozenset({"at_least", "at_most"})
NEEDS_NOTHING = frozenset({"known", "unknown"})
OPERATORS = (
    frozenset({"is", "is_not", "contains", "starts_with", "ends_with"}) | NEEDS_LIST | NEEDS_NUMBER | NEEDS_NOTHING
)


def fold(value: Any) -> str:
    """Return the text that comparisons use: trimmed, without regard to case."""
    return str(value).strip().casefold()


def words(value: Value) -> tuple[str, ...]:
    """Return the values of a rule as folded texts."""
    values = value if isinstance(value, (list, tuple)) else (value,)
    return tuple(fold(each) for each in values)


def number(value: Any) -> float | None:
    """Return a number, or None for what is no number; a text like "1,200" counts as 1200."""
    if isinstance(value, (int, float)):
        return float(value)
    try:
        return float(str(value).replace(",", "").strip())
    except ValueError:
        return None


def _compare(rule: ProfileRule) -> Predicate:
    """Compare job levels by seniority and everything else as numbers."""
    up = rule.operator == "at_least"
    if rule.field == "job_level":
        bound = JOB_LEVEL_RANK[str(rule.value)]
        passing = frozenset(x for x, rank in JOB_LEVEL_RANK.items() if (rank >= bound if up else rank <= bound))
        return passing.__contains__
    limit = number(rule.value)
    if limit is None:
        raise ValueError(f"Rule {rule.key}: {rule.value!r} is not a number.")

    def compare(value: Any) -> bool:
        given = number(value)
        return given is not None and (given >= limit if up else given <= limit)

    return compare


def profile_predicate(rule: ProfileRule) -> Predicate:
    """Return a predicate on a known value. Only ``unknown`` is true of an unknown field, and it is not asked here."""
    if rule.operator not in OPERATORS:
        raise ValueError(f"Rule {rule.key}: unknown operator {rule.operator!r}; use one of {sorted(OPERATORS)}.")
    if rule.operator in NEEDS_NUMBER:
        return _compare(rule)
    if rule.operator == "matches_word":
        found = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words(rule.value)))})(?!\w)").search
        return _remembered(lambda text: found(fold(text)) is not None)
    wanted, first = frozenset(words(rule.value)), words(rule.value)[0]
    return {
        "is": lambda value: fold(value) == first,
        "is_not": lambda value: fold(value) != first,
        "in": lambda value: fold(value) in wanted,
        "not_in": lambda value: fold(value) not in wanted,
        "contains": lambda value: first in fold(value),
        "starts_with": lambda value: fold(value).startswith(first),
        "ends_with": lambda value: fold(value).endswith(first),
        "known": lambda value: True,
        "unknown": lambda value: False,
    }[rule.operator]


def _remembered(test: Callable[[str], bool]) -> Predicate:
    """Remember the answers for texts that come again and again, such as paths and job titles."""
    remember = lru_cache(maxsize=4_096)(test)
    return lambda value: remember(value if type(value) is str else str(value))


def path_predicate(pattern: str) -> Predicate:
    """``*`` stands for anything; without one the path itself and everything below it matches."""
    if "*" in pattern:
        match = re.compile(fnmatch.translate(pattern.casefold())).match
        return _remembered(lambda value: match(_path(value)) is not None)
    exact = _path(pattern)
    below = exact.rstrip("/") + "/"
    return _remembered(lambda value: (path := _path(value)) == exact or path.startswith(below))


def _path(value: str) -> str:
    path = value.split("?", 1)[0].split("#", 1)[0].casefold()
    return path.rstrip("/") or "/"


def _payload_value(key: str, value: Value) -> Predicate:
    if key == "path":
        tests = [path_predicate(str(each)) for each in (value if isinstance(value, (list, tuple)) else (value,))]
        return tests[0] if len(tests) == 1 else lambda given: any(test(given) for test in tests)
    wanted = frozenset(words(value))
    return lambda given: fold(given) in wanted


def payload_predicate(conditions: Mapping[str, Value]) -> Predicate | None:
    """Return a predicate on a payload that asks for all conditions, or None when there is none."""
    tests = [(key, _payload_value(key, value)) for key, value in conditions.items()]
    if not tests:
        return None
    if len(tests) == 1:
        ((key, test),) = tests
        return lambda payload: (given := payload.get(key)) is not None and test(given)
    return lambda payload: all((given := payload.get(key)) is not None and test(given) for key, test in tests)
