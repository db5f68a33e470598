"""A marketer asks whether the form is on the website, and sees it the moment a browser draws it there."""

import pytest
from django.utils import timezone

from capture import services
from capture.services import seeing
from tests.factories.sales import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def form(live_server, site, settings):
    settings.PUBLIC_BASE_URL = live_server.url
    settings.ALLOWED_HOSTS = ["*"]
    settings.OUTBOUND_PRIVATE_HOSTS = [site.url.removeprefix("http://")]
    seeing._noted.clear()
    return services.create_form(template="demo", name="Demo", by=None, now=timezone.now())


def code(form, live_server) -> str:
    return f'<div data-lead-form="{form.pk}"></div><script async src="{live_server.url}/embed.js"></script>'


def test_what_is_missing_is_said_and_then_that_it_is_there(signed_in, form, site, live_server):
    snippet = code(form, live_server)
    site.pages["/demo"] = (snippet.partition("<script")[0], {})
    page = signed_in(make_user("marketer"), f"/forms/{form.pk}/?tab=embed")
    page.get_by_label("Address of the page").fill(f"{site.url}/demo")
    page.get_by_role("button", name="Check my site").click()
    page.locator("main").get_by_text("The form without its script").wait_for()

    site.pages["/demo"] = (snippet, {})
    page.get_by_role("button", name="Check my site").click()

    page.locator("main").get_by_text("The form is on this page").wait_for()
    assert page.evaluate("document.activeElement.id") == "site-check-go"
    assert page.locator("main").get_by_text(f"on {site.url}/demo").is_visible()
    assert page.get_by_label("Address of the page").input_value() == f"{site.url}/demo"


def test_a_form_that_a_script_inserts_is_seen_when_a_browser_draws_it(signed_in, form, site, live_server, browser):
    inserted = f"""<title>Shop</title><script>
      addEventListener("load", () => {{
        const place = document.body.appendChild(document.createElement("div"));
        place.dataset["leadForm"] = "{form.pk}";
        document.body.appendChild(document.createElement("script")).src = "{live_server.url}/embed" + ".js";
      }});</script><body>"""
    site.pages["/shop"] = (inserted, {})
    page = signed_in(make_user("marketer"), f"/forms/{form.pk}/?tab=embed")
    page.get_by_label("Address of the page").fill(f"{site.url}/shop")
    page.keyboard.press("Enter")
    page.locator("main").get_by_text("Waiting for a browser to draw it").wait_for()

    visitor = browser.new_page()
    visitor.goto(f"{site.url}/shop?email=ada@work.example")
    visitor.get_by_label("Work e-mail").wait_for()

    page.locator("main").get_by_text(f"on {site.url}/shop", exact=False).wait_for()
    assert "ada@work.example" not in page.content()
    visitor.close()
