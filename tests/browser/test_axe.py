"""Every page of the product has no serious or critical accessibility violation, with data in it and without."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from accounts.services import issue_setup_link
from capture.models import Form
from capture.services import create_form
from leads.kinds import Kind, Stage
from leads.models import Lead
from leads.services import add_note, record_activity, set_stage
from leads.services.consent import Proof, ensure_starter_topics, give_consent
from mail.models import Message
from mail.services import queue_message
from nurturing.models import Sequence
from sales import services as sales
from sales.models import Handover
from tests.factories.sales import make_handover, make_lead, make_team, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EMPTY = ["/", "/leads/", "/inbox/", "/forms/", "/nurture/", "/settings/mail/", "/settings/api-keys/"]
SETTINGS = [
    "/settings/", "/settings/profile/", "/settings/password/", "/settings/company/", "/settings/people/",
    "/settings/people/new", "/settings/teams/new", "/settings/api-keys/", "/settings/api-keys/new",
    "/settings/audit-log/", "/settings/mail/", "/settings/retention/", "/settings/notifications/", "/settings/?q=time",
    "/notifications/",
]  # fmt: skip
LISTS = [
    "/", "/?period=last_month", "/goal/", "/leads/", "/leads/?stage=sql", "/leads/?q=nobody", "/leads/new/",
    "/inbox/", "/inbox/?tab=mine", "/inbox/?tab=done", "/forms/", "/forms/new/", "/nurture/", "/scoring/", "/none/",
]  # fmt: skip


@dataclass
class Story:
    """A little of everything: forms, leads in several stages, handovers, a mail."""

    admin: User
    form: Form
    pinned: Lead
    handover: Handover
    message: Message


@pytest.fixture
def story(starter) -> Story:
    now = timezone.now()
    team = make_team("DACH")
    admin, rep = make_user(Role.ADMIN, team=team, name="Ada Silva"), make_user(Role.REP, team=team)
    form = create_form(template="demo", name="Request a demo", by=admin, now=now)
    pinned = make_lead(now, team=team, phone="+49 30 9999", job_title="Head of Operations")
    record_activity(lead_id=pinned.pk, kind=Kind.PAGE_VIEWED, payload={"path": "/pricing"}, now=now)
    give_consent(lead=pinned, topics=ensure_starter_topics(), proof=Proof(how="form"), now=now)
    add_note(lead=pinned, text="Met at the fair.", by=admin, now=now)
    set_stage(lead=pinned, to=Stage.IQL, reason="Asked us to wait.", by=admin, now=now)
    handover = make_handover(now, temperature="hot")
    won = make_handover(now)
    sales.accept(handover=won, by=rep, now=now)
    sales.win(handover=won, by=rep, now=now)
    message = queue_message(
        dedupe_key="one", kind="requested", to_email=pinned.email, subject="Your guide", text="Here it is.",
        html="<p>Here it is.</p>", about=pinned.pk, now=now,
    )  # fmt: skip
    return Story(admin, form, pinned, handover, message)


@pytest.fixture
def serious(browser, live_server, settings) -> Iterator[Callable]:
    """Return a function that visits pages, as somebody or nobody, and returns what axe finds serious there."""
    settings.ALLOWED_HOSTS = ["*"]
    contexts = []

    def visit(paths: list[str], *, user: User | None = None, width: int = 1440, theme: str = "light") -> list[tuple]:
        context = browser.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}, color_scheme=theme,
            reduced_motion="reduce", bypass_csp=True,
        )  # fmt: skip
        contexts.append(context)
        if user:
            client = Client()
            client.force_login(user)
            name = django_settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        found = []
        for path in paths:
            page.goto(path)
            found += [(path, *violation) for violation in violations(page)]
        return found

    yield visit
    for context in contexts:
        context.close()


def violations(page) -> list[tuple[str, str]]:
    found = Axe().run(page).response["violations"]
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")]


def pages_of(story: Story) -> list[str]:
    """Return the pages of single things."""
    lead, form = f"/leads/{story.pinned.pk}/", story.form.pk
    sequence = Sequence.objects.get()
    return [
        lead, f"{lead}edit/", f"/leads/{story.handover.lead_id}/", f"/inbox/{story.handover.pk}/",
        f"/forms/{form}/", f"/try/{form}", f"/nurture/{sequence.pk}/", f"/nurture/{sequence.pk}/steps/1/",
        f"/settings/mail/{story.message.pk}/", f"/settings/people/{story.admin.pk}/",
    ]  # fmt: skip


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_no_signed_in_page_has_a_serious_violation(story, serious, width, theme) -> None:
    pages = LISTS + SETTINGS + pages_of(story)

    assert serious(pages, user=story.admin, width=width, theme=theme) == []


def test_no_empty_page_has_a_serious_violation(starter, serious) -> None:
    admin = make_user(Role.ADMIN)

    assert serious(EMPTY, user=admin) == []


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER, Role.VIEWER])
def test_no_page_of_another_role_has_a_serious_violation(story, serious, role) -> None:
    user = make_user(role, team=story.admin.team)

    assert serious([*LISTS, "/settings/", "/settings/people/", *pages_of(story)[:4]], user=user) == []


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (390, "light")])
def test_no_public_page_has_a_serious_violation(story, serious, width, theme) -> None:
    form = f"/f/{story.form.pk}"
    public = [form, f"{form}/thanks", f"/p/{story.pinned.preference_key}", "/p/wrong", "/u/wrong", "/login"]

    assert serious([*public, "/login/forgot", "/none/", "/o/lead-guide"], width=width, theme=theme) == []


def test_a_form_that_was_not_filled_in_has_no_serious_violation(story, browser, live_server) -> None:
    context = browser.new_context(base_url=live_server.url, bypass_csp=True)
    page = context.new_page()
    page.goto(f"/f/{story.form.pk}")

    page.get_by_role("button", name="Request a demo").click()

    assert page.get_by_label("Work e-mail").get_attribute("aria-invalid") == "true"
    assert violations(page) == []
    context.close()


def test_the_first_run_has_no_serious_violation(serious, db) -> None:
    token = issue_setup_link(now=timezone.now())

    assert serious(["/setup", "/setup?token=wrong", f"/setup?token={token}"]) == []
