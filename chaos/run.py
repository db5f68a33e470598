"""One run: its servers, a fresh database for every scenario, and the processes started for it."""

import os
import random
import socket
import time
from contextlib import ExitStack
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import ModuleType

from celery import current_app
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection, connections

from chaos.clock import Clock
from chaos.processes import Process, beat_command, wait_until, web_command, worker_command
from chaos.proxy import Proxy
from chaos.servers import TEMPLATE, Servers
from chaos.settings import settings
from tests.mail.smtp_sink import SmtpSink

# Nobody is helped by a ring from a while ago, and a worker that was stopped would find a thousand.
RING_SECONDS = 10
WEB, CELERY = "chaos.inside:application", "chaos.inside:app"


class Run:
    """``dice`` decides what happens, so that the same seed tells the same story."""

    def __init__(
        self, folder: Path, servers: Servers, *, seed: int, is_long: bool, share: float, logs: Path | None = None
    ) -> None:
        self.folder = folder
        self.logs = logs or folder
        self.servers = servers
        self.seed = seed
        self.dice = random.Random(seed)
        self.is_long = is_long
        self.share = share
        self.port = free_port()
        self.database = TEMPLATE
        self.sink = SmtpSink()
        self.clock = Clock(self.folder / "clock")
        self.wrong = Clock(self.folder / "wrong")
        self.proxies: dict[str, Proxy] = {}
        self._processes: list[Process] = []
        self._has_sink = False

    def size(self, short: int, proof: int) -> int:
        """Return the size of a trial: small, or the share of the proof size that was asked for."""
        return max(short, round(proof * self.share)) if self.is_long else short

    def start(self) -> None:
        """Start the servers and migrate the database that every scenario gets a copy of."""
        self.servers.start()
        self.servers.sql(f"CREATE DATABASE {TEMPLATE}")
        self._use(TEMPLATE)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        connections.close_all()

    def fresh(self, name: str) -> None:
        """End what the last scenario left, and begin with an empty product and a well-behaved mail server."""
        self.clear()
        self._use(f"{name}_{self.dice.randrange(10**6)}")
        self.servers.sql(f"CREATE DATABASE {self.database} TEMPLATE {TEMPLATE}")
        self.servers.flush_redis()
        self.clock.set(timedelta())
        self.wrong.set(timedelta())
        self.sink = SmtpSink().__enter__()
        self._has_sink = True

    def clear(self) -> None:
        """End everything but the servers, the rest of it also where one part fails to end."""
        processes, self._processes = self._processes, []
        proxies, self.proxies = self.proxies, {}
        has_sink, self._has_sink = self._has_sink, False
        with ExitStack() as endings:
            endings.callback(connections.close_all)
            if has_sink:
                endings.callback(self.sink.__exit__, None, None, None)
            for proxy in proxies.values():
                endings.callback(proxy.close)
            for process in processes:
                endings.callback(process.kill)

    def close(self) -> None:
        with ExitStack() as endings:
            endings.callback(self.servers.stop)
            self.clear()

    def put_between(self, *names: str) -> None:
        """Put a proxy before ``postgres``, ``redis`` or ``smtp``; processes started from now on go through it."""
        targets = {
            "postgres": str(self.servers.place.sockets / ".s.PGSQL.5432"),
            "redis": str(self.servers.place.valkey_socket),
            "smtp": ("127.0.0.1", self.sink.port) if self._has_sink else None,
        }
        for name in names:
            self.proxies[name] = Proxy(targets[name])

    def environment(self) -> dict[str, str]:
        """Return the environment of the product's processes."""
        through = {name: proxy.port for name, proxy in self.proxies.items()}
        smtp_port = self.sink.port if self._has_sink else 0
        own = settings(self.servers.place, database=self.database, port=self.port, through=through, smtp_port=smtp_port)
        plain = {name: value for name, value in os.environ.items() if name != "STATEMENT_TIMEOUT_MS"}
        return plain | own

    def web(self, port: int = 0, **changes: str) -> Process:
        """Start the web server and wait for its first answer."""
        process = self._add("web", web_command(WEB), changes)
        wait_until(lambda: self.answers(port=port), "the web server answers")
        return process

    def lone_worker(self, **changes: str) -> Process:
        """Start a worker without children: where its task dies, it dies."""
        return self._add("lone-worker", [*worker_command(CELERY, concurrency=1), "--pool", "solo"], changes)

    def worker(self, *, concurrency: int = 2, **changes: str) -> Process:
        return self._add("worker", worker_command(CELERY, concurrency=concurrency), changes)

    def beat(self, **changes: str) -> Process:
        return self._add("beat", beat_command(CELERY), changes)

    def answers(self, path: str = "/healthz", *, port: int = 0) -> bool:
        try:
            call = HTTPConnection("127.0.0.1", port or self.port, timeout=2)
            call.request("GET", path)
            return call.getresponse().status == 200
        except (OSError, HTTPException):
            return False

    def ring(self, *, expires: float | None = RING_SECONDS) -> None:
        """Publish every task of the clock at once, so that nobody waits for its next tick."""
        for name in django_settings.CELERY_BEAT_SCHEDULE:
            current_app.send_task(name, expires=expires)

    def restart(self, kind: ModuleType) -> float:
        """Start a server again after a while; return how long it took from then on."""
        time.sleep(self.dice.uniform(0.1, 0.8))
        return self.servers.start_one(kind)

    def start_what_ended(self) -> list[str]:
        """Start processes that have ended by themselves, as a service manager does, and return their names."""
        ended = [process for process in self._processes if not process.is_running]
        return [process.start().name for process in ended]

    def _add(self, name: str, command: list[str], changes: dict[str, str]) -> Process:
        log = self.logs / f"{self.database}-{name}.log"
        process = Process(name, command, self.environment() | changes, log)
        self._processes.append(process)
        return process.start()

    def _use(self, database: str) -> None:
        connections.close_all()
        self.database = database
        connection.settings_dict.update(NAME=database, HOST=str(self.servers.place.sockets))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
