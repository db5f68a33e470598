"""What happens while the database cannot work is blamed on no row; what a row brings about is."""

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError, connection, transaction

from common.outages import is_outage, is_unavailable

pytestmark = pytest.mark.django_db


def fault(*statements: str) -> DatabaseError:
    """Return what PostgreSQL says to the last of them."""
    with pytest.raises(DatabaseError) as raised, transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return raised.value


def raised_with(state: str) -> DatabaseError:
    return fault(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$")


@pytest.mark.parametrize("state", ["53100", "53200", "53300", "57P01", "57P03", "25006", "58030"])
def test_a_database_that_is_full_or_stops_or_takes_no_writes_is_out(state: str):
    exc = raised_with(state)

    assert (is_outage(exc), is_unavailable(exc)) == (True, True)


def test_a_write_to_a_read_only_database_is_an_outage():
    exc = fault("SET LOCAL transaction_read_only = on", "DELETE FROM common_idempotencykey")

    assert is_outage(exc)


@pytest.mark.parametrize("state", ["40P01", "55P03", "57014"])
def test_a_lock_or_a_slow_statement_may_be_the_rows_own_and_may_work_later(state: str):
    exc = raised_with(state)

    assert (is_outage(exc), is_unavailable(exc)) == (False, True)


@pytest.mark.parametrize("statement", ["SELECT 1/0", "SELECT 'x'::int", "SELECT nothing"])
def test_a_wrong_value_is_no_outage(statement: str):
    exc = fault(statement)

    assert (is_outage(exc), is_unavailable(exc)) == (False, False)


@pytest.mark.parametrize("kind", [DatabaseError, OperationalError, InterfaceError])
def test_a_connection_that_ended_before_a_word_was_said_is_an_outage(kind: type[Exception]):
    exc = kind("server closed the connection unexpectedly")

    assert (is_outage(exc), is_unavailable(exc)) == (True, True)


def test_a_fault_of_the_statement_that_psycopg2_itself_finds_is_none():
    assert not is_unavailable(ProgrammingError("no results to fetch"))


def test_a_fault_of_python_is_no_outage():
    assert not is_unavailable(ValueError("no"))
