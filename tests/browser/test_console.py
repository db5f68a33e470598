"""No page writes an error to the browser's console, at rest or while it is used."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from django.utils import timezone
from playwright.sync_api import Error

from accounts.models import Role
from tests.browser.test_axe import LISTS, SETTINGS, pages_of, story
from tests.factories.sales import make_handover, make_user

__all__ = ["story"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What the policy refuses is a line in the console too; this adds which element it was.
TELL_REFUSED = """document.addEventListener("securitypolicyviolation", ({ violatedDirective, target }) =>
  console.error(violatedDirective, (target.outerHTML || "").slice(0, 300)))"""
REST_MS = 150


@pytest.fixture
def watched(signed_in) -> Iterator[Callable]:
    """Return a function that opens a page as a person and gives it with the list of its errors so far."""

    def open_as(user, width: int = 1440):
        page, errors = signed_in(user, "/none/"), []
        page.set_viewport_size({"width": width, "height": 900})
        page.context.add_init_script(TELL_REFUSED)
        page.on("console", lambda line: errors.append(f"{page.url} {line.text}") if line.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(f"{page.url} {error}"))
        return page, errors

    return open_as


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(REST_MS)
        # What is undone in the menu of what one did loads the page anew.
        with suppress(Error):
            page.evaluate("() => Promise.all(window.leadcrm.underway)")
        page.wait_for_load_state()


@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_of_an_admin_writes_an_error(story, watched, width):
    page, errors = watched(story.admin, width)
    form = f"/forms/{story.form.pk}/"
    pages = [*LISTS, *SETTINGS, *pages_of(story), f"{form}?tab=embed", f"{form}build/", f"{form}publish/",
             "/settings/system/", "/settings/keyboard/", "/settings/webhooks/", "/api/docs/"]  # fmt: skip

    for path in pages:
        page.goto(path)
        page.wait_for_timeout(50)

    # /none/ is a page that is not there, and the console says so of every such answer.
    assert [error for error in errors if "/none/" not in error] == []


def test_nothing_that_opens_and_closes_writes_an_error(story, watched):
    page, errors = watched(story.admin)
    page.goto("/leads/")

    for menu in ("menu-new", "menu-acts", "menu-me"):
        page.locator(f'[popovertarget="{menu}"]').click()
        page.wait_for_timeout(REST_MS)
        page.set_viewport_size({"width": 1400, "height": 900})
        press(page, "Escape")
    press(page, "?", "Escape", "Control+k", "Escape", "j", "Space", "j", "Escape", "x", "Escape", "x")
    for button in ("Owner", "Stage"):
        page.locator(".bulk").get_by_role("button", name=button).click()
        page.wait_for_timeout(REST_MS)
        press(page, "Escape")
    page.goto(f"/leads/{story.pinned.pk}/")
    press(page, "s", "Escape", "Shift+O", "Escape", "n")

    assert errors == []


def test_no_act_in_the_inbox_writes_an_error(story, watched):
    now = timezone.now()
    rep = make_user(Role.REP, team=story.admin.team)
    for number in range(4):
        make_handover(now, first_name=f"Lead{number}", phone="+49 30 9999")
    page, errors = watched(rep)
    page.goto("/inbox/")

    press(page, "j", "k", "l", "Escape", "r", "Escape", "c", "l", "2", "b", "Escape", "w", "a", "z", "z", "r", "5", "z")
    press(page, "j", "a", "l")
    page.wait_for_timeout(2500)  # the list is asked for anew with the menu open
    press(page, "Escape", "w", "Escape", "z", "Escape")
    page.goto("/inbox/?tab=mine")
    press(page, "j", "w", "Escape", "b", "Escape", "l", "1", "q", "2")
    page.wait_for_timeout(500)

    assert errors == []


def test_the_practice_queue_writes_no_error(story, watched):
    page, errors = watched(make_user(Role.REP, team=story.admin.team))
    page.goto("/inbox/practice/")

    press(page, "j", "r", "4", "z", "a", "l", "1", "c", "w")

    assert errors == []


def test_what_a_script_has_placed_is_drawn_anew_without_its_style(story, watched):
    """A style attribute copied to the fresh element would be refused by the page's policy."""
    page, errors = watched(story.admin)
    page.goto("/leads/")
    page.evaluate("document.querySelector('#lead-table').style.top = '0'")

    page.get_by_label("Stage").select_option("mql")
    page.locator("#lead-table:not([style])").wait_for()

    assert errors == []
