"""The harness that does harm is itself to be relied on: it ends what it began, and its faults are what they say."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from chaos.statements import StatementProxy
from leadcrm.cli import ROOT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def proxy() -> Iterator[StatementProxy]:
    """Yield a proxy before the database of this test, which has one table more."""
    settings = connection.settings_dict
    connection.ensure_connection()
    host = settings["HOST"]
    port = int(settings["PORT"] or 5432)
    between = StatementProxy(f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE chaos_try (number int)")
    yield between
    between.close()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE chaos_try")


def connect(proxy: StatementProxy) -> "psycopg2.extensions.connection":
    settings = connection.settings_dict
    through = psycopg2.connect(
        host="127.0.0.1",
        port=proxy.port,
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=settings["NAME"],
    )
    through.autocommit = True
    return through


def stored() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM chaos_try")
        return cursor.fetchone()[0]


@pytest.mark.parametrize(("fault", "rows"), [("never heard", 1), ("answer lost", 2), ("deadlock", 1)])
def test_the_second_statement_fails_as_it_is_armed(proxy: StatementProxy, fault: str, rows: int) -> None:
    through = connect(proxy)
    proxy.arm(fault, 2)

    through.cursor().execute("INSERT INTO chaos_try VALUES (1)")
    assert not proxy.has_struck
    with pytest.raises(psycopg2.OperationalError):
        through.cursor().execute("INSERT INTO chaos_try VALUES (2)")

    assert proxy.has_struck
    assert stored() == rows
    assert bool(through.closed) == (fault != "deadlock")


def test_a_frozen_line_stays_open_and_a_new_one_passes(proxy: StatementProxy) -> None:
    old = connect(proxy)
    proxy.freeze()

    connect(proxy).cursor().execute("INSERT INTO chaos_try VALUES (1)")

    assert stored() == 1
    assert not old.closed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_whoever_ends_the_harness_ends_everything_it_started(number: int) -> None:
    command = [sys.executable, "manage.py", "chaos", "claims", "--short"]
    harness = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert harness.stdout is not None
    folder = harness.stdout.readline().split()[-1]
    try:
        wait_for(lambda: any("worker.log" in path.name for path in Path(folder).glob("*.log")))
        assert running(folder)
    finally:
        harness.send_signal(number)
        harness.wait(60)

    assert running(folder) == []
    assert not Path(folder).exists()


def wait_for(happens, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < ends
        time.sleep(0.05)


def running(folder: str) -> list[str]:
    """Return the processes that have the run's folder in their command or environment."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if folder.encode() + b"/" in said and int(process.name) != os.getpid():
            found.append(process.name)
    return found
