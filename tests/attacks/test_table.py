"""The table of attacks names tests that exist, and every attack on what exists."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
TABLE = TESTS.parent / "docs" / "security-tests.md"
# What the product has by now: no uploads, imports, and no tracking outside of forms.
ATTACKED = [1, 2, 4, 5, 7, 8, 12, 13, 14, 15, *range(18, 30), 31, 33, 34, 36, 38, 39, 40, 41, 43]


def rows() -> dict[str, list[str]]:
    lines = [line.split("|") for line in TABLE.read_text().splitlines() if line.startswith(("| S", "| F", "| -"))]
    return {cells[1].strip(): re.findall(r"`([^`]+)`", cells[3]) for cells in lines}


def test_every_attack_names_a_test_that_exists():
    missing = [(number, name) for number, names in rows().items() for name in names if not (TESTS / name).is_file()]

    assert missing == [] and all(rows().values())
    assert {f"S{number:02}" for number in ATTACKED} <= set(rows())


def test_every_file_of_attacks_is_in_the_table():
    listed = {name for names in rows().values() for name in names}
    files = {f"attacks/{path.name}" for path in TESTS.glob("attacks/test_*.py")}

    assert files - listed - {"attacks/test_table.py", "attacks/test_everything_at_once.py"} == set()
