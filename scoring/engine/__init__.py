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
from scoring.engine.distance import Distance, Need, next_stage
from scoring.engine.facts import Fact, FactLike, Hold
from scoring.engine.judgement import Judgement, Line
from scoring.engine.judging import judge

__all__ = [
    "BehaviorRule",
    "Cell",
    "CompiledRuleSet",
    "Distance",
    "Fact",
    "FactLike",
    "Group",
    "Hold",
    "Judgement",
    "Line",
    "Need",
    "ProfileRule",
    "RuleSetDefinition",
    "TriggerRule",
    "judge",
    "next_stage",
]
