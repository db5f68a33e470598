"""What the shell's scripts do in a real browser, on the gallery. Run with ``pytest -m browser``."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Page

from accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Playwright runs an event loop in this thread, which Django otherwise takes for an asynchronous view.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture
def open_gallery(browser, live_server, db):
    """Return a function that opens the gallery as an admin."""
    user = User.objects.create_user("admin@crm.example", "a long enough password", name="Ada Silva", role="admin")
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    name = django_settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
    contexts = []

    def open_page(path: str = "/_ui/", *, width: int = 1440, theme: str = "light") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
        )
        contexts.append(context)
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_a_lead_is_rejected_with_a_reason_in_two_keys_and_the_next_one_opens(open_gallery):
    page = open_gallery()

    page.keyboard.press("r")
    page.locator("#sample-reasons").wait_for()
    page.keyboard.press("5")

    assert page.evaluate("document.querySelector('#handover-0').hidden")
    assert page.evaluate("document.activeElement.textContent") == "Jonas Lindqvist"
    page.locator("#brief h2", has_text="Jonas Lindqvist").wait_for()
    page.locator("#toasts", has_text="Rejected: bad timing.").wait_for()
    page.locator("#live", has_text="Press Z to undo").wait_for(state="attached")


def test_the_row_goes_within_a_frame_of_the_key(open_gallery):
    page = open_gallery()
    page.evaluate(
        """addEventListener('keydown', () => queueMicrotask(() => requestAnimationFrame(() => {
             window.goneInFrame = document.querySelector('#handover-0').hidden })), true)"""
    )

    page.keyboard.press("a")
    page.locator("#handover-0 .row-error").wait_for()

    assert page.evaluate("window.goneInFrame") is True


def test_z_undoes_the_last_act(open_gallery):
    page = open_gallery()
    page.keyboard.press("r")
    page.keyboard.press("5")
    page.locator("#toasts [data-undo]").wait_for()

    with page.expect_response(lambda answer: answer.url.endswith("/_ui/act/undo")) as undone, page.expect_navigation():
        page.keyboard.press("z")

    assert undone.value.status == 204
    assert page.locator("#handover-0").is_visible()


def test_a_refused_act_puts_the_row_back_with_its_reason_and_focus(open_gallery):
    page = open_gallery()

    page.keyboard.press("a")

    page.locator("#handover-0 .row-error").wait_for()
    assert page.locator("#handover-0 .row-error").inner_text() == "Rep One accepted this 4 s ago."
    assert page.evaluate("document.activeElement.closest('[data-item]').id") == "handover-0"


def test_an_act_without_network_is_kept_and_sent_again(open_gallery):
    page = open_gallery()
    page.context.set_offline(True)

    page.keyboard.press("r")
    page.keyboard.press("4")
    page.locator("#network").wait_for()
    assert "Not saved, retrying (1)" in page.locator("#network").inner_text()
    page.context.set_offline(False)

    page.locator("#network").wait_for(state="detached")
    page.locator("#toasts", has_text="Rejected").wait_for()


def test_letters_typed_into_a_field_are_not_commands(open_gallery):
    page = open_gallery()

    page.keyboard.press("/")
    page.keyboard.type("raj[")

    assert page.locator("input[name=q]").first.input_value() == "raj["
    assert page.evaluate("document.querySelector(':popover-open')") is None


def test_single_keys_can_be_switched_off(open_gallery):
    page = open_gallery()
    page.keyboard.press("?")
    page.locator("[data-keys-switch]").uncheck()
    page.keyboard.press("Escape")

    page.keyboard.press("r")

    assert page.evaluate("document.querySelector(':popover-open')") is None


def test_escape_clears_the_selection_and_focus_returns_from_a_menu(open_gallery):
    page = open_gallery()
    page.locator("[data-select-all]").check()
    assert page.locator("[data-selected]").inner_text() == "7 selected"
    page.evaluate("document.activeElement.blur()")

    page.keyboard.press("Escape")

    assert page.locator("[data-select]:checked").count() == 0
    page.get_by_role("button", name="Account of Ada Silva").click()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Account of Ada Silva"


def test_the_theme_survives_a_reload(open_gallery):
    page = open_gallery()
    page.get_by_role("button", name="Account of Ada Silva").click()

    page.get_by_role("menuitemradio", name="Dark").click()
    page.reload()

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("path", ["/_ui/", "/_ui/public"])
def test_nothing_serious_is_found_by_axe(open_gallery, path, width, theme):
    page = open_gallery(path, width=width, theme=theme)

    found = Axe().run(page).response["violations"]

    assert [rule["id"] for rule in found if rule["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("width", [320, 768, 1100, 1440])
@pytest.mark.parametrize("path", ["/_ui/", "/_ui/public"])
def test_no_page_scrolls_sideways(open_gallery, path, width):
    page = open_gallery(path, width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_control_and_enter_send_what_is_written(open_gallery):
    page = open_gallery()
    page.evaluate("document.addEventListener('submit', (event) => { event.preventDefault(); window.sent = true; })")
    page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")

    page.locator("textarea:visible").first.focus()
    page.keyboard.press("Control+Enter")

    assert page.evaluate("window.sent") is True
