"""A website of another origin, a real worker, and people who are signed in."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from common import heartbeat, wake
from nurturing.services import ensure_starter_sequence
from scoring.services import ensure_starter_rules

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Site:
    """A website on an origin of its own."""

    url: str
    pages: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)


@pytest.fixture
def site() -> Iterator[Site]:
    pages: dict[str, tuple[str, dict[str, str]]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, headers = pages.get(self.path.partition("?")[0], ("", {}))
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", pages)
    server.shutdown()
    server.server_close()


@pytest.fixture
def starter(transactional_db) -> None:
    """Bring back what the migrations put in and a flushed database lacks."""
    now = timezone.now()
    ensure_starter_rules(now=now)
    ensure_starter_sequence(now)


@pytest.fixture
def worker(transactional_db, starter) -> Iterator[None]:
    """Run a worker with its clock on the test's own database and broker, as `start` does."""
    database = connection.settings_dict
    host, port = database["HOST"], database["PORT"]
    address = f"{host}:{port}" if port else ""
    query = f"?host={host}" if host.startswith("/") else ""
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@{'' if query else address}/{database['NAME']}{query}"
    command = [sys.executable, "-m", "celery", "-A", "leadcrm.celery:app", "worker", "-P", "threads", "-c", "2", "-B",
               "--loglevel", "warning"]  # fmt: skip
    environment = {**os.environ, "DATABASE_URL": url, "REDIS_URL": django_settings.REDIS_URL}
    environment |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    started = timezone.now()
    deadline = time.monotonic() + 60
    while (heartbeat.last_heartbeat() or started) <= started and time.monotonic() < deadline:
        wake.wake("common.record_heartbeat")
        time.sleep(0.2)
    yield
    process.terminate()
    process.wait(20)


@pytest.fixture
def signed_in(browser, live_server, settings) -> Iterator[Callable]:
    """Return a function that opens a page of the product as a person, in a profile of their own."""
    settings.ALLOWED_HOSTS = ["*"]
    contexts = []

    def open_as(user: User, path: str):
        client = Client()
        client.force_login(user)
        name = django_settings.SESSION_COOKIE_NAME
        context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_as
    for context in contexts:
        context.close()
