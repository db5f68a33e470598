"""Many rows in one go: the bad ones are found, the others are done, once."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from common.halving import work_in_halves, work_on_each

pytestmark = pytest.mark.django_db


@pytest.fixture
def done():
    """Return a function that reads which numbers were written to a table that takes no negative ones."""

    def read():
        with connection.cursor() as cursor:
            cursor.execute("SELECT number FROM work ORDER BY number")
            return [number for (number,) in cursor.fetchall()]

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE work (number int CHECK (number >= 0)) ON COMMIT DROP")
    return read


def write(numbers):
    with connection.cursor() as cursor:
        for number in numbers:
            cursor.execute("INSERT INTO work VALUES (%s)", [number])
    return len(numbers)


@pytest.mark.parametrize("bad", [[], [-1], [-1, -2, -3], list(range(-20, 0))])
def test_the_bad_ones_are_set_aside_and_all_others_done_once(bad, done):
    rows = sorted([*bad, *range(40)], key=lambda number: number % 7)
    aside = {}

    count = work_in_halves(rows, work=write, set_aside=lambda row, error: aside.update({row: type(error).__name__}))

    assert (count, done()) == (40, list(range(40)))
    assert aside == dict.fromkeys(bad, "IntegrityError")


def test_what_no_row_is_to_blame_for_is_raised_and_nothing_set_aside(done):
    aside = []

    def work(rows):
        write(rows)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
            cursor.execute("DELETE FROM leads_lead")
        return len(rows)

    with pytest.raises(DatabaseError, match="read-only"), transaction.atomic():
        work_in_halves([1, 2, 3], work=work, set_aside=lambda row, error: aside.append(row))

    assert (aside, done()) == ([], [])


def test_judged_one_by_one_a_bad_one_is_set_aside_and_the_database_is_to_blame_for_its_own_errors(done):
    aside = {}

    made = work_on_each([1, 0, 2], work=lambda number: 2 // number, set_aside=aside.__setitem__)

    assert made == [2, 1]
    assert [(number, type(error)) for number, error in aside.items()] == [(0, ZeroDivisionError)]
    with pytest.raises(DatabaseError), transaction.atomic():
        work_on_each([-1], work=lambda number: write([number]), set_aside=aside.__setitem__)
