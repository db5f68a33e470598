"""Fetching ahead on intent: only reads, and nothing where the browser asks to save data."""

import pytest
from django.utils import timezone

from accounts.models import Role
from tests.factories.sales import make_handover, make_lead, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAVES_DATA = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})"

PASS = "(link, next) => [link, next].forEach((one) => one.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})))"


def watch(page) -> list[tuple[str, str]]:
    asked: list[tuple[str, str]] = []
    page.on("request", lambda request: asked.append((request.method, request.url.split("//", 1)[1].partition("/")[2])))
    return asked


@pytest.fixture
def page(signed_in, starter):
    for name in ("Cy", "Bo", "Ada"):
        make_lead(timezone.now(), first_name=name, last_name="Example")
    return signed_in(make_user(Role.ADMIN), "/leads/")


@pytest.mark.parametrize(("link", "path"), [("Forms", "forms/"), ("Bo Example", "leads/")])
def test_resting_on_a_link_fetches_its_page(page, link, path):
    asked = watch(page)

    page.get_by_role("link", name=link, exact=True).hover()
    page.wait_for_timeout(1500)

    assert any(method == "GET" and url.startswith(path) for method, url in asked)
    assert {method for method, _ in asked} == {"GET"}


def test_passing_over_a_link_fetches_nothing(page):
    asked = watch(page)

    page.get_by_role("link", name="Forms", exact=True).evaluate(
        PASS, page.get_by_role("heading", level=1).element_handle()
    )
    page.wait_for_timeout(300)

    assert [url for _, url in asked if url.startswith("forms/")] == []


def test_pressing_the_button_of_the_mouse_fetches_at_once(page):
    asked = watch(page)

    page.get_by_role("link", name="Nurture", exact=True).dispatch_event("mousedown")
    page.wait_for_timeout(300)

    assert ("GET", "nurture/") in asked


def test_a_browser_that_saves_data_fetches_nothing_ahead(page):
    page.context.add_init_script(SAVES_DATA)
    page.reload(wait_until="networkidle")  # its own icon comes after the load
    asked = watch(page)

    page.get_by_role("link", name="Forms", exact=True).hover()
    page.keyboard.press("j")
    page.wait_for_timeout(600)

    assert [url for _, url in asked if not url.startswith("inbox/count")] == []


def test_the_inbox_has_the_next_two_briefs_ready(signed_in, starter):
    handovers = [make_handover(timezone.now()) for _ in range(4)]
    admin = make_user(Role.ADMIN)
    page = signed_in(admin, "/forms/")
    asked = watch(page)
    page.goto("/inbox/")
    page.wait_for_timeout(1500)

    rows = page.locator("[data-item]").evaluate_all("rows => rows.map((row) => row.id.replace('handover-', ''))")
    briefs = {url.split("/")[1] for method, url in asked if method == "GET" and "/brief" in url}

    assert len(handovers) == 4
    assert briefs == set(rows[1:3])


LATER = "Date.now = ((now) => () => now() + 60_000)(Date.now)"
BRIEF = "document.querySelector('#brief').dataset.handover"
ROWS = "rows => rows.map((row) => row.id.replace('handover-', ''))"


@pytest.fixture
def inbox(signed_in, starter):
    for _ in range(4):
        make_handover(timezone.now())
    page = signed_in(make_user(Role.ADMIN), "/inbox/")
    page.wait_for_timeout(1500)
    return page


def shown_after(page, key: str) -> str:
    """Return which handover the brief shows two frames after the key."""
    page.keyboard.press(key)
    return page.evaluate(
        f"new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done({BRIEF}))))"
    )


def test_the_next_brief_is_ready_however_long_one_has_read_and_is_then_asked_for_anew(inbox):
    _, following, *_ = inbox.locator("[data-item]").evaluate_all(ROWS)
    inbox.route("**/brief?*", lambda route: route.abort())
    inbox.evaluate(LATER)
    inbox.wait_for_timeout(2500)  # the list asks for the next briefs once more, in vain

    with inbox.expect_request(lambda asked: f"/{following}/brief" in asked.url and "hx-target" in asked.headers):
        shown = shown_after(inbox, "j")

    assert shown == following


def test_the_brief_before_is_ready_too(inbox):
    first, second, *_ = inbox.locator("[data-item]").evaluate_all(ROWS)
    assert shown_after(inbox, "j") == second
    inbox.wait_for_timeout(800)
    inbox.route("**/brief?*", lambda route: route.abort())

    assert shown_after(inbox, "k") == first


def test_what_was_done_to_a_lead_stands_in_its_brief_when_one_comes_back(inbox):
    inbox.keyboard.press("j")
    inbox.wait_for_timeout(800)
    inbox.keyboard.press("k")
    inbox.wait_for_timeout(300)

    inbox.keyboard.press("c")
    inbox.locator("[data-toast]").first.wait_for()
    inbox.keyboard.press("j")
    inbox.wait_for_timeout(300)
    inbox.keyboard.press("k")
    inbox.wait_for_timeout(500)

    assert inbox.locator("#brief").get_by_role("button", name="Claim").count() == 0


def test_a_lead_seen_long_ago_is_shown_at_once_and_then_as_it_is_now(page):
    page.keyboard.press("j")
    page.wait_for_timeout(800)
    page.keyboard.press(" ")
    page.locator("#peek .receipt").first.wait_for()
    page.keyboard.press("Escape")
    page.evaluate(LATER)

    with page.expect_request(lambda asked: "/peek/" in asked.url and "hx-target" in asked.headers):
        page.keyboard.press(" ")
        is_there = page.evaluate("Boolean(document.querySelector('#peek .receipt'))")

    assert is_there
