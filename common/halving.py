"""Work on many rows in one go, in which a bad row costs the others a second try and nothing else."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import connection, transaction

from common.outages import is_outage

Row = TypeVar("Row")


def work_in_halves(
    rows: Sequence[Row], *, work: Callable[[Sequence[Row]], int], set_aside: Callable[[Row, Exception], object]
) -> int:
    """Do ``work`` on ``rows`` in a savepoint; where that fails on each half, until what fails alone is ``set_aside``.

    Returns the sum of what ``work`` returned. It is called again with rows it has failed on, so it reads what it
    changes anew each time. Raises what no row is to blame for: the database is full, going down, or has gone.
    Call it within a transaction.
    """
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
