"""What the rules page shows, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from scoring.engine import BehaviorRule, Cell, CompiledRuleSet, RuleSetDefinition
from scoring.engine.facts import GRADES, LEVELS
from scoring.engine.sentences import (
    behavior_sentence,
    disqualifier_sentence,
    fit_sentence,
    group_sentence,
    trigger_sentence,
)
from scoring.engine.wording import shown
from scoring.example import PERSON, worked_example
from scoring.selectors import Receipt, live_rule_set, live_rules, receipt_of


@dataclass(frozen=True, slots=True)
class Sentence:
    """A rule: its anchor, its name on receipts, its points and its sentence."""

    key: str
    name: str
    points: int
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """Engagement rules of one group, or those without one."""

    key: str
    name: str
    text: str
    rules: list[Sentence]

    @property
    def caption(self) -> str:
        return f"{self.name or 'All other'} rules"


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One grade: its bound in words and its cells from level 1 to 3."""

    grade: str
    text: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Example:
    """A made-up lead and its receipt."""

    person: str
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class RulesPage:
    """The live rule set in words."""

    version: int
    note: str
    published_at: datetime | None
    published_by: User | None
    fit_rules: list[Sentence]
    sections: list[Section]
    disqualifiers: list[Sentence]
    triggers: list[Sentence]
    matrix: list[MatrixRow]
    levels: list[str]
    hold_hours: int
    evidence_points: int
    example: Example

    @property
    def version_label(self) -> str:
        return f"Live v{self.version}"


def rules_page(*, now: datetime) -> RulesPage:
    """Return everything the page of the live rules shows."""
    rules, rule_set = live_rules(), live_rule_set()
    said = rules.definition
    return RulesPage(
        version=rules.version,
        note=rule_set.note if rule_set else "",
        published_at=rule_set.published_at if rule_set else None,
        published_by=rule_set.published_by if rule_set else None,
        fit_rules=[Sentence(rule.key, rule.name, rule.points, fit_sentence(rule)) for rule in said.fit_rules],
        sections=_sections(said),
        disqualifiers=[Sentence(rule.key, rule.name, 0, disqualifier_sentence(rule)) for rule in said.disqualifiers],
        triggers=[Sentence(rule.key, rule.name, 0, trigger_sentence(rule)) for rule in said.triggers],
        matrix=_matrix(said),
        levels=_levels(said),
        hold_hours=said.hold_hours,
        evidence_points=said.evidence_points,
        example=_example(rules, now),
    )


def _sections(said: RuleSetDefinition) -> list[Section]:
    """Return the rules without a group first, then each group with its cap."""
    grouped = {group.key for group in said.groups}
    sections = [Section("", "", "", _sentences(rule for rule in said.behavior_rules if rule.group not in grouped))]
    for group in said.groups:
        own = _sentences(rule for rule in said.behavior_rules if rule.group == group.key)
        sections.append(Section(group.key, group.name, group_sentence(group), own))
    return [section for section in sections if section.rules]


def _sentences(rules: Iterable[BehaviorRule]) -> list[Sentence]:
    return [Sentence(rule.key, rule.name, rule.points, behavior_sentence(rule)) for rule in rules]


def _matrix(said: RuleSetDefinition) -> list[MatrixRow]:
    good, fair = (shown(bound) for bound in said.fit_bounds)
    texts = {"A": f"{good} and more", "B": f"{fair} to below {good}", "C": f"below {fair}", "?": "nothing known yet"}
    return [MatrixRow(grade, texts[grade], [said.matrix[grade][level] for level in LEVELS]) for grade in GRADES]


def _levels(said: RuleSetDefinition) -> list[str]:
    one, two = (shown(bound) for bound in said.engagement_bounds)
    return [f"{one} and more", f"{two} to below {one}", f"below {two}"]


def _example(rules: CompiledRuleSet, now: datetime) -> Example:
    judgement = worked_example(rules, now=now)
    person = f"{PERSON['first_name']} {PERSON['last_name']}, {PERSON['job_title']}, {PERSON['email']}"
    return Example(person, receipt_of(judgement, judgement.stage, now))
