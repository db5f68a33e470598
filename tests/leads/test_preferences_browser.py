"""The preference page in a real browser, without JavaScript, down to a narrow phone."""

import pytest

from leads.models import Lead
from leads.services.consent import Proof, ensure_starter_topics, give_consent
from mail.services import is_suppressed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EMAIL = "ada@engines.example"


@pytest.fixture
def page_url(live_server, settings, now):
    settings.ALLOWED_HOSTS = ["*"]
    lead = Lead.objects.create(email=EMAIL, email_key=EMAIL, preference_key="k" * 22, created_at=now, updated_at=now)
    give_consent(lead=lead, topics=ensure_starter_topics(), proof=Proof(how="form"), now=now)
    return f"{live_server.url}/p/{lead.preference_key}"


@pytest.mark.parametrize("width", [320, 1440])
def test_saving_and_leaving_are_equally_easy_and_leaving_can_be_undone(browser, page_url, width):
    context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(page_url)
    save, leave = (page.locator(f"button[value={act}]").bounding_box() for act in ("save", "everything"))
    assert save["width"] == leave["width"]
    assert 44 <= save["height"] <= leave["height"]
    assert leave["x"] + leave["width"] <= width

    page.click("button[value=everything]")
    assert is_suppressed(EMAIL, "guides")
    page.click("button[value=undo]")

    assert not is_suppressed(EMAIL, "guides")
    assert "You get: Guides, Product news." in page.inner_text("main")
    assert context.cookies() == []
    context.close()


def test_a_topic_is_switched_with_the_keyboard(browser, page_url):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(page_url)

    page.focus("input[name=topic-guides]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=save")

    assert is_suppressed(EMAIL, "guides")
    assert not is_suppressed(EMAIL, "product-news")
    context.close()
