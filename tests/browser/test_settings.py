"""Settings by key: finding one."""

import pytest

from accounts.models import Role
from tests.factories.sales import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def admin(db):
    return make_user(Role.ADMIN)


def test_a_slash_and_a_few_letters_lead_to_a_setting(signed_in, admin):
    page = signed_in(admin, "/settings/profile/")

    page.keyboard.press("/")
    with page.expect_response(lambda answer: "/settings/find" in answer.url):
        page.keyboard.type("holid")
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Holidays").click()

    page.wait_for_url("**/settings/company/#div_id_holidays")
    assert page.locator("#div_id_holidays").evaluate("field => field.matches(':target')")


def test_enter_opens_all_that_was_found_and_escape_shows_everything(signed_in, admin):
    page = signed_in(admin, "/settings/profile/")
    page.keyboard.press("/")
    page.keyboard.type("unsubscribe")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/?q=unsubscribe")
    found = page.locator("#settings-list li").all_inner_texts()

    page.locator("h1").click()
    page.keyboard.press("Escape")
    page.wait_for_url("**/settings/")

    assert [text.split("\n")[0] for text in found] == ["Suppressed mails"]
    assert page.locator("#settings-list .card").count() == 3


def test_the_index_narrows_down_as_one_types_and_says_how_many(signed_in, admin):
    page = signed_in(admin, "/settings/")

    page.keyboard.press("/")
    page.keyboard.type("webhook")
    page.get_by_role("heading", name="found for").wait_for()

    page.wait_for_function("() => document.querySelector('#live').textContent.endsWith('found')")
    assert page.url.endswith("/settings/?q=webhook")
    assert page.evaluate("document.activeElement.value") == "webhook"
