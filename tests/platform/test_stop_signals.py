"""A signal ends the program, also when Python drops the exception it raised."""

import signal

import pytest

from leadcrm import stop_signals


@pytest.fixture(autouse=True)
def nobody_asked(monkeypatch):
    monkeypatch.setattr(stop_signals, "_asked", [])


@pytest.mark.parametrize(
    ("signum", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit), (signal.SIGHUP, SystemExit)]
)
def test_a_signal_whose_exception_was_lost_is_raised_again(signum, error) -> None:
    stop_signals.stop_if_asked()
    with pytest.raises(error):
        stop_signals.stop(signum, None)

    with pytest.raises(error):
        stop_signals.stop_if_asked()


def test_term_says_so_in_the_exit_status() -> None:
    with pytest.raises(SystemExit) as stopped:
        stop_signals.stop(signal.SIGTERM, None)

    assert stopped.value.code == 128 + signal.SIGTERM
