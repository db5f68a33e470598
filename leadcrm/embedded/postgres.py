"""Makes, starts and stops the installation's PostgreSQL. Whether it runs is decided by connecting to it."""

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import IO

import psycopg2

from leadcrm.embedded.binaries import PostgresPrograms, find_postgres
from leadcrm.embedded.places import Place
from leadcrm.remedy import Remedy, explain

NAME = "PostgreSQL"
START_SECONDS = 120
STOP_SECONDS = 60
# A server that was being started when its starter died may take a moment before it answers.
GRACE_SECONDS = 3
DURABLE = {"synchronous_commit": "on", "max_wal_size": "1GB"}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


def is_up(place: Place) -> bool:
    """Whether the server of ``place`` takes connections."""
    try:
        psycopg2.connect(f"host={place.sockets} user=postgres dbname=postgres connect_timeout=2").close()
    except psycopg2.OperationalError:
        return False
    return True


def start(place: Place) -> subprocess.Popen[bytes]:
    """Start the server of ``place``, made at its first start, without waiting for its answer. Raises Remedy."""
    programs = find_postgres(owner=place.owner, data_major=data_major(place))
    if data_major(place) is None:
        initialize(place, programs)
    log = open_log(place.root / "postgres.log")
    with log:
        return subprocess.Popen(
            [programs.folder / "postgres", "-D", place.postgres, *options(place)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=environment(),
            start_new_session=True,
            **place.as_subprocess(),
        )


def stop(place: Place, server: subprocess.Popen[bytes] | None = None) -> None:
    """Stop the server of ``place`` in order: sessions are ended, a checkpoint is written."""
    if server is not None and server.poll() is not None:
        return
    programs = find_postgres(owner=place.owner, data_major=data_major(place))
    command = [programs.folder / "pg_ctl", "stop", "-D", place.postgres, "-m", "fast", "-w", "-t", str(STOP_SECONDS)]
    run(command, place)
    if server is not None:
        server.wait(STOP_SECONDS)


def data_major(place: Place) -> int | None:
    """Return the version that made the data, None where there are none."""
    try:
        result = run(["cat", place.postgres / "PG_VERSION"], place)
        return int(result.stdout)
    except (OSError, ValueError):
        return None


def initialize(place: Place, programs: PostgresPrograms) -> None:
    """Make an empty cluster; it appears under its name only when it is whole."""
    partial = place.root / "postgres.new"
    shutil.rmtree(partial, ignore_errors=True)
    place.make_private(partial)
    command = [programs.folder / "initdb", "-D", partial, "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    command += locale_flags(programs.major) + (["--no-sync"] if place.is_throwaway else [])
    result = run(command, place)
    if result.returncode:
        shutil.rmtree(partial, ignore_errors=True)
        raise explain(f"The database could not be made in {place.root}:\n{tail(result.stdout)}", "is the disk full?")
    shutil.rmtree(place.postgres, ignore_errors=True)
    partial.rename(place.postgres)


def locale_flags(major: int) -> list[str]:
    """Return how to get a locale that sorts by code point and still knows that Ä is the capital of ä."""
    if major >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]


def options(place: Place) -> list[str]:
    """Return the server's settings as command-line arguments."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(place.sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "jit": "off",
        "log_min_messages": "warning",
        # An error without the statement and the row it is about: both hold what people wrote.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        **(THROWAWAY if place.is_throwaway else DURABLE),
    }
    return [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]


def wait_until_up(place: Place, server: subprocess.Popen[bytes]) -> None:
    """Return once the server answers; it may have to replay its log first. Raises Remedy with its last words."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if is_up(place):
            return
        if server.poll() is not None:
            deadline = min(deadline, time.monotonic() + GRACE_SECONDS)
        time.sleep(0.02)
    if server.poll() is None:
        server.terminate()
        server.wait(STOP_SECONDS)
    raise not_started("PostgreSQL", place.root / "postgres.log")


def not_started(name: str, log: Path) -> Remedy:
    """Return the remedy for a server that ended while it was starting."""
    words = tail(log.read_text(errors="replace")) if log.exists() else ""
    return explain(f"{name} did not start. Its last words in {log}:\n{words}", "is the disk full, or memory short?")


def run(command: list, place: Place) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the account its server runs as. Raises Remedy when that is forbidden."""
    try:
        return subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            env=environment(),
            **place.as_subprocess(),
        )
    except PermissionError as exc:
        raise explain(
            f"PostgreSQL's programs cannot be run as its own account: {exc.strerror}.",
            "start as an ordinary user instead of root, or",
            "set DATABASE_URL and REDIS_URL to servers that run elsewhere",
        ) from exc


def environment() -> dict[str, str]:
    """Return a plain environment: PGDATA and its relatives in the caller's would change what the programs do."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def open_log(path: Path, limit: int = 5_000_000) -> IO[bytes]:
    """Open a server's log for appending; a long one is started over."""
    is_long = path.exists() and path.stat().st_size > limit
    return path.open("wb" if is_long else "ab")


def tail(text: str, lines: int = 8) -> str:
    """Return the last lines of ``text``, indented."""
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-lines:])
