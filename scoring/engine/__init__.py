"""The engine: a pure function from facts, a profile and rules to a judgement."""

from scoring.engine.compiling import CompiledRuleSet
from scoring.engine.definitions import (
    BehaviorRule,
    Cell,
    Group,
    ProfileRule,
    RuleSetDefinition,
    TriggerRule,
)
from scoring.engine.facts import Fact, Hold
from scoring.engine.judgement import Judgement, Line
from scoring.engine.judging import judge

__all__ = [
    "BehaviorRule",
    "Cell",
    "CompiledRuleSet",
    "Fact",
    "Group",
    "Hold",
    "Judgement",
    "Line",
    "ProfileRule",
    "RuleSetDefinition",
    "TriggerRule",
    "judge",
]
