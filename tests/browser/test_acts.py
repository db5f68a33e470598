"""The menu of what one did: by key and by mouse."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from accounts.models import Role
from leads.models import LeadState
from leads.services import add_note
from tests.factories.sales import make_handover, make_lead, make_team, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_menu(page) -> None:
    page.get_by_role("button", name="What you did").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What you did in the last 10 minutes").wait_for()


def test_a_stage_is_set_and_taken_back_by_key(signed_in, starter):
    lead = make_lead(timezone.now(), first_name="Maja", last_name="Example", stage="mql")
    page = signed_in(make_user(Role.ADMIN), f"/leads/{lead.pk}/")
    page.keyboard.press("s")
    page.get_by_label("Stage", exact=True).locator("visible=true").select_option("disqualified")
    page.get_by_label("Reason").fill("Wrong click")
    page.get_by_role("button", name="Set stage").last.click()
    page.get_by_text("Stage set by").first.wait_for()

    open_menu(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.locator("[data-toast]", has_text="Undone: Stage set to Disqualified").wait_for()
    state = LeadState.objects.get(lead=lead)
    assert (state.stage, state.is_pinned) == ("mql", False)


def test_a_verdict_is_taken_back_from_another_page_by_mouse(signed_in, starter):
    rep = make_user(Role.REP, team=make_team())
    handover = make_handover(timezone.now(), first_name="Maja", last_name="Example")
    page = signed_in(rep, "/inbox/")
    page.keyboard.press("r")
    page.keyboard.press("5")
    page.locator("[data-toast]", has_text="Rejected: bad timing").wait_for()
    page.goto("/leads/")

    page.get_by_role("button", name="What you did").click()
    page.get_by_role("button", name="Undo: Rejected by sales: Bad timing, Maja Example").click()

    page.locator("[data-toast]", has_text="Undone").wait_for()
    handover.refresh_from_db()
    assert handover.state == "queued"


def test_what_cannot_be_undone_says_why(signed_in, starter):
    admin, lead = make_user(Role.ADMIN), make_lead(timezone.now())
    note = add_note(lead=lead, text="Met.", by=admin, now=timezone.now())
    page = signed_in(admin, "/leads/")
    open_menu(page)
    type(note).objects.filter(pk=note.pk).update(recorded_at=timezone.now() - timedelta(minutes=11))

    page.get_by_role("button", name="Undo: Note").click()

    page.locator("[data-toast]", has_text="ten minutes have passed").wait_for()


def test_the_undo_of_a_claim_goes_once_a_contact_is_logged(signed_in, starter):
    rep = make_user(Role.REP, team=make_team())
    handover = make_handover(timezone.now(), first_name="Maja", last_name="Example")
    page = signed_in(rep, "/inbox/")
    page.keyboard.press("c")
    page.locator("[data-toast]", has_text="is yours").get_by_role("button", name="Undo").wait_for()
    page.get_by_role("button", name="Log…").click()
    page.keyboard.press("1")
    page.locator("[data-toast]", has_text="Contact logged").wait_for()

    assert page.get_by_role("button", name="Undo").count() == 0
    page.keyboard.press("z")
    page.wait_for_timeout(500)

    assert page.locator(".toast-error").count() == 0
    handover.refresh_from_db()
    assert handover.state == "claimed"


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (390, "light")])
def test_axe_finds_nothing_serious(signed_in, starter, width, theme):
    admin = make_user(Role.ADMIN)
    add_note(lead=make_lead(timezone.now()), text="Met.", by=admin, now=timezone.now())
    page = signed_in(admin, "/leads/")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme)
    open_menu(page)

    found = Axe().run(page).response["violations"]

    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")] == []
