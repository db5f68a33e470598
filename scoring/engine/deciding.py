"""Stage and temperature: disqualifiers beat triggers, and triggers beat the matrix."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from scoring.engine.compiling import CompiledRuleSet, Placement, TriggerPlan
from scoring.engine.facts import STAGE_RANK, FactLike, Hold
from scoring.engine.judgement import Decision, FitResult

Triggered = Mapping[TriggerPlan, Sequence[FactLike]]


def decide(
    rules: CompiledRuleSet,
    fit: FitResult,
    level: int,
    at: datetime,
    *,
    triggered: Triggered,
    has_evidence: bool,
    hold: Hold,
) -> Decision:
    """Return the proposal for a grade and a level at a moment."""
    if fit.disqualifier is not None:
        rule = fit.disqualifier
        return Decision("disqualified", "cold", "disqualifier", rule.key, rule.name)
    if triggered:
        trigger = _strongest(triggered, fit.grade, at)
        if trigger is not None:
            asked = trigger.rule
            return Decision(asked.stage, asked.temperature, "trigger", asked.key, asked.name)
    placement = rules.placements[fit.grade][level - 1]
    if placement.stage == "sql" and not has_evidence:
        placement = placement._replace(stage="mql", text=placement.text_without_evidence)
    if rules.hold:
        return _held(rules, placement, at, hold)
    return Decision(placement.stage, placement.temperature, "matrix", placement.key, placement.text)


def _held(rules: CompiledRuleSet, placement: Placement, at: datetime, hold: Hold) -> Decision:
    """Let a stage rise only after it was reached without a break for the hold hours."""
    stage, temperature, rank = placement.stage, placement.temperature, STAGE_RANK[placement.stage]
    if rank <= STAGE_RANK[hold.stage]:
        return Decision(stage, temperature, "matrix", placement.key, placement.text)
    waits_on = hold.candidate_since is not None and rank <= STAGE_RANK.get(hold.candidate_stage, -1)
    since = hold.candidate_since if waits_on and hold.candidate_since is not None else at
    if at - since >= rules.hold:
        return Decision(stage, temperature, "matrix", placement.key, placement.text)
    return Decision(hold.stage, temperature, "matrix", placement.key, placement.text, stage, since)


def _strongest(triggered: Triggered, grade: str, at: datetime) -> TriggerPlan | None:
    """Return the active trigger with the highest stage, then the hottest, then the first in the list."""
    best = None
    for trigger, facts in triggered.items():
        if grade not in trigger.grades or len(facts) < trigger.count:
            continue
        if facts[-trigger.count].occurred_at + trigger.within > at and (best is None or trigger.rank > best.rank):
            best = trigger
    return best


def change_times(
    rules: CompiledRuleSet, decision: Decision, triggered: Triggered, after: datetime
) -> Iterator[datetime]:
    """Return the moments at which a trigger or the hold ends."""
    for trigger, facts in triggered.items():
        if len(facts) >= trigger.count:
            ends_at = facts[-trigger.count].occurred_at + trigger.within
            if ends_at > after:
                yield ends_at
    if decision.candidate_since is not None:
        yield decision.candidate_since + rules.hold
