"""Two browsers edit one lead."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from accounts.models import Role
from tests.factories.sales import make_lead, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def both(signed_in, starter):
    """Return the lead, and the second editor's page after both have saved another company and title."""
    lead = make_lead(timezone.now(), first_name="Maja", last_name="Example", company="Acme", job_title="Head")
    path = f"/leads/{lead.pk}/edit/"
    first = signed_in(make_user(Role.ADMIN, name="Ada Silva"), path)
    second = signed_in(make_user(Role.MARKETER), path)
    for page, company, title in ((first, "Acme GmbH", "CEO"), (second, "Acme AG", "CTO")):
        page.get_by_label("Company").fill(company)
        page.get_by_label("Job title").fill(title)
        page.get_by_label("Country").fill("DE" if page is second else "")
        page.get_by_role("button", name="Save").click()
        page.wait_for_load_state()
    second.get_by_text("Ada Silva changed this").wait_for()
    return lead, second


def test_one_field_of_mine_and_one_of_theirs_by_key(both):
    lead, page = both

    page.get_by_role("radio", name="Acme AG").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Save what is chosen above").press("Enter")

    page.get_by_role("heading", level=1, name="Maja Example").wait_for()
    lead.refresh_from_db()
    assert (lead.company, lead.job_title, lead.country) == ("Acme GmbH", "CTO", "DE")


def test_take_theirs_by_mouse_keeps_what_only_i_changed(both):
    lead, page = both

    page.get_by_role("button", name="Take theirs").click()

    page.get_by_role("heading", level=1, name="Maja Example").wait_for()
    lead.refresh_from_db()
    assert (lead.company, lead.job_title, lead.country) == ("Acme GmbH", "CEO", "DE")


def test_keep_mine_by_mouse(both):
    lead, page = both

    page.get_by_role("button", name="Keep mine").click()

    page.get_by_role("heading", level=1, name="Maja Example").wait_for()
    lead.refresh_from_db()
    assert (lead.company, lead.job_title) == ("Acme AG", "CTO")


def test_axe_finds_nothing_serious_and_the_phone_does_not_scroll_sideways(both):
    _, page = both
    found = Axe().run(page).response["violations"]
    page.set_viewport_size({"width": 390, "height": 800})

    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
