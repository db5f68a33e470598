"""What a screen shows stands in its address: reload, back, forward and a colleague who gets the link see the same."""

import pytest
from django.utils import timezone

from accounts.models import Role
from leads.services import add_note
from tests.factories.sales import make_handover, make_lead, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lead(starter):
    now = timezone.now()
    for number in range(3):
        make_lead(now, first_name=f"Lead{number}", stage="mql", temperature="hot" if number else "cold")
    make_handover(now, first_name="Handed")
    lead = make_lead(now, first_name="Nora", stage="iql")
    add_note(lead=lead, text="Met at the fair.", by=make_user(Role.ADMIN), now=now)
    return lead


def shown(page) -> str:
    page.wait_for_load_state("networkidle")
    return page.locator("main").inner_text()


def fields(page) -> list[str]:
    return page.locator(".filters :is(select, input[type=search])").evaluate_all("all => all.map((one) => one.value)")


def test_filters_of_the_list_survive_reload_back_forward_and_sharing(signed_in, lead):
    page = signed_in(make_user(Role.ADMIN), "/leads/")
    everything = shown(page)
    page.get_by_label("Stage").select_option("mql")
    page.wait_for_url("**stage=mql**")
    page.get_by_label("Temperature").select_option("hot")
    page.wait_for_url("**temperature=hot**")
    narrowed, address, chosen = shown(page), page.url, fields(page)

    page.reload()
    reloaded = (shown(page), fields(page))
    page.go_back()
    page.wait_for_function("!location.search.includes('temperature=hot')")
    before = (page.locator("[data-item]").count(), fields(page))
    page.go_back()
    page.wait_for_function("!location.search")
    first = shown(page)
    # Two steps at once: the first of two would be cut off by the second while its list is still on its way.
    page.evaluate("history.go(2)")
    page.wait_for_function("location.search.includes('temperature=hot')")
    shared = signed_in(make_user(Role.ADMIN), address)

    assert reloaded == (narrowed, chosen)
    assert before == (3, ["", "mql", "", ""])
    assert first == everything
    assert (shown(page), fields(page)) == (narrowed, chosen)
    assert (shown(shared), fields(shared)) == (narrowed, chosen)


@pytest.mark.parametrize(
    ("path", "link"),
    [("/", "Last month"), ("/inbox/", "Done"), ("LEAD", "Sales"), ("/settings/mail/", "Failed")],
)
def test_tabs_and_periods_are_links_that_can_be_shared(signed_in, lead, path, link):
    page = signed_in(make_user(Role.ADMIN), path.replace("LEAD", f"/leads/{lead.pk}/"))
    before = page.url

    page.locator("main").get_by_role("link", name=link).first.click()
    page.wait_for_url(lambda url: url != before)
    there, address = shown(page), page.url
    page.go_back()
    page.wait_for_url(before)
    page.go_forward()
    page.wait_for_url(address)
    shared = signed_in(make_user(Role.ADMIN), address)

    assert "?" in address
    assert page.locator("main [aria-current]").first.is_visible()
    assert (
        shared.locator("main [aria-current]").all_inner_texts() == page.locator("main [aria-current]").all_inner_texts()
    )
    assert len(shown(shared)) == len(there)
