"""The table of keys, which the sheet, the palette, the printed caps and the scripts share."""

import re
from collections import Counter
from pathlib import Path

import pytest

from common.shortcuts import SHORTCUTS

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
# The gallery shows components with samples; items of a menu are pressed by their number.
WRITTEN_KEY = re.compile(r'data-key="(?!\{\{|\d")')


def test_no_key_does_two_things():
    keys = Counter(key for row in SHORTCUTS.values() for key in (row.key, row.row_key) if key)

    assert [key for key, times in keys.items() if times > 1] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_no_template_has_a_key_of_its_own(path):
    if "_ui" in path.parts:
        pytest.skip("the gallery")

    assert WRITTEN_KEY.findall(path.read_text()) == []


def test_what_scripts_do_is_in_the_table_and_done():
    scripts = "".join(path.read_text() for path in (ROOT / "static/js").glob("*.js"))
    done = set(re.findall(r"\bacts\.(\w+) = ", scripts))

    assert done == {act for act, row in SHORTCUTS.items() if row.needs}


@pytest.mark.parametrize(
    ("act", "caps", "spoken"),
    [("leads", [["G", "L"]], ""), ("palette", [["Ctrl", "K"]], "Control+k"), ("open", [["O"], ["Enter"]], "o")],
)
def test_a_key_is_printed_and_spoken_from_its_row(act, caps, spoken):
    assert SHORTCUTS[act].caps == caps
    assert SHORTCUTS[act].spoken == spoken
