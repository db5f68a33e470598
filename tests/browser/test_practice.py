"""The practice queue: the inbox's keys on made-up leads, in the page alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from accounts.models import Role, User
from leads.models import Activity, Lead
from sales.models import Handover
from sales.services import claim
from tests.factories.sales import make_handover, make_team, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rep(db) -> User:
    return make_user(Role.REP, team=make_team())


def names(page) -> list[str]:
    return page.locator("[data-item-link]:visible").all_inner_texts()


def test_five_lessons_are_learned_by_key_and_nothing_leaves_the_page(signed_in, rep):
    page = signed_in(rep, "/inbox/practice/")
    asked = []
    page.on("request", lambda request: asked.append((request.method, request.url)))

    page.keyboard.press("j")
    assert page.locator("#brief-title").inner_text() == "Otto Example"
    page.keyboard.press("a")
    assert "Otto Example" not in names(page) and page.locator("#brief-title").inner_text() == "Aisha Example"
    page.keyboard.press("r")
    page.keyboard.press("5")
    page.get_by_text("Rejected: bad timing.").wait_for()
    page.keyboard.press("z")
    assert page.locator("#brief-title").inner_text() == "Aisha Example"
    page.keyboard.press("l")
    page.keyboard.press("1")
    page.get_by_text("That is all of it.").first.wait_for()

    assert len(names(page)) == 5 and page.locator("[data-lesson].done").count() == 5
    assert [one for one in asked if "/inbox/" in one[1] or one[0] != "GET"] == []
    assert not (Handover.objects.exists() or Lead.objects.exists() or Activity.objects.exists())

    page.locator("[data-practiced]").get_by_role("button", name="Open the queue").click()
    page.wait_for_url("**/inbox/")
    assert page.get_by_role("link", name="Practice").count() == 0


def test_all_six_can_be_decided_and_the_last_comes_back(signed_in, rep):
    page = signed_in(rep, "/inbox/practice/")

    for _ in range(6):
        page.keyboard.press("a")
    assert names(page) == [] and page.get_by_role("heading", name="The queue is empty").is_visible()
    page.keyboard.press("z")

    assert names(page) == ["Viktor Example"]


def test_it_is_offered_to_newcomers_until_they_hold_a_lead_or_decline(signed_in, rep):
    page = signed_in(rep, "/inbox/")
    page.get_by_role("button", name="No, thanks").click()
    page.wait_for_url("**/inbox/")
    assert page.get_by_role("link", name="Practice").count() == 0

    other = make_user(Role.REP, team=rep.team)
    page = signed_in(other, "/inbox/")
    assert page.get_by_role("link", name="Practice").is_visible()
    claim(handover=make_handover(timezone.now(), team=rep.team), by=other, now=timezone.now())
    page.reload()
    assert page.get_by_role("link", name="Practice").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_flaw_that_axe_knows(signed_in, rep, scheme):
    page = signed_in(rep, "/inbox/practice/")
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]

    assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []
