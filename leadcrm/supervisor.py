"""Keeps the product's processes running while ``manage.py start`` runs, and ends them with it."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from leadcrm.stop_signals import stop_if_asked

STOP_SECONDS = 15
# A child that lived this long has recovered, and the next fault starts with a short wait again.
HEALTHY_SECONDS = 60
LONGEST_WAIT_SECONDS = 30
LOOKS_PER_LOOK_BELOW = 10
PR_SET_PDEATHSIG = 1
Say = Callable[[str], None]


@dataclass
class Child:
    """One process of the product, in a session of its own so that Ctrl-C in the terminal does not reach it."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    is_deaf: Callable[[float], bool] = lambda running_seconds: False
    failures: int = 0
    started_at: float = 0.0
    starts_at: float = 0.0
    is_asked: bool = False
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - no threads here
        )
        self.started_at = time.monotonic()
        self.is_asked = False

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def running_seconds(self) -> float:
        return time.monotonic() - self.started_at

    def ask(self) -> None:
        """Ask to end after what is under way. Asked twice, some programs end at once, so it is asked once."""
        if self.process is not None and self.is_running and not self.is_asked:
            self.is_asked = True
            self.process.terminate()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ask to end, wait, and end by force what is left of the session."""
        if self.process is None:
            return
        try:
            self.ask()
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.kill()

    def kill(self) -> None:
        """End the whole session at once, also what a process that died has left behind."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


class Supervisor:
    """Starts children, restarts those that die with growing waits, and stops them in order."""

    def __init__(self, children: Sequence[Child], *, say: Say, below: Callable[[], None] = lambda: None) -> None:
        self.children = children
        self.say = say
        self.below = below

    def start(self) -> None:
        for child in self.children:
            child.start()

    def watch(self, *, pause_seconds: float = 0.3) -> None:
        """Look after the children, and what they stand on (``below``), until a signal ends the program."""
        while True:
            self.below()
            for _ in range(LOOKS_PER_LOOK_BELOW):
                stop_if_asked()
                self.look()
                time.sleep(pause_seconds)

    def look(self) -> None:
        """Restart what has died or gone deaf."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if now >= child.starts_at:
                    child.start()
            elif not child.is_running:
                self._put_off(child, f"ended unexpectedly (exit status {child.process.returncode})", now)
            elif child.is_deaf(child.running_seconds):
                self._put_off(child, "runs but does no work", now)

    def stop(self) -> None:
        """Stop the children, the first one first; a second Ctrl-C does not wait."""
        try:
            for child in self.children:
                child.ask()
            for child in self.children:
                child.stop()
        except KeyboardInterrupt:
            self.say("Stopping at once.")
        finally:
            for child in self.children:
                child.kill()

    def _put_off(self, child: Child, what: str, now: float) -> None:
        child.failures = 1 if child.running_seconds > HEALTHY_SECONDS else child.failures + 1
        wait = min(2 ** (child.failures - 1), LONGEST_WAIT_SECONDS)
        child.starts_at = now + wait
        child.kill()
        self.say(f"The {child.name} {what}. It is started again in {wait} s.")


def die_with_parent() -> None:
    """Ask the kernel to end this process when the one that started it is killed (Linux only)."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
