"""A lead beside the list: by key, by mouse, on the phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from accounts.models import Role, User
from leads.services import add_note
from tests.factories.sales import make_lead, make_team, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SPACE = """() => new Promise((done) => {
  const panel = document.querySelector('#peek');
  const start = performance.now();
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: ' ', bubbles: true, cancelable: true}));
  requestAnimationFrame(() => setTimeout(() => done(
    [performance.now() - start, panel.hidden, Boolean(panel.querySelector('.receipt'))]), 0));
})"""


@pytest.fixture
def admin(starter) -> User:
    admin = make_user(Role.ADMIN, name="Ada Silva")
    for name in ("Cy", "Bo", "Ada"):
        lead = make_lead(timezone.now(), first_name=name, last_name="Example", phone="+49 30 9999")
        add_note(lead=lead, text=f"Met {name} at the fair.", by=admin, now=timezone.now())
    return admin


def title(page, text: str):
    return page.locator("#peek [data-peek-title]", has_text=text)


def test_space_opens_j_moves_on_and_escape_closes(signed_in, admin):
    page = signed_in(admin, "/leads/")
    page.keyboard.press("j")

    page.keyboard.press(" ")
    title(page, "Ada Example").wait_for()
    page.keyboard.press("j")
    title(page, "Bo Example").wait_for()
    noted = page.locator("#peek").get_by_text("Met Bo at the fair.").is_visible()
    focused = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Escape")

    assert noted
    assert focused == "Bo Example"
    assert not page.locator("#peek").is_visible()
    assert page.evaluate("document.activeElement.textContent") == "Bo Example"
    assert page.url.endswith("/leads/")


def test_enter_opens_the_whole_page(signed_in, admin):
    page = signed_in(admin, "/leads/")
    page.keyboard.press("j")
    page.keyboard.press(" ")
    title(page, "Ada Example").wait_for()

    page.keyboard.press("Enter")

    page.get_by_role("heading", level=1, name="Ada Example").wait_for()


def test_space_once_more_closes_it(signed_in, admin):
    page = signed_in(admin, "/leads/")
    page.keyboard.press("j")
    page.keyboard.press(" ")
    title(page, "Ada Example").wait_for()

    page.keyboard.press(" ")

    assert not page.locator("#peek").is_visible()


def test_the_button_of_a_row_opens_it_and_the_focus_follows(signed_in, admin):
    page = signed_in(admin, "/leads/")
    button = page.get_by_role("button", name="Look at Bo Example")

    button.click()
    title(page, "Bo Example").wait_for()
    page.wait_for_function("document.activeElement.matches('[data-peek-title]')")
    expanded = button.get_attribute("aria-expanded")
    page.locator("#peek").get_by_role("button", name="Close").click()

    assert expanded == "true"
    assert button.get_attribute("aria-expanded") == "false"
    assert page.evaluate("document.activeElement.textContent") == "Bo Example"


def test_a_late_answer_does_not_replace_a_newer_one(signed_in, admin):
    page = signed_in(admin, "/leads/")
    held = []

    def hold(route) -> None:  # Playwright takes a function of its own, and no bound method of a list
        held.append(route)

    page.route("**/peek/", hold)
    page.keyboard.press("j")
    page.keyboard.press(" ")
    page.keyboard.press("j")
    page.wait_for_timeout(300)

    for route in reversed(held):
        route.continue_()

    title(page, "Bo Example").wait_for()
    page.wait_for_timeout(300)
    assert title(page, "Bo Example").is_visible()
    assert page.locator("#peek h2").inner_text() == "Bo Example"


def test_a_filter_that_takes_the_row_away_closes_it(signed_in, admin):
    page = signed_in(admin, "/leads/")
    page.keyboard.press("j")
    page.keyboard.press(" ")
    title(page, "Ada Example").wait_for()

    page.get_by_label("Stage").select_option("sql")

    page.get_by_text("No lead matches").wait_for()
    assert not page.locator("#peek").is_visible()


def test_the_phone_has_a_bottom_sheet(signed_in, admin):
    page = signed_in(admin, "/leads/")
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()

    page.get_by_role("button", name="Look at Bo Example").click()
    title(page, "Bo Example").wait_for()

    box = page.locator("#peek").bounding_box()
    assert (box["x"], box["width"]) == (0, 390)
    assert box["y"] + box["height"] == 844
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_serious(signed_in, admin, width, theme):
    page = signed_in(admin, "/leads/")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme)
    page.get_by_role("button", name="Look at Bo Example").click()
    title(page, "Bo Example").wait_for()

    found = Axe().run(page).response["violations"]

    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")] == []


def test_it_is_painted_within_50_ms_of_the_key(signed_in, admin):
    page = signed_in(admin, "/leads/")
    took, is_whole = [], []

    for _ in range(3):
        page.keyboard.press("j")
        page.wait_for_timeout(800)
        for _ in range(3):
            time, is_hidden, has_receipt = page.evaluate(SPACE)
            took.append(time)
            is_whole.append(has_receipt)
            assert not is_hidden
            page.keyboard.press(" ")
            page.wait_for_timeout(500)

    print("\npeek, key to paint, ms: " + ", ".join(f"{time:.0f}" for time in sorted(took)))
    assert sorted(took)[4] <= 50
    assert is_whole[0]


def test_leads_of_others_are_not_shown(client, admin, django_user_model):
    lead = make_lead(timezone.now(), team=make_team())
    client.force_login(make_user(Role.REP, team=make_team()))

    assert client.get(f"/leads/{lead.pk}/peek/").status_code == 404
