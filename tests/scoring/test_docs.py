"""``docs/scoring.md`` says what the engine computes."""

from pathlib import Path

from scoring.engine import CompiledRuleSet, next_stage
from scoring.engine.conditions import OPERATORS
from scoring.engine.facts import GRADES, LEVELS, STAGE_NAMES
from scoring.engine.titles import JOB_LEVELS
from scoring.engine.wording import shown
from scoring.example import worked_example
from scoring.starter import STARTER

RULES = CompiledRuleSet(STARTER)
TEXT = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text(encoding="utf-8")


def test_the_worked_example_is_what_the_engine_computes(now):
    judgement = worked_example(RULES, now=now)

    for line in judgement.fit_lines:
        assert f"| {line.text} | {shown(line.points)} |" in TEXT
    rows = [row.split(" | ") for row in TEXT.splitlines() if row.startswith("| ") and row.count("|") == 5]
    told = [(row[0].removeprefix("| "), row[-2].strip(), row[-1].removesuffix(" |")) for row in rows]
    for line in judgement.engagement_lines:
        assert (line.text, shown(line.points), shown(line.remaining)) in told
    assert f"| = Fit, grade {judgement.grade} | {shown(judgement.fit)} |" in TEXT
    assert f"| = Engagement, level {judgement.level} |  |  | {shown(judgement.engagement)} |" in TEXT
    assert next_stage(judgement, RULES).text in TEXT
    assert f"{judgement.next_change_at:%-d %B %Y at %H:%M:%S} UTC" in TEXT


def test_the_matrix_is_the_starters():
    for grade in GRADES:
        row = next(row for row in TEXT.splitlines() if row.startswith(f"| **Fit {grade}**"))
        cells = [STARTER.matrix[grade][level] for level in LEVELS]
        assert row.split(" | ", 1)[1] == " | ".join(f"{STAGE_NAMES[c.stage]}, {c.temperature}" for c in cells) + " |"


def test_every_operator_and_job_level_is_named():
    for operator in OPERATORS:
        assert f"`{operator}`" in TEXT
    assert ", ".join(JOB_LEVELS) in TEXT
