"""Keys a person has changed act, the old ones do not, and the sheet and the buttons show them."""

import pytest
from django.utils import timezone

from accounts.models import Role
from tests.factories.sales import make_lead, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_changed_key_acts_and_is_shown_in_the_sheet(signed_in):
    make_lead(timezone.now())
    page = signed_in(make_user(Role.ADMIN), "/settings/keyboard/")
    page.get_by_label("Select", exact=True).fill("v")
    page.get_by_label("Leads", exact=True).fill("g m")
    page.get_by_role("button", name="Save").first.click()
    page.locator("[data-toast]", has_text="Saved.").wait_for()

    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/leads/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    with_old = page.locator("[data-select]:checked").count()
    page.keyboard.press("v")
    with_new = page.locator("[data-select]:checked").count()
    page.keyboard.press("?")

    assert (with_old, with_new) == (0, 1)
    assert page.locator("#shortcuts [data-act=select] kbd").inner_text() == "V"


def test_a_key_never_acts_while_somebody_types_and_a_clash_is_told_at_its_field(signed_in):
    page = signed_in(make_user(Role.ADMIN), "/settings/keyboard/")
    field = page.get_by_label("Select", exact=True)
    field.fill("")
    field.press_sequentially("j")
    assert field.input_value() == "j"
    page.get_by_role("button", name="Save").first.click()

    page.get_by_text("This key does something else already: Next.").first.wait_for()
    assert page.url.endswith("/settings/keyboard/")
