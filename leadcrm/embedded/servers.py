"""Starts the embedded servers for whoever needs them and stops them after the last one.

Every command that uses them holds a shared lock while it runs. The first to come finds nothing that answers and
starts; the last to go is the one that gets the lock for itself, and stops. Locks die with their holder, so servers
that a killed command left behind are stopped by the next one.
"""

import fcntl
import os
import subprocess
from collections.abc import Callable
from types import ModuleType
from typing import IO

from leadcrm.embedded import postgres, valkey
from leadcrm.embedded.places import Place


class Servers:
    """The servers of one place, held from ``acquire`` to ``release``."""

    def __init__(self, place: Place, *, kinds: tuple[ModuleType, ...] = (postgres, valkey)) -> None:
        self.place = place
        self.kinds = kinds
        self.is_first = False
        self._started: dict[ModuleType, subprocess.Popen[bytes]] = {}
        self._gate: IO[str] | None = None
        self._users: IO[str] | None = None

    def __enter__(self) -> "Servers":
        return self.acquire()

    def __exit__(self, *exc: object) -> None:
        self.release()

    def acquire(
        self, *, say: Callable[[str], None] = lambda line: None, meanwhile: Callable[[], None] = lambda: None
    ) -> "Servers":
        """Start what does not answer yet, and count as a user from now on. Raises Remedy.

        ``meanwhile`` is done while the servers come up.
        """
        self.place.make()
        self._gate = (self.place.root / "gate.lock").open("w")
        self._users = (self.place.root / "users.lock").open("w")
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._users, fcntl.LOCK_SH)
            self._start(say, meanwhile)
        except BaseException:
            self._leave()
            raise
        fcntl.flock(self._gate, fcntl.LOCK_UN)
        return self

    def revive(self, *, say: Callable[[str], None]) -> None:
        """Start again what has died while it was in use. Raises Remedy when it does not start."""
        down = [kind for kind in self.kinds if not self._answers(kind)]
        if not down or self._gate is None:
            return
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        try:
            self._start(say)
        finally:
            fcntl.flock(self._gate, fcntl.LOCK_UN)

    def release(self) -> None:
        """Stop the servers if nobody else uses them."""
        if self._gate is None:
            return
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        self._leave()

    def environment(self) -> dict[str, str]:
        """Return the settings that lead to these servers."""
        urls = {postgres: ("DATABASE_URL", self.place.database_url), valkey: ("REDIS_URL", self.place.redis_url)}
        return dict(urls[kind] for kind in self.kinds)

    def _answers(self, kind: ModuleType) -> bool:
        """Whether a server runs: what this process started it sees at once, others it has to ask."""
        own = self._started.get(kind)
        return own.poll() is None if own else kind.is_up(self.place)

    def _start(self, say: Callable[[str], None], meanwhile: Callable[[], None] = lambda: None) -> None:
        missing = [kind for kind in self.kinds if not kind.is_up(self.place)]
        for kind in missing:
            say(f"Starting {kind.NAME} ...")
            self._started[kind] = kind.start(self.place)
            self.is_first = True
        try:
            meanwhile()
        finally:
            for kind in missing:
                kind.wait_until_up(self.place, self._started[kind])

    def _leave(self) -> None:
        """Give up the shared lock, and stop what runs when it can be had alone. The gate must be held."""
        assert self._users is not None and self._gate is not None
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            for kind in reversed((postgres, valkey)):
                if kind in self._started or kind.is_up(self.place):
                    kind.stop(self.place, self._started.pop(kind, None))
        finally:
            self._users.close()
            self._gate.close()
            self._gate = self._users = None


def is_external(name: str) -> bool:
    """Whether the environment names a server of somebody else's by ``name``."""
    return bool(os.environ.get(name))


# The servers this process holds; ``start`` looks after them.
HELD: list[Servers] = []
