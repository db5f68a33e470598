"""Work on many rows in one go, in which a bad row is set aside and costs the others as little as can be.

Where an error comes while one row is judged by itself, that row is to blame. Where many are written by one statement
the database does not say which; halves do.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from django.db import DatabaseError, connection, transaction

from common.outages import is_outage

Row = TypeVar("Row")
Made = TypeVar("Made")
SetAside = Callable[[Row, Exception], object]


def blame(row: object, error: Exception) -> None:
    """Set nothing aside: raise the error of the first bad row."""
    raise error


def work_on_each(rows: Iterable[Row], *, work: Callable[[Row], Made], set_aside: SetAside[Row]) -> list[Made]:
    """Return what ``work``, which does not ask the database, makes of each row but of those that are ``set_aside``."""
    made = []
    for row in rows:
        try:
            made.append(work(row))
        except DatabaseError:
            raise
        except Exception as error:
            set_aside(row, error)
    return made


def work_in_halves(rows: Sequence[Row], *, work: Callable[[Sequence[Row]], int], set_aside: SetAside[Row]) -> int:
    """Do ``work`` on ``rows`` in a savepoint; where that fails on each half, until what fails alone is ``set_aside``.

    Returns the sum of what ``work`` returned. It is called again with rows it has failed on, so it reads what it
    changes anew each time. Raises what no row is to blame for: the database is full, going down, or has gone.
    Call it within a transaction.
    """
    if not rows:
        return 0
    try:
        with transaction.atomic():
            return work(rows)
    except Exception as error:
        if is_outage(error) or not connection.is_usable():
            raise
        if len(rows) == 1:
            set_aside(rows[0], error)
            return 0
    middle = len(rows) // 2
    return sum(work_in_halves(half, work=work, set_aside=set_aside) for half in (rows[:middle], rows[middle:]))
