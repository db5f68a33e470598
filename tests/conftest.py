"""Fixtures for every test. An app's own stand in tests/<app>/conftest.py, its factories in tests/factories/<app>.py."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec

import pytest

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


@pytest.fixture
def page(browser, live_server, settings) -> Iterator:
    """Yield an empty browser page whose addresses are relative to the product under test."""
    settings.ALLOWED_HOSTS = ["*"]
    context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
    yield context.new_page()
    context.close()
