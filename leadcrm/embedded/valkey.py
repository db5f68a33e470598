"""Starts and stops the installation's Valkey: on a socket, every command in its log, and no key ever evicted."""

import subprocess
import time

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from leadcrm.embedded.binaries import find_valkey
from leadcrm.embedded.places import Place
from leadcrm.embedded.postgres import environment, not_started, open_log

NAME = "Valkey"
START_SECONDS = 60
STOP_SECONDS = 15


def is_up(place: Place) -> bool:
    """Whether the server of ``place`` answers."""
    try:
        with client(place) as connection:
            return bool(connection.ping())
    except redis.RedisError:
        return False


def start(place: Place) -> subprocess.Popen[bytes]:
    """Start the server of ``place`` without waiting for its answer. Raises Remedy."""
    program = find_valkey(owner=place.owner)
    place.valkey_socket.unlink(missing_ok=True)
    with open_log(place.root / "valkey.log") as log:
        return subprocess.Popen(
            [program, *options(place)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=environment(),
            start_new_session=True,
            **place.as_subprocess(),
        )


def wait_until_up(place: Place, server: subprocess.Popen[bytes]) -> None:
    """Return once the server answers. Raises Remedy with its last words."""
    deadline = time.monotonic() + START_SECONDS
    while not is_up(place):
        if server.poll() is not None or time.monotonic() > deadline:
            server.kill()
            server.wait(STOP_SECONDS)
            raise not_started("Valkey", place.root / "valkey.log")
        time.sleep(0.02)


def stop(place: Place, server: subprocess.Popen[bytes] | None = None) -> None:
    """Stop the server of ``place``; it writes out its log first."""
    if server is not None and server.poll() is not None:
        return
    try:
        with client(place) as connection:
            connection.shutdown()
    except redis.RedisError:
        return
    deadline = time.monotonic() + STOP_SECONDS
    if server is not None:
        server.wait(STOP_SECONDS)
    while place.valkey_socket.exists() and is_up(place) and time.monotonic() < deadline:
        time.sleep(0.02)


def options(place: Place) -> list[str]:
    """Return the server's settings as command-line arguments."""
    settings = {
        "port": "0",
        "unixsocket": str(place.valkey_socket),
        "unixsocketperm": "700",
        "dir": str(place.valkey),
        "appendonly": "no" if place.is_throwaway else "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "databases": "16",
        "loglevel": "warning",
    }
    return [argument for name, value in settings.items() for argument in (f"--{name}", value)]


def client(place: Place) -> redis.Redis:
    """Return a client that fails at once instead of trying again for seconds."""
    return redis.Redis(
        unix_socket_path=str(place.valkey_socket),
        socket_timeout=10,
        socket_connect_timeout=2,
        retry=Retry(NoBackoff(), 0),
    )
