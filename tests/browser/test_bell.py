"""The bell on the page: its number comes with the inbox's, and is said when it has grown."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from accounts.models import Role
from tests.factories.sales import make_handover, make_team, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAYS = "(text) => document.querySelector('#live').textContent === text"


def test_what_comes_while_the_page_is_open_is_counted_and_said(signed_in):
    rep = make_user(Role.REP)
    make_handover(timezone.now())
    page = signed_in(rep, "/settings/profile/")
    page.locator("[data-bell]", has_text="1").wait_for()
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    make_handover(timezone.now())
    page.evaluate("document.body.dispatchEvent(new CustomEvent('handover-changed', {bubbles: true}))")
    page.locator("[data-bell]", has_text="2").wait_for()

    page.wait_for_function(SAYS, arg="2 unread notifications.")
    assert {url.rpartition("/inbox/")[2] for url in asked} == {"count"}
    page.get_by_role("link", name="Notifications").first.click()
    page.wait_for_url("**/notifications/")
    assert page.get_by_role("button", name="Mark read: ").count() == 2
    assert Axe().run(page).response["violations"] == []


def test_opening_what_a_line_is_about_marks_it_read(signed_in):
    rep = make_user(Role.REP, team=make_team())
    handover = make_handover(timezone.now())
    make_handover(timezone.now())
    page = signed_in(rep, "/notifications/")

    with page.expect_response("**/notifications/read"):
        page.locator(f'main a[href="/inbox/{handover.pk}/"]').click()
    page.wait_for_url(f"**/inbox/{handover.pk}/")

    page.locator("[data-bell]", has_text="1").wait_for()
