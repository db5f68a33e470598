"""A signal ends the program, also when Python drops the exception it raised."""

import signal

import pytest

from leadcrm import leaving


@pytest.fixture(autouse=True)
def nobody_asked(monkeypatch):
    monkeypatch.setattr(leaving, "_asked", [])


@pytest.mark.parametrize(
    ("signum", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit), (signal.SIGHUP, SystemExit)]
)
def test_a_signal_whose_exception_was_lost_is_raised_again(signum, error) -> None:
    leaving.leave_if_asked()
    with pytest.raises(error):
        leaving.leave(signum, None)

    with pytest.raises(error):
        leaving.leave_if_asked()


def test_term_says_so_in_the_exit_status() -> None:
    with pytest.raises(SystemExit) as left:
        leaving.leave(signal.SIGTERM, None)

    assert left.value.code == 128 + signal.SIGTERM
