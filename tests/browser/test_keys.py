"""Keys of the shell: one table for what is printed and what is done, off in fields, and to be switched off."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from accounts.models import Role, User
from common.shortcuts import SHORTCUTS
from sales.models import State
from tests.factories.sales import make_handover, make_lead, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def admin(db) -> User:
    return make_user(Role.ADMIN)


def shown(page) -> dict[str, str]:
    """Return the rows of the open sheet: label to keys."""
    page.locator("#shortcuts").wait_for()
    rows = page.locator("#shortcuts li:visible").all()
    return {row.inner_text().split("\n")[0].strip(): " ".join(row.locator("kbd").all_inner_texts()) for row in rows}


@pytest.mark.parametrize(
    ("keys", "path"),
    [("gh", "/"), ("gl", "/leads/"), ("gi", "/inbox/"), ("gf", "/forms/"), ("gn", "/nurture/"), ("gs", "/scoring/")],
)
def test_g_and_a_letter_go_to_a_place(signed_in, admin, keys, path):
    page = signed_in(admin, "/settings/profile/")

    for key in keys:
        page.keyboard.press(key)

    page.wait_for_url(f"**{path}")


def test_the_sheet_tells_the_keys_of_this_page_and_no_others(signed_in, admin):
    lead = make_lead(timezone.now())
    page = signed_in(admin, f"/leads/{lead.pk}/")
    page.keyboard.press("?")
    of_lead = shown(page)
    page.goto("/leads/")
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("menuitem", name="Keyboard shortcuts").click()
    of_list = shown(page)

    assert of_lead["Set the stage"] == "S"
    assert "Next" not in of_lead
    assert of_list["Next"] == "J"
    assert of_list["Open"] == "O Enter"
    assert "Set the stage" not in of_list
    assert of_list["Leads"] == "G L"


def test_every_key_of_the_inbox_is_in_its_sheet(signed_in, admin):
    make_handover(timezone.now(), phone="+49 30 9999")
    page = signed_in(admin, "/inbox/")
    pressed = page.locator("[data-key]:visible").evaluate_all("all => all.map((one) => one.dataset.key)")

    page.keyboard.press("?")

    labels = {row.key: row.label for row in SHORTCUTS.values()}
    assert {labels[key] for key in pressed if not key.isdigit()} - shown(page).keys() == set()


def test_j_k_and_o_move_and_open(signed_in, admin):
    now = timezone.now()
    for name in ("Cy", "Bo", "Ada"):
        make_lead(now, first_name=name)
    page = signed_in(admin, "/leads/")
    names = page.locator("[data-item] th a").all_inner_texts()

    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.textContent") == names[1]
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.textContent") == names[0]
    page.keyboard.press("o")

    page.get_by_role("heading", level=1, name=names[0]).wait_for()


def test_slash_goes_into_the_search_of_the_list_or_opens_the_palette(signed_in, admin):
    page = signed_in(admin, "/leads/")
    page.keyboard.press("/")
    page.keyboard.type("gl?")
    in_list = page.evaluate("document.activeElement.value")
    page.goto("/forms/")

    page.keyboard.press("/")

    assert in_list == "gl?"
    assert page.get_by_role("combobox").is_visible()


def test_n_opens_the_note_and_what_is_typed_then_are_words_and_no_commands(signed_in, admin):
    handover = make_handover(timezone.now(), first_name="Ada")
    page = signed_in(admin, "/inbox/")
    page.locator("#brief-title", has_text="Ada").wait_for()

    page.keyboard.press("n")
    page.keyboard.type("call a1")
    in_inbox = page.get_by_role("textbox", name="Note").input_value()
    page.goto(f"/leads/{handover.lead_id}/")
    page.keyboard.press("n")
    page.keyboard.type("set a stage")

    assert in_inbox == "call a1"
    assert page.get_by_role("textbox", name="Note").input_value() == "set a stage"
    handover.refresh_from_db()
    assert (handover.state, handover.first_contact_at) == (State.QUEUED, None)


def test_escape_clears_the_filters(signed_in, admin):
    page = signed_in(admin, "/leads/?stage=mql")

    page.keyboard.press("Escape")

    page.wait_for_url("**/leads/")


def test_single_keys_are_switched_off_and_on_again_in_the_profile(signed_in, admin):
    make_lead(timezone.now())
    page = signed_in(admin, "/settings/profile/")

    page.get_by_label("Single keys act").locator("visible=true").uncheck()
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    page.goto("/leads/")
    page.keyboard.press("j")
    is_off = page.evaluate("document.activeElement === document.body")
    page.locator("[data-item] th a").first.focus()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search leads").wait_for()
    page.goto("/settings/profile/")
    page.get_by_label("Single keys act").locator("visible=true").check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    page.goto("/leads/")
    page.keyboard.press("j")

    assert is_off
    assert page.evaluate("document.activeElement.closest('[data-item]') !== null")


def test_the_switch_of_the_sheet_is_kept_too(signed_in, admin):
    page = signed_in(admin, "/forms/")
    page.keyboard.press("?")

    with page.expect_response("**/settings/keys"):
        page.locator("[data-keys-switch]").uncheck()
    page.reload()
    page.keyboard.press("?")

    assert not page.locator("#shortcuts").is_visible()
    admin.refresh_from_db()
    assert admin.single_keys is False


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_serious_in_the_sheet(signed_in, admin, width, theme):
    page = signed_in(admin, "/leads/")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme)
    page.keyboard.press("?")
    page.locator("#shortcuts").wait_for()

    found = Axe().run(page).response["violations"]

    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")] == []
