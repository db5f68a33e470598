"""PostgreSQL and Valkey in a folder of the run, to be crashed and started again."""

import os
import signal
import subprocess
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from types import ModuleType

import psycopg2
import redis

from chaos.processes import NeverHappened, wait_until
from leadcrm.embedded import postgres, valkey
from leadcrm.embedded.places import Place, server_owner

BACK_SECONDS = 60
TEMPLATE = "migrated"


class Servers:
    """Both servers of one run, on sockets only they and the run know."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(root=folder, owner=server_owner())
        self._running: dict[ModuleType, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        self.place.make()
        for kind in (postgres, valkey):
            self.start_one(kind)

    def start_one(self, kind: ModuleType) -> float:
        """Start one server, again if need be: after a crash the old one's last children may still be leaving."""
        began = time.monotonic()
        while not kind.is_up(self.place):
            if time.monotonic() - began > BACK_SECONDS:
                raise NeverHappened(f"{kind.__name__} did not come back; see {self.place.root}")
            if kind not in self._running or self._running[kind].poll() is not None:
                self._running[kind] = kind.start(self.place)
            time.sleep(0.05)
        return time.monotonic() - began

    def crash(self, kind: ModuleType, number: int = signal.SIGKILL) -> None:
        """End a server at once: SIGKILL as a power cut, SIGQUIT as PostgreSQL's immediate mode."""
        server = self._running[kind]
        with suppress(ProcessLookupError):
            os.killpg(server.pid, number)
        server.wait()

    def stop(self) -> None:
        """End both; one that does not end in order, as without room on its disk, is killed."""
        with ExitStack() as endings:
            for kind in self._running:
                endings.callback(self._stop_one, kind)

    def _stop_one(self, kind: ModuleType) -> None:
        try:
            with suppress(subprocess.TimeoutExpired):
                kind.stop(self.place, self._running[kind])
        finally:
            if self._running[kind].poll() is None:
                self.crash(kind)

    def flush_redis(self) -> None:
        with self.redis() as client:
            client.flushall()

    def redis(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.place.valkey_socket), socket_timeout=5)

    def connect(self, database: str = "postgres") -> "psycopg2.extensions.connection":
        """Return a connection that commits each statement."""
        connection = psycopg2.connect(f"host={self.place.sockets} user=postgres dbname={database} connect_timeout=5")
        connection.autocommit = True
        return connection

    def sql(self, statement: str, params: object = None, *, database: str = "postgres") -> list[tuple]:
        """Run one statement on a connection of its own and return its rows."""
        with_connection = self.connect(database)
        try:
            with with_connection.cursor() as cursor:
                cursor.execute(statement, params)
                return cursor.fetchall() if cursor.description else []
        finally:
            with_connection.close()

    def wait_for_postgres(self) -> float:
        return wait_until(lambda: postgres.is_up(self.place), "PostgreSQL takes connections", BACK_SECONDS)
