"""How far a lead is from its next stage, in points and in one sentence."""

from collections.abc import Iterator
from dataclasses import dataclass

from scoring.engine.compiling import CompiledRuleSet
from scoring.engine.definitions import TriggerRule
from scoring.engine.facts import GRADES, LEVELS, STAGE_NAMES, STAGE_RANK
from scoring.engine.judgement import Judgement
from scoring.engine.wording import capital, joined, noun_of, with_article

RISING = ("new", "iql", "mql")


@dataclass(frozen=True, slots=True)
class Need:
    """Missing points, in hundredths. ``axis`` is fit, engagement, or new: engagement since sales last answered."""

    axis: str
    points: int

    @property
    def text(self) -> str:
        """Return "6 more engagement points"; a part of a point counts as a whole one."""
        whole = -(-self.points // 100)
        words = {"fit": "more fit", "engagement": "more engagement", "new": "new engagement"}[self.axis]
        return f"{whole} {words} point{'' if whole == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Distance:
    """The next stage, what is missing for it, and a sentence for people."""

    stage: str
    needs: tuple[Need, ...]
    text: str


def next_stage(judgement: Judgement, rules: CompiledRuleSet, stage: str | None = None) -> Distance | None:
    """Return the way from ``stage`` (default: the judged one) to the nearest higher one, or None where there is none.

    Of several ways the one with the fewest kinds of points is named, engagement before fit.
    """
    here = stage or judgement.stage
    if here not in RISING or judgement.cause_kind == "disqualifier":
        return None
    if STAGE_RANK.get(judgement.candidate_stage, -1) > STAGE_RANK[here]:
        waiting = (
            f"Becomes {STAGE_NAMES[judgement.candidate_stage]} after {rules.definition.hold_hours} hours at this level."
        )
        return Distance(judgement.candidate_stage, (), waiting)
    requests = _requests(judgement, rules, here)
    ways = [way for way in _ways(judgement, rules, here) if way[1]]
    if ways:
        target, needs = min(ways, key=_effort)
        text = f"Needs {joined([need.text for need in needs], 'and')} for {STAGE_NAMES[target]}."
        return Distance(target, needs, f"{text} {_request_sentence(requests, target)}".strip())
    if requests:
        return Distance(_highest(requests), (), _request_sentence(requests, ""))
    return None


def _ways(judgement: Judgement, rules: CompiledRuleSet, here: str) -> Iterator[tuple[str, tuple[Need, ...]]]:
    """Yield each cell of the matrix that lies higher and can be reached by more points, with what it takes."""
    for grade in GRADES:
        to_grade = _fit_points(judgement, rules, grade)
        if to_grade is None:
            continue
        for level in LEVELS:
            cell = rules.definition.matrix[grade][level]
            if STAGE_RANK[cell.stage] <= STAGE_RANK[here] or level > judgement.level:
                continue
            needs = [Need("fit", to_grade)] if to_grade else []
            yield cell.stage, (*_engagement_needs(judgement, rules, cell.stage, level), *needs)


def _fit_points(judgement: Judgement, rules: CompiledRuleSet, grade: str) -> int | None:
    """Return the fit points up to a grade; None for a grade that more points do not lead to."""
    if grade == judgement.grade:
        return 0
    bounds = dict(zip("AB", rules.fit_bounds, strict=True))
    return bounds[grade] - judgement.fit if bounds.get(grade, 0) > judgement.fit else None


def _engagement_needs(judgement: Judgement, rules: CompiledRuleSet, stage: str, level: int) -> list[Need]:
    points = rules.engagement_bounds[level - 1] - judgement.engagement if level < judgement.level else 0
    new = judgement.missing_evidence if stage == "sql" else 0
    if new >= points:
        return [Need("new", new)] if new else []
    return [Need("engagement", points)]


def _effort(way: tuple[str, tuple[Need, ...]]) -> tuple[int, int, bool, int]:
    stage, needs = way
    return STAGE_RANK[stage], len(needs), needs[0].axis == "fit", sum(need.points for need in needs)


def _requests(judgement: Judgement, rules: CompiledRuleSet, here: str) -> list[TriggerRule]:
    """Return the triggers that one single activity would set off."""
    return [
        rule
        for rule in rules.definition.triggers
        if judgement.grade in rule.grades and rule.count == 1 and STAGE_RANK[rule.stage] > STAGE_RANK[here]
    ]


def _highest(requests: list[TriggerRule]) -> str:
    return max((rule.stage for rule in requests), key=STAGE_RANK.__getitem__)


def _request_sentence(requests: list[TriggerRule], target: str) -> str:
    """Return "A demo request would do it at once." or, for another stage, "... would make it SQL at once."."""
    if not requests:
        return ""
    highest = _highest(requests)
    nouns = dict.fromkeys(with_article(noun_of(rule.kind)) for rule in requests if rule.stage == highest)
    does = "do it" if highest == target else f"make it {STAGE_NAMES[highest]}"
    return f"{capital(joined(list(nouns), 'or'))} would {does} at once."
