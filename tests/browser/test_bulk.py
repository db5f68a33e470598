"""Choosing many leads by key, by mouse and on the phone, and taking back what was done to all of them."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from accounts.models import Role
from leads.models import Lead, LeadState
from tests.factories.sales import make_lead, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def leads(starter) -> list[Lead]:
    now = timezone.now()
    return [make_lead(now, first_name="Maja", last_name=f"Example {number:02}") for number in range(55)]


def bar(page):
    return page.locator(".bulk")


def test_a_range_is_chosen_by_key_gets_an_owner_and_is_given_back(signed_in, leads):
    anna = make_user(Role.REP, name="Anna Example")
    page = signed_in(make_user(Role.ADMIN), "/leads/")
    for key in ("j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    assert bar(page).get_by_text("3 selected").is_visible()
    bar(page).get_by_role("button", name="Owner").click()
    page.get_by_label("New owner").select_option(str(anna.pk))
    page.get_by_text("3 of 3 change.").wait_for()
    axe = [item["id"] for item in Axe().run(page).response["violations"] if item["impact"] in ("serious", "critical")]
    page.get_by_role("button", name="Change owner").click()
    page.locator("[data-toast]", has_text="Anna Example owns 3 leads now.").wait_for()
    assert Lead.objects.filter(owner=anna).count() == 3

    page.keyboard.press("z")

    page.locator("[data-toast]", has_text="Undone for 3 leads.").wait_for()
    assert Lead.objects.filter(owner=anna).count() == 0
    assert axe == []


def test_a_choice_made_as_soon_as_the_dialog_is_there_counts(signed_in, leads):
    page = signed_in(make_user(Role.ADMIN), "/leads/")
    page.locator("[data-select]").first.check()
    page.evaluate(
        """document.addEventListener("htmx:afterSwap", () => setTimeout(() => {
            const choice = document.querySelector("#bulk-dialog select");
            choice.value = "nobody";
            choice.dispatchEvent(new Event("change", { bubbles: true }));
        }), { once: true })"""
    )

    bar(page).get_by_role("button", name="Owner").click()

    page.get_by_text("0 of 1 change.").wait_for()


def test_shift_and_a_click_choose_all_between_and_escape_clears(signed_in, leads):
    page = signed_in(make_user(Role.ADMIN), "/leads/")
    boxes = page.locator("[data-select]")
    boxes.nth(1).check()
    boxes.nth(5).click(modifiers=["Shift"])
    assert bar(page).get_by_text("5 selected").is_visible()

    page.keyboard.press("Escape")

    assert page.locator("[data-select]:checked").count() == 0
    assert not bar(page).is_visible()


def test_all_that_match_are_meant_beyond_the_page(signed_in, leads):
    page = signed_in(make_user(Role.ADMIN), "/leads/?stage=mql")
    page.locator("[data-select]").first.check()
    page.get_by_label("All 55 that match").check()
    assert bar(page).get_by_text("55 selected").is_visible()
    bar(page).get_by_role("button", name="Stage").click()
    dialog = page.locator("#bulk-dialog")
    dialog.get_by_label("Stage", exact=True).select_option("iql")
    dialog.get_by_text("55 of 55 change.").wait_for()
    dialog.get_by_label("Reason").fill("Cleaning up")
    dialog.get_by_role("button", name="Set stage").click()

    page.locator("[data-toast]", has_text="IQL is set on 55 leads.").wait_for()
    assert "stage=mql" in page.url


def test_unticking_one_means_all_no_more(signed_in, leads):
    page = signed_in(make_user(Role.ADMIN), "/leads/")
    page.locator("[data-select]").first.check()
    page.get_by_label("All 55 that match").check()

    page.locator("[data-select]").nth(2).uncheck()

    assert not page.get_by_label("All 55 that match").is_checked()
    assert bar(page).get_by_text("49 selected").is_visible()


def test_it_works_on_the_phone(signed_in, leads):
    page = signed_in(make_user(Role.ADMIN), "/leads/")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("[data-select]").first.check()
    button = bar(page).get_by_role("button", name="Stage")

    button.click()
    page.locator("#bulk-dialog").get_by_label("Stage", exact=True).select_option("disqualified")
    page.get_by_text("1 of 1 changes.").wait_for()
    page.get_by_label("Reason").fill("Student")
    page.locator("#bulk-dialog").get_by_role("button", name="Set stage").click()

    page.locator("[data-toast]", has_text="Disqualified is set on 1 lead.").wait_for()
    assert LeadState.objects.filter(stage="disqualified").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_owner_of_one_lead_changes_on_its_page_and_back_from_the_menu(signed_in, leads):
    anna = make_user(Role.REP, name="Anna Example")
    page = signed_in(make_user(Role.ADMIN), f"/leads/{leads[0].pk}/")
    page.keyboard.press("Shift+O")
    page.get_by_label("New owner").select_option(str(anna.pk))
    page.get_by_role("button", name="Change owner").click()
    page.locator("[data-toast]", has_text="Anna Example owns 1 lead now.").wait_for()
    assert page.get_by_text("Owner: Anna Example").is_visible()

    page.get_by_role("button", name="What you did").click()
    page.get_by_role("button", name="Undo: Owner changed from nobody to Anna Example").click()

    page.get_by_text("Owner: nobody").wait_for()


def test_control_a_selects_the_page_and_with_shift_all_that_match(signed_in, leads):
    page = signed_in(make_user(Role.ADMIN), "/leads/")

    page.keyboard.press("Control+a")
    on_page = bar(page).locator("[data-selected]").inner_text()
    page.keyboard.press("Control+Shift+A")
    matching = bar(page).locator("[data-selected]").inner_text()
    page.keyboard.press("Escape")
    page.locator("[data-search]").fill("Maja")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")

    assert (on_page, matching) == ("50 selected", "55 selected")
    assert page.locator("[data-search]").input_value() == ""
    assert page.locator("[data-select]:checked").count() == 0


@pytest.fixture
def phone(browser, signed_in, live_server, leads):
    page = signed_in(make_user(Role.ADMIN), "/leads/")
    state = page.context.storage_state()
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, has_touch=True, storage_state=state
    )
    page = context.new_page()
    page.goto("/leads/")
    yield page
    context.close()


def hold(page, place, milliseconds: int, *, by: int = 0) -> None:
    """Put a finger on a place, move it by some pixels, and lift it."""
    box = place.bounding_box()
    session = page.context.new_cdp_session(page)
    at = {"x": box["x"] + 20, "y": box["y"] + box["height"] / 2}
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    if by:
        moved = {"x": at["x"], "y": at["y"] - by}
        session.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [moved]})
    page.wait_for_timeout(milliseconds)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_long_press_selects_a_row_and_a_tap_then_adds_another(phone):
    names = phone.locator(".lead-name a")
    hold(phone, names.nth(0), 700)
    phone.wait_for_timeout(300)
    assert bar(phone).get_by_text("1 selected").is_visible()

    names.nth(1).tap()
    assert bar(phone).get_by_text("2 selected").is_visible()
    names.nth(0).tap()
    names.nth(1).tap()
    assert not bar(phone).is_visible()
    assert phone.url.endswith("/leads/")

    names.nth(1).tap()
    phone.wait_for_url("**/leads/*-*/")


def test_a_finger_that_scrolls_selects_nothing(phone):
    hold(phone, phone.locator(".lead-name a").nth(3), 700, by=60)

    assert phone.locator("[data-select]:checked").count() == 0


def test_the_bar_on_the_phone_has_its_two_acts_side_by_side(phone):
    phone.locator("[data-select]").first.check()

    owner, stage = (bar(phone).get_by_role("button", name=name).bounding_box() for name in ("Owner", "Stage"))

    assert owner["y"] == stage["y"]
    assert owner["width"] == stage["width"]
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
