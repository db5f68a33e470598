"""Ctrl-C, TERM and a closed terminal end the program in order, so that what was started is stopped."""

import signal
import sys
from types import FrameType

_asked: list[int] = []


def listen() -> None:
    """Turn the signals into exceptions, also where a shell that starts this in the background has them ignored."""
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, stop)
    sys.unraisablehook = say_unless_stopping


def stop(signum: int, frame: FrameType | None) -> None:
    """Raise KeyboardInterrupt or SystemExit, and note the signal: inside a finalizer Python drops the exception."""
    _asked.append(signum)
    _raise(signum)


def say_unless_stopping(lost: "sys.UnraisableHookArgs") -> None:
    """Print an exception that Python drops, unless it is one of ours, which the next look raises again."""
    if not (_asked and issubclass(lost.exc_type, KeyboardInterrupt | SystemExit)):
        sys.__unraisablehook__(lost)


def stop_if_asked() -> None:
    """Raise again what a signal raised before and nobody saw; to be called in every loop without an end."""
    if _asked:
        _raise(_asked[-1])


def _raise(signum: int) -> None:
    if signum == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + signum)
