"""Docs cannot rot: whatever the product reads, offers or calls something is named there, and links lead somewhere."""

import re
from itertools import chain
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.core.management import get_commands
from django.db.models import TextChoices
from drf_spectacular.generators import SchemaGenerator

from accounts.models import Delivery, Event, Role
from capture.models import Form, Submission
from leadcrm.cli import ROOT
from leads.kinds import Channel, Grade, Kind, Stage, Temperature
from mail.models import Status
from nurturing.models import EnrollmentState
from sales.models import State

PAGES = sorted((ROOT / "docs").glob("*.md"))
DOCS = "\n".join(page.read_text() for page in PAGES)
README = (ROOT / "README.md").read_text()
APPS = sorted(config.name for config in apps.get_app_configs() if Path(config.path).parent == ROOT)
READ = re.compile(r"""(?:\benv\.\w+\(|environ\.get\(|environ\[|is_given\()\s*"([A-Z][A-Z_]+)\"""")
# Set by other programs.
FOREIGN = {"PATH", "XDG_DATA_HOME", "DJANGO_SETTINGS_MODULE"}
ENDPOINT = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/api/v1/[A-Za-z/]+)`")
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)")


def settings_read() -> set[str]:
    """Return what any file of the product reads from the environment, and what the compose file puts in."""
    sources = chain([ROOT / "manage.py"], *((ROOT / app).rglob("*.py") for app in APPS))
    read = {name for path in sources for name in READ.findall(path.read_text())}
    return (read | set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))) - FOREIGN


def endpoints() -> set[str]:
    """Return "METHOD /path" of every endpoint as the docs write it: without the last slash, ids as ID."""
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    return {
        f"{method.upper()} {re.sub('{[a-z_]+}', 'ID', path).rstrip('/')}"
        for path, operations in paths.items()
        for method in operations
    }


def own_commands() -> set[str]:
    return {name for name, app in get_commands().items() if app in APPS}


def is_named(word: str, text: str = DOCS) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


@pytest.mark.parametrize("document", [".env.example", "docs/configuration.md"])
def test_every_setting_is_written_down(document: str) -> None:
    text = (ROOT / document).read_text()

    assert len(settings_read()) > 15
    assert {name for name in settings_read() if not is_named(name, text)} == set()


def test_no_setting_is_written_down_that_is_not_read() -> None:
    listed = set(re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert listed - settings_read() == set()


@pytest.mark.parametrize(
    "words",
    [
        Stage,
        Temperature,
        Grade,
        Channel,
        Kind,
        Role,
        Status,
        State,
        Form.State,
        Submission.Status,
        EnrollmentState,
        Delivery.State,
        Event,
    ],
    ids=lambda words: words.__qualname__,
)
def test_every_value_of_a_closed_list_is_explained(words: type[TextChoices]) -> None:
    assert [value for value in words.values if f"`{value}`" not in DOCS] == []


def test_every_command_is_explained() -> None:
    assert {name for name in own_commands() if f"manage.py {name}" not in DOCS} == set()


def test_every_background_task_is_explained() -> None:
    current_app.loader.import_default_modules()
    tasks = {name for name in current_app.tasks if name.partition(".")[0] in APPS}

    assert len(tasks) >= 6
    assert {name for name in tasks if f"`{name}`" not in DOCS} == set()


def test_every_endpoint_of_the_api_is_explained_and_no_other() -> None:
    explained = {" ".join(found) for found in ENDPOINT.findall((ROOT / "docs/api.md").read_text())}

    assert explained == endpoints()


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [(page.parent / target, anchor) for target, anchor in LINK.findall(page.read_text())]

    assert [str(path) for path, _ in targets if not path.exists()] == []
    assert [anchor for path, anchor in targets if anchor and anchor[1:] not in _anchors(path)] == []


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda page: page.name)
def test_commands_that_are_written_down_exist(page: Path) -> None:
    text = page.read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= set(get_commands())
    assert set(re.findall(r"`make ([a-z-]+)", text)) <= targets


def test_the_readme_leads_to_every_page() -> None:
    assert [page.name for page in PAGES if f"(docs/{page.name})" not in README] == []


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
