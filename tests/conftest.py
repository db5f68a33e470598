"""Fixtures for every test. An app's own stand in tests/<app>/conftest.py, its factories in tests/factories/<app>.py."""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec

import pytest
from django.core.signals import request_finished, request_started

from tests.sessions import Sessions

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Those who only want to know whether the product works need no tools for developers: see requirements-dev.txt.
collect_ignore_glob = [] if find_spec("axe_playwright_python") else ["browser/*", "shell/test_browser.py"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run at the full size of what is promised; takes minutes")


@pytest.fixture
def now() -> datetime:
    """Return a Monday morning within business hours."""
    return datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def beside() -> Iterator[Sessions]:
    """Yield a function that runs another one in a session of its own; see ``tests/sessions.py``."""
    sessions = Sessions()
    yield sessions
    sessions.end()


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """Yield the system's Chromium, driven by Playwright; open a context of your own: ``browser.new_context()``."""
    playwright = pytest.importorskip("playwright.sync_api", reason="python -m pip install -r requirements-dev.txt")
    if not os.path.exists(CHROMIUM):
        pytest.skip(f"no {CHROMIUM}: apt install chromium, or set CHROMIUM to another one")
    # Playwright's event loop would make Django refuse ordinary queries in this thread.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield chromium
        chromium.close()


class InHand:
    """Counts the requests the product is answering, so that a test can end after the last of them."""

    def __init__(self) -> None:
        self._count, self._changed = 0, threading.Condition()
        request_started.connect(self._begin)
        request_finished.connect(self._end)

    def wait_for_none(self, seconds: float = 10) -> None:
        with self._changed:
            is_over = self._changed.wait_for(lambda: self._count <= 0, timeout=seconds)
        assert is_over, "A request was still being answered ten seconds after the test."

    def _begin(self, **signal: object) -> None:
        with self._changed:
            self._count += 1

    def _end(self, **signal: object) -> None:
        with self._changed:
            self._count -= 1
            self._changed.notify_all()


@pytest.fixture(autouse=True)
def last_request(request) -> Iterator[None]:
    """Let a test on the live server end with its last request: the tables are emptied right after it."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")
    in_hand = InHand()
    yield
    in_hand.wait_for_none()


@pytest.fixture
def page(browser, live_server, settings) -> Iterator:
    """Yield an empty browser page whose addresses are relative to the product under test."""
    settings.ALLOWED_HOSTS = ["*"]
    context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
    yield context.new_page()
    context.close()
