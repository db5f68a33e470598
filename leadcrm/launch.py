"""The steps of ``manage.py start``: database, static files, processes, first answer."""

import http.client
import os
import socket
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import redis
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from common import heartbeat
from leadcrm.remedy import explain
from leadcrm.supervisor import Child

ANSWER_SECONDS = 60
# Beat ticks every 10 s; a worker without a beat for this long is connected but hears nothing.
DEAF_SECONDS = 75


def refuse_taken_port(host: str, port: int) -> None:
    """Raise Remedy when the address cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            if answers(host, port):
                raise explain(
                    f"LeadCRM runs already at http://{host}:{port}/.",
                    "open it, or stop it with Ctrl-C in its terminal",
                    f"to run another one beside it: python3 manage.py start --port {port + 1}",
                ) from None
            raise explain(
                f"Port {port} on {host} cannot be used: {exc.strerror}.",
                f"take another one: python3 manage.py start --port {port + 1 if port > 1023 else 8000}",
                f"or see who has it: ss -ltnp 'sport = :{port}'",
            ) from exc


def update_database(say: Callable[[str], None]) -> None:
    """Apply the migrations that are missing; quick when there are none."""
    if not missing_migrations():
        return
    say("Preparing the database ...")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    call_command("migrate", verbosity=0, interactive=False)
    connection.close()


def missing_migrations() -> set[tuple[str, str]]:
    """Return app and name of each migration that stands in a file and not in the database."""
    in_files = {
        (app.label, file.stem)
        for app in apps.get_app_configs()
        for file in Path(app.path, "migrations").glob("[!_]*.py")
    }
    return in_files - set(MigrationRecorder(connection).applied_migrations())


def collect_static(say: Callable[[str], None]) -> None:
    """Collect and compress static files when one has changed since the last time."""
    stamp = settings.STATIC_ROOT / ".collected"
    present = static_fingerprint()
    if stamp.exists() and stamp.read_text() == present:
        return
    say("Compressing the static files ...")
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(present)


def static_fingerprint() -> str:
    """Return a digest of names, sizes and times of all static files."""
    digest = sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def public_address(host: str, port: int) -> str:
    """Return the address that links lead to: the one that is set, else the one ``start`` listens on."""
    return os.environ.get("PUBLIC_BASE_URL") or f"http://{_bind(host, port)}"


def _bind(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def children(host: str, port: int) -> list[Child]:
    """Return the web server and the worker with its clock, in the order they are stopped."""
    environment = {
        **os.environ,
        "LEADCRM_SUPERVISED": "yes",
        "PUBLIC_BASE_URL": public_address(host, port),
        "WEB_BIND": _bind(host, port),
        # In a terminal a line for each request would hide what matters.
        "LOG_LEVEL": os.environ.get("LOG_LEVEL") or "WARNING",
    }
    web = [sys.executable, "-m", "gunicorn", "-c", "python:leadcrm.gunicorn_config", "leadcrm.wsgi"]
    # The warning is about running as root, which is the choice of whoever started the product as root.
    worker = [sys.executable, "-W", "ignore::UserWarning:celery.platforms", "-m", "leadcrm.worker"]
    return [
        Child("web server", web, environment),
        Child("worker", worker, environment, is_deaf=is_worker_deaf),
    ]


def is_worker_deaf(running_seconds: float) -> bool:
    """Whether the worker should long have answered a tick of the clock and has not, though the broker answers."""
    if running_seconds < DEAF_SECONDS:
        return False
    try:
        last = heartbeat.last_heartbeat()
    except redis.RedisError:
        return False
    return last is None or (datetime.now(UTC) - last).total_seconds() > DEAF_SECONDS


def wait_for_answer(host: str, port: int, web: Child) -> None:
    """Return once the web server answers. Raises Remedy when it ends or takes too long."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while not answers(host, port):
        if not web.is_running:
            raise explain("The web server ended while it was starting; its last words stand above.")
        if time.monotonic() > deadline:
            raise explain(f"The web server does not answer after {ANSWER_SECONDS} s.", "start again")
        time.sleep(0.05)


def answers(host: str, port: int) -> bool:
    """Whether this product answers at the address."""
    try:
        call = http.client.HTTPConnection(reached_at(host), port, timeout=2)
        call.request("GET", "/healthz")
        return b'"leadcrm"' in call.getresponse().read(500)
    except (OSError, http.client.HTTPException):
        return False


def reached_at(host: str) -> str:
    """Return the address of this machine for one that listens on all of them."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # nosec B104 - nothing listens here
