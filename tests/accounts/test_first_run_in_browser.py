"""The first run as a browser sends it: origin and referrer headers, scripts under the CSP."""

import pytest
from django.utils import timezone

from accounts.services import issue_setup_link
from capture.models import Form

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_three_steps_lead_to_the_page_of_the_first_form(page):
    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    token = issue_setup_link(now=timezone.now())

    page.goto(f"/setup?token={token}")
    page.fill("[name=name]", "Ada Admin")
    page.fill("[name=email]", "ada@crm.example")
    page.fill("[name=password]", "seven green bottles")
    page.click("text=Continue")
    page.fill("[name=name]", "Analytical")
    page.click("text=Continue")
    page.click("text=Make this form")
    page.wait_for_url("**/try/*")

    assert page.url.endswith(f"/try/{Form.objects.get().pk}")
    assert errors == []


def test_a_password_can_be_shown_and_is_hidden_again_when_sent(page, django_user_model):
    django_user_model.objects.create_user("ada@crm.example", "seven green bottles", name="Ada", role="viewer")

    page.goto("/login?next=/settings/profile/")
    page.fill("[name=email]", "ada@crm.example")
    page.fill("[name=password]", "seven green bottles")
    page.click("text=Show")
    shown = page.get_attribute("[name=password]", "type")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/profile/")

    assert shown == "text"
