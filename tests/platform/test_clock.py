"""The product goes by the database's clock, also on a machine whose own clock is wrong or is set while it runs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from common.clock import Clock

pytestmark = pytest.mark.django_db
LITTLE = timedelta(seconds=1)


class WrongClock(Clock):
    """On a machine that is wrong by ``wrong_seconds``, and counts how often the database was asked."""

    def __init__(self, wrong_seconds: float = 0.0) -> None:
        super().__init__()
        self.wrong_seconds = wrong_seconds
        self.asked = 0

    def wall(self) -> float:
        return super().wall() + self.wrong_seconds

    def _compare(self, base: float) -> None:
        self.asked += 1
        super()._compare(base)


@pytest.mark.parametrize("wrong_seconds", [0, 3600, -3600, 86_400, -86_400])
def test_a_wrong_machine_still_knows_the_time(wrong_seconds: float) -> None:
    clock = WrongClock(wrong_seconds)

    assert abs(clock.now() - datetime.now(UTC)) < LITTLE
    assert clock.off_seconds == pytest.approx(-wrong_seconds, abs=1)


def test_a_clock_that_is_set_while_the_product_runs_is_noticed_at_once() -> None:
    clock = WrongClock()
    clock.now()

    for wrong_seconds in (86_400, 0, -3600):
        clock.wrong_seconds = wrong_seconds
        assert abs(clock.now() - datetime.now(UTC)) < LITTLE

    assert clock.asked == 4


def test_the_database_is_asked_once_and_not_again() -> None:
    clock = WrongClock()

    for _ in range(100):
        clock.now()

    assert clock.asked == 1
    assert clock.off_seconds == 0


@pytest.mark.django_db(transaction=True)
def test_without_a_database_the_machine_is_believed_until_it_answers() -> None:
    clock = WrongClock(wrong_seconds=3600)
    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = "there_is_no_such_database"
    try:
        assert abs(clock.now() - datetime.now(UTC) - timedelta(hours=1)) < LITTLE
    finally:
        connection.settings_dict["NAME"] = name

    assert abs(clock.now() - datetime.now(UTC)) < LITTLE
