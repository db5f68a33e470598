"""No cell of an export is a formula in the spreadsheet it is opened with, whatever strangers wrote (S05, S12)."""

import csv
import io

import pytest
from django.utils import timezone

from accounts.services import audit
from common.csv_export import csv_response, safe_cell
from tests.accounts.test_role_matrix import address, table
from tests.factories.world import World, build_world

FORMULA = "cmd|' /C calc'!A1"
# The last sign of each is what a spreadsheet would begin a formula with.
STARTS = ["=", "+", "-", "@", "\t=", "\r=", "\n=", "\r\n=", " =", "   +", "\u00a0=", "\x00=", "\x0b-", "\x1b=",
          "\u200b=", "\u200d@", "\ufeff=", "\u202e=", "\u2060+", "\u3000=", "\uff1d", "\uff0b", "\uff0d", "\uff20",
          "\ufe66", "\ufe63", "\u207a", ";=", ",=", "|=", '"=', "'=", "''=", "`=", ' "; =']  # fmt: skip
HARMLESS = ["", "Ada", "a=b", "1+1", "3-4", "ada@work.example", "{{7*7}}", "<b>", "O'Neill", "ö", "(=)", "2026-11-25"]


def cells_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("start", STARTS)
def test_a_cell_that_might_be_run_gets_an_apostrophe_and_keeps_every_sign(start):
    for text in (start + FORMULA, f"{start}x!A1@b.co"):
        assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_a_cell_that_cannot_be_run_stays_as_it_is(text):
    assert safe_cell(text) == text


def test_a_phone_is_a_text_and_a_number_is_a_number():
    assert [safe_cell(value) for value in ("+49 30 1", -5, -0.5, 12, None, True)] == [
        "'+49 30 1", "-5", "-0.5", "12", "", "True",
    ]  # fmt: skip


def test_one_apostrophe_taken_away_gives_back_what_was_written():
    texts = [start + FORMULA for start in STARTS] + HARMLESS

    rows = cells_of(csv_response(name="all.csv", header=["text"], rows=[[text] for text in texts]))[1:]

    assert [cell.removeprefix("'") for (cell,) in rows] == texts


def test_a_program_that_parts_cells_at_semicolons_finds_no_formula_within_a_cell():
    answer = csv_response(name="all.csv", header=["a", "b"], rows=[["Ada;=1+1", "x\t=1+1"]])

    line = b"".join(answer).decode("utf-8-sig").splitlines()[1]

    assert line == '"Ada;=1+1","x\t=1+1"'


@pytest.fixture
def world(db) -> World:
    return build_world(company=f"={FORMULA}", first_name=f"+{FORMULA}", job_title=f" ={FORMULA}", message=f"@{FORMULA}")


def test_no_export_holds_a_formula(world):
    """Each route that exports, over what strangers and members wrote."""
    rows = {start: ["", start.replace("\0", "") + FORMULA] for start in STARTS if "\0" not in start}
    audit(by=world.people["admin"], action="changed", kind="user", object_id=f"={FORMULA}"[:64], changes=rows,
          now=timezone.now())  # fmt: skip
    exports = [(route, method) for route, method in table() if "export" in route]
    client, cells = world.client("admin"), []

    for route, method in exports:
        answer = client.generic(method, address(route, world))
        assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")
        cells += [cell for row in cells_of(answer) for cell in row]

    assert exports and any(FORMULA in cell for cell in cells)
    assert [cell for cell in cells if FORMULA in cell and not cell.startswith("'")] == []
