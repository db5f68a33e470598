"""Settings by key: finding one, and saving without losing what was typed."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from accounts.models import Role
from common.models import Installation
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


@pytest.fixture
def company(signed_in, admin):
    page = signed_in(admin, "/settings/company/")
    page.asked = []
    page.on("dialog", lambda dialog: (page.asked.append(dialog.type), dialog.dismiss()))
    return page


def bar(page):
    return page.locator(".save-bar")


def test_the_bar_comes_with_the_first_change_counts_and_goes_with_the_last(company):
    assert not bar(company).is_visible()

    company.get_by_label("Company name").fill("Acme")
    company.get_by_label("Sat").check()
    two = bar(company).inner_text()
    company.get_by_label("Sat").uncheck()
    one = bar(company).inner_text()
    company.get_by_label("Company name").fill("")

    assert "2 changes" in two and "1 change" in one and "1 changes" not in one
    assert not bar(company).is_visible()


def test_control_s_saves_also_from_within_a_field(company):
    company.keyboard.press("Control+s")
    company.get_by_label("Company name").fill("Acme")
    company.keyboard.press("Control+s")
    company.get_by_text("Saved.", exact=True).first.wait_for()

    assert Installation.current().name == "Acme"
    assert not bar(company).is_visible()
    assert company.asked == []


def test_leaving_asks_while_something_is_not_saved_and_discarding_does_not(company):
    company.get_by_label("Company name").fill("Acme")
    company.get_by_role("link", name="Profile", exact=True).click(no_wait_after=True)
    company.wait_for_timeout(300)
    stayed = company.url

    bar(company).get_by_role("link", name="Discard").click()
    company.wait_for_url("**/settings/company/?")

    assert company.asked == ["beforeunload"]
    assert stayed.endswith("/settings/company/")
    assert company.get_by_label("Company name").input_value() == ""


def test_what_was_refused_is_listed_has_focus_and_counts_as_not_saved(company):
    company.get_by_label("Company name").fill("Acme")
    company.get_by_label("Currency").fill("12")
    company.keyboard.press("Control+s")
    summary = company.get_by_role("alert").filter(has_text="Nothing is saved yet.")
    summary.wait_for()

    assert summary.evaluate("box => box === document.activeElement")
    assert bar(company).inner_text().startswith("2 changes")
    summary.get_by_role("link", name="Currency").click()
    assert company.evaluate("document.activeElement.name") == "currency"
    assert Axe().run(company).response["violations"] == []


def test_without_javascript_the_button_is_there_and_saves(browser, signed_in, admin, live_server):
    page = signed_in(admin, "/settings/company/")
    context = browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(f"{live_server.url}/settings/company/")

    plain.get_by_label("Company name").fill("Acme")
    plain.get_by_role("button", name="Save").click()

    assert Installation.current().name == "Acme"
    assert not plain.get_by_text("Discard").is_visible()
    context.close()


@pytest.mark.parametrize("path", ["/scoring/", "/settings/people/", "/settings/audit-log/"])
def test_on_the_phone_no_page_scrolls_sideways(signed_in, admin, starter, path):
    page = signed_in(admin, path)
    page.set_viewport_size({"width": 390, "height": 844})
    for summary in page.locator("main summary").all():
        summary.click()

    assert page.evaluate("document.documentElement.scrollWidth") == 390
    wide = "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.innerText)"
    assert page.locator(".table-wrap:has(.matrix)").evaluate_all(wide) == []


def test_the_filters_of_the_audit_log_fold_on_the_phone_only(signed_in, admin):
    page = signed_in(admin, "/settings/audit-log/?kind=user&by=product")
    wide = page.get_by_label("Who").is_visible(), page.locator(".fold > summary").is_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    folded = page.get_by_label("Who").is_visible(), page.locator(".fold > summary").inner_text()
    page.locator(".fold > summary").click()

    assert wide == (True, False)
    assert (folded[0], folded[1].split()[:2]) == (False, ["Filter", "2"])
    assert page.get_by_label("Who").is_visible()
