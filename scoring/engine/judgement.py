"""The result of judging. It keeps numbers and references; sentences and lines are made only when asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from scoring.engine.definitions import ProfileRule
from scoring.engine.facts import STAGE_RANK, FactLike, Hold
from scoring.engine.wording import at_most, shown

if TYPE_CHECKING:
    from scoring.engine.compiling import BehaviorPlan, CompiledRuleSet

# A rule, the fact that earned it, and what remains of its points.
Earning = tuple["BehaviorPlan", FactLike, int]

# What a line may name from the fact, the most telling first.
_DETAIL_KEYS = ("offer_name", "form_name", "path", "subject", "result")


class Decision(NamedTuple):
    """What is proposed, why, and what the lead waits for when its stage is held back."""

    stage: str
    temperature: str
    cause_kind: str
    cause_key: str
    cause: str
    candidate_stage: str = ""
    candidate_since: datetime | None = None

    def hold_after(self, hold: Hold) -> Hold:
        """Return where the lead stands once this decision is applied; facts only raise a stage."""
        stage = self.stage if STAGE_RANK[self.stage] > STAGE_RANK[hold.stage] else hold.stage
        return Hold(stage, self.candidate_stage, self.candidate_since)


@dataclass(slots=True)
class FitResult:
    """Fit, its grade, the rules that gave it, and the disqualifier that holds, if any."""

    score: int
    grade: str
    hits: list[ProfileRule]
    before_clamp: int
    disqualifier: ProfileRule | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a receipt. ``kind`` is rule, limit, cap or clamp; ``rule`` is the key of the rule or group."""

    rule: str
    text: str
    occurred_at: datetime | None
    points: int
    remaining: int
    kind: str = "rule"
    fact_id: int | None = None


@dataclass(slots=True)
class Judgement:
    """Fit, engagement, stage and temperature of one lead at one moment. Treat it as read-only."""

    rules: "CompiledRuleSet"
    at: datetime
    fit_result: FitResult
    engagement: int
    level: int
    decision: Decision
    evidence_after: datetime | None
    has_evidence: bool
    earnings: list[Earning]
    not_counted: Mapping["BehaviorPlan", int]
    before_clamp: int
    next_change_at: datetime | None = field(default=None)

    @property
    def fit(self) -> int:
        return self.fit_result.score

    @property
    def grade(self) -> str:
        return self.fit_result.grade

    @property
    def stage(self) -> str:
        return self.decision.stage

    @property
    def temperature(self) -> str:
        return self.decision.temperature

    @property
    def cause_kind(self) -> str:
        return self.decision.cause_kind

    @property
    def cause_key(self) -> str:
        return self.decision.cause_key

    @property
    def cause(self) -> str:
        return self.decision.cause

    @property
    def candidate_stage(self) -> str:
        return self.decision.candidate_stage

    @property
    def candidate_since(self) -> datetime | None:
        return self.decision.candidate_since

    @property
    def missing_evidence(self) -> int:
        """Raw points from new facts that SQL still needs since sales last answered; 0 when it needs none."""
        since = self.evidence_after
        if since is None or self.has_evidence:
            return 0
        earned = sum(plan.points for plan, fact, _ in self.earnings if fact.recorded_at > since)
        return self.rules.evidence_points - earned

    @property
    def rule_set_version(self) -> int:
        return self.rules.version

    @property
    def lines(self) -> list[Line]:
        """Return all lines; those of fit add up to fit, those of engagement to engagement."""
        return [*self.fit_lines, *self.engagement_lines]

    @property
    def fit_lines(self) -> list[Line]:
        result = self.fit_result
        lines = [Line(rule.key, rule.name, None, rule.points, rule.points) for rule in result.hits]
        return lines + clamp_lines(result.before_clamp, result.score)

    @property
    def engagement_lines(self) -> list[Line]:
        """Return the earned lines, newest first, then limits, caps and the clamp."""
        lines = [
            Line(plan.rule.key, fact_text(plan, fact), fact.occurred_at, plan.points, left, fact_id=fact.id)
            for plan, fact, left in reversed(self.earnings)
        ]
        for plan, count in self.not_counted.items():
            lines.append(Line(plan.rule.key, limit_text(plan, count), None, 0, 0, "limit"))
        return lines + self._cap_lines() + clamp_lines(self.before_clamp, self.engagement)

    def _cap_lines(self) -> list[Line]:
        totals: dict[str, int] = {}
        for plan, _, left in self.earnings:
            totals[plan.rule.group] = totals.get(plan.rule.group, 0) + left
        lines = []
        for key, total in totals.items():
            group = self.rules.groups.get(key)
            if group is not None and total > group.cap:
                text = f"{group.name}: at most {shown(group.cap)} points count"
                lines.append(Line(key, text, None, group.cap - total, group.cap - total, "cap"))
        return lines


def clamp_lines(before: int, score: int) -> list[Line]:
    """Return the line that keeps a score within 0 and 100, if one is needed."""
    if before == score:
        return []
    text = "A score is at most 100" if before > score else "A score is at least 0"
    return [Line("clamp", text, None, score - before, score - before, "clamp")]


def fact_text(plan: "BehaviorPlan", fact: FactLike) -> str:
    """Return the rule's name with what the fact names and the rule does not."""
    detail = fact_detail(fact.payload, plan.rule.conditions)
    return f"{plan.rule.name}: {detail}" if detail else plan.rule.name


def fact_detail(payload: Mapping[str, Any], conditions: Mapping[str, Any]) -> str:
    """Return the most telling name in a payload that no condition of the rule has fixed already."""
    for key in _DETAIL_KEYS:
        value = payload.get(key)
        if value and key not in conditions and key.removesuffix("_name") not in conditions:
            return str(value)[:120]
    return ""


def limit_text(plan: "BehaviorPlan", count: int) -> str:
    """Return the sentence for what a limit kept from counting."""
    return f"{plan.rule.name}: {count} more not counted, {at_most(plan.rule.limit or 0, plan.rule.limit_days)}"
