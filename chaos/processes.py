"""Processes of the product, each in a session of its own; only what was started here is ever signalled."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STARTING_SECONDS = 60


class NeverHappened(RuntimeError):
    """What was waited for did not come; the message says what it was."""


class Process:
    """One program and its children, started again as often as a scenario wants."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, **changes: str) -> "Process":
        """Start it; ``changes`` are added to its environment this time only."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment | changes,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def status(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.poll() if self._process else None

    def kill(self) -> None:
        """End the whole group as a power cut would."""
        if self._process is not None:
            self._signal(signal.SIGKILL)
            self._process.wait()

    def kill_a_child(self) -> bool:
        """End one child process as the out-of-memory killer would. False where there is none."""
        assert self._process is not None
        listed = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        children = [int(pid) for pid in listed.read_text().split()] if self.is_running else []
        for pid in children[-1:]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return bool(children)

    def terminate(self, seconds: float = 60) -> float:
        """Ask it to end, wait, end what is left by force; return how long it took."""
        assert self._process is not None
        began = time.monotonic()
        with suppress(ProcessLookupError):
            self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        took = time.monotonic() - began
        self.kill()
        return took

    def wait(self, seconds: float) -> int:
        """Return the exit status. Raises NeverHappened where it goes on."""
        assert self._process is not None
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise NeverHappened(f"{self.name} still runs after {seconds:.0f} s") from None

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def web_command(application: str) -> list[str]:
    return [sys.executable, "-m", "gunicorn", "-c", "python:leadcrm.gunicorn_config", application]


def worker_command(app: str, *, concurrency: int) -> list[str]:
    """The worker of a production set-up: processes, and no clock inside."""
    quiet = ["-W", "ignore::UserWarning:celery.platforms"]
    options = ["--concurrency", str(concurrency), "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    return [sys.executable, *quiet, "-m", "celery", "--quiet", "-A", app, "worker", *options]


def beat_command(app: str) -> list[str]:
    return [sys.executable, "-m", "celery", "--quiet", "-A", app, "beat", "--pidfile=", "--loglevel", "WARNING"]


def wait_until(
    happens: Callable[[], object], what: str, seconds: float = STARTING_SECONDS, *, pause_seconds: float = 0.02
) -> float:
    """Return how long it took until ``happens`` was true. Raises NeverHappened."""
    began = time.monotonic()
    while not happens():
        if time.monotonic() - began > seconds:
            raise NeverHappened(f"{what}: not within {seconds:.0f} s")
        time.sleep(pause_seconds)
    return time.monotonic() - began
