"""The rules in force, and why a lead has its score."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import F, Q
from django.urls import reverse

from leads.kinds import Kind, Stage
from leads.lifecycle import FactRow
from leads.models import Lead, LeadState
from leads.selectors import facts_of, profile_of
from scoring.engine import CompiledRuleSet, Distance, Hold, Judgement, Line, judge, next_stage
from scoring.engine.wording import signed
from scoring.models import RuleSet
from scoring.starter import STARTER
from scoring.storing import definition_of

SHOWN_LINES = 8
STARTER_RULES = CompiledRuleSet(STARTER)


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line as a person reads it. ``at`` is when it happened; limits, caps and clamps have none."""

    rule: str
    what: str
    note: str
    at: datetime | None
    points: int
    remaining: int
    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """Why a lead is judged as it is. The lines of an axis add up to its score exactly."""

    fit: int
    grade: str
    fit_lines: list[ReceiptLine]
    engagement: int
    level: int
    engagement_lines: list[ReceiptLine]
    stage: str
    temperature: str
    cause: str
    rule_set_version: int
    scored_at: datetime
    known_at: datetime
    next_change_at: datetime | None
    to_next_stage: Distance | None

    @property
    def grade_note(self) -> str:
        return "not known yet" if self.grade == "?" else f"grade {self.grade}"

    @property
    def level_note(self) -> str:
        return f"level {self.level}"

    @property
    def engagement_shown(self) -> list[ReceiptLine]:
        """Return the newest lines, one line for all older ones, then limits, caps and the clamp: the same sum."""
        earned = [line for line in self.engagement_lines if line.kind == "rule"]
        newest, older = earned[:SHOWN_LINES], earned[SHOWN_LINES:]
        rest = [line for line in self.engagement_lines if line.kind != "rule"]
        return [*newest, *_folded(older), *rest]


def _folded(older: list[ReceiptLine]) -> list[ReceiptLine]:
    if len(older) < 2:
        return older
    points, left = sum(line.points for line in older), sum(line.remaining for line in older)
    return [ReceiptLine("", f"{len(older)} older ones", f"was {signed(points)}", older[0].at, points, left, "rule", "")]


def live_rules() -> CompiledRuleSet:
    """Return the rules in force, compiled once a process. One query; the starter rules where none is live."""
    return _compiled_or_starter(RuleSet.objects.filter(state=RuleSet.State.LIVE))


def rules_at(moment: datetime) -> CompiledRuleSet:
    """Return the rules that were in force at a moment; before the first version, that one."""
    in_force = RuleSet.objects.filter(Q(retired_at=None) | Q(retired_at__gt=moment), published_at__isnull=False)
    return _compiled_or_starter(in_force.order_by(F("published_at").asc()))


def live_rule_set() -> RuleSet | None:
    """Return the live version as a row, with the person who published it."""
    return RuleSet.objects.filter(state=RuleSet.State.LIVE).select_related("published_by").first()


def _compiled_or_starter(rule_sets: Any) -> CompiledRuleSet:
    row = rule_sets.values_list("pk", "published_at")[:1]
    return _compile(*row[0]) if (row := list(row)) else STARTER_RULES


@lru_cache(maxsize=32)
def _compile(pk: int, published_at: datetime) -> CompiledRuleSet:
    """Published versions never change, so one that was compiled stays right; ``published_at`` is part of the key."""
    rule_set = RuleSet.objects.get(pk=pk)
    return CompiledRuleSet(definition_of(rule_set, rule_set.rules.all(), rule_set.triggers.all()))


def shown_receipt(lead: Lead, *, now: datetime) -> Receipt:
    """Return the receipt of the numbers that lists and pages show: as of the last judgement, else as of ``now``."""
    state = LeadState.objects.filter(pk=lead.pk).first()
    at = state.scored_at if state else now
    return receipt(lead, at=at, known_at=at)


def receipt(lead: Lead, *, at: datetime, known_at: datetime | None = None) -> Receipt:
    """Judge a lead at a moment by what was known then, with every line in words.

    The rules are those in force at ``known_at`` (default: ``at``), and the profile is the one known then.
    """
    known_at = known_at or at
    rules, facts = rules_at(known_at), facts_of(lead)
    state = LeadState.objects.filter(pk=lead.pk).first()
    hold = Hold(state.stage, state.candidate_stage, state.candidate_since) if state and rules.hold else Hold()
    profile = profile_then(profile_of(lead), facts, known_at)
    judgement = judge(facts, profile, rules, at, known_at, hold=hold)
    return receipt_of(judgement, _stage_then(lead, state, judgement, at), known_at)


def profile_then(profile: Mapping[str, Any], facts: Iterable[FactRow], known_at: datetime) -> dict[str, Any]:
    """Return the profile without the changes recorded after ``known_at``, the latest taken back first."""
    then = dict(profile)
    changes = [fact for fact in facts if fact.kind == Kind.PROFILE_CHANGED and fact.recorded_at > known_at]
    for fact in sorted(changes, key=lambda fact: (fact.recorded_at, fact.id), reverse=True):
        then[fact.payload["field"]] = fact.payload.get("old")
    return then


def _stage_then(lead: Lead, state: LeadState | None, judgement: Judgement, at: datetime) -> str:
    """Return the stage the lead was in; a person or an earlier score may have put it above what the rules say."""
    if state is None:
        return judgement.stage
    if at >= state.scored_at:
        return state.stage
    moves = lead.transitions.filter(at__lte=at).order_by("-at", "-id").values_list("to_stage", flat=True)
    return moves.first() or Stage.NEW.value


def receipt_of(judgement: Judgement, stage: str, known_at: datetime) -> Receipt:
    """Return a judgement in words, for a lead in ``stage``."""
    rules = judgement.rules
    return Receipt(
        fit=judgement.fit,
        grade=judgement.grade,
        fit_lines=_lines(judgement.fit_lines),
        engagement=judgement.engagement,
        level=judgement.level,
        engagement_lines=_lines(judgement.engagement_lines),
        stage=stage,
        temperature=judgement.temperature,
        cause=judgement.cause,
        rule_set_version=rules.version,
        scored_at=judgement.at,
        known_at=known_at,
        next_change_at=judgement.next_change_at,
        to_next_stage=next_stage(judgement, rules, stage),
    )


def _lines(lines: Iterable[Line]) -> list[ReceiptLine]:
    page = reverse("scoring:rules")
    return [
        ReceiptLine(
            rule=line.rule,
            what=line.text,
            note=f"was {signed(line.points)}" if line.points != line.remaining else "",
            at=line.occurred_at,
            points=line.points,
            remaining=line.remaining,
            kind=line.kind,
            url="" if line.kind == "clamp" else f"{page}#{'group' if line.kind == 'cap' else 'rule'}-{line.rule}",
        )
        for line in lines
    ]
