"""One lead's whole journey, in real browsers, through a real worker: website, judgement, inbox, customer, home."""

import time

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from capture import services
from leads.models import Lead
from tests.factories.sales import make_team, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A website</title></head><body>
<div data-lead-form="{form}"><a href="{crm}/f/{form}">Open the form</a></div>
<script async src="{crm}/embed.js"></script></body></html>"""
SECONDS = 2


@pytest.fixture
def visit(browser, live_server, site):
    """Return a function that opens a page with a form on the other origin."""
    context = browser.new_context()

    def open_page(form, query: str = ""):
        site.pages["/"] = (PAGE.format(form=form.pk, crm=live_server.url), {})
        page = context.new_page()
        page.goto(f"{site.url}/{query}")
        return page

    yield open_page
    context.close()


def send(page, button: str, answers: dict[str, str]) -> float:
    """Fill in and send the form; return the moment at which the visitor is told that it arrived."""
    for label, value in answers.items():
        page.get_by_label(label).first.press_sequentially(value, delay=20)
    page.get_by_role("button", name=button).click()
    page.get_by_text("Thank you").wait_for()
    return time.monotonic()


def test_a_demo_request_reaches_sales_becomes_a_customer_and_shows_its_source(worker, visit, signed_in) -> None:
    team = make_team()
    rep, marketer = make_user(Role.REP, team=team, name="Rep One"), make_user(Role.MARKETER)
    form = services.create_form(template="demo", name="Request a demo", by=marketer, now=timezone.now())
    inbox = signed_in(rep, reverse("sales:inbox"))
    website = visit(form, "?utm_source=webinar&utm_medium=event&utm_campaign=autumn")

    answers = {
        "Work e-mail": "ada@engines.example",
        "First name": "Ada",
        "Last name": "Example",
        "Job title": "Head of Operations",
        "Company": "Engines",
        "What would you like to see?": "We replace our spreadsheet.",
    }
    accepted_at = send(website, "Request a demo", answers)
    inbox.get_by_text("Ada Example").first.wait_for(timeout=5000)
    waited = time.monotonic() - accepted_at
    print(f"\ndemo request in the inbox after {waited:.2f} s")

    inbox.get_by_text("Ada Example").first.click()
    inbox.get_by_text("We replace our spreadsheet").first.wait_for()
    inbox.keyboard.press("a")
    inbox.get_by_text("Accepted").first.wait_for()
    inbox.goto(reverse("sales:inbox") + "?tab=mine")
    inbox.get_by_text("Ada Example").first.click()
    inbox.keyboard.press("w")
    inbox.get_by_label("Amount").fill("12500")
    inbox.keyboard.press("Enter")
    inbox.get_by_text("Won").first.wait_for()

    home = signed_in(marketer, "/")
    row = home.get_by_role("row", name="webinar")
    assert waited <= SECONDS
    assert row.get_by_role("link", name="1", exact=True).first.is_visible()
    assert "12,500" in row.inner_text()


def test_a_lead_is_seen_with_its_receipt_within_two_seconds(worker, signed_in, visit) -> None:
    marketer = make_user(Role.MARKETER)
    form = services.create_form(template="guide", name="Get the guide", by=marketer, now=timezone.now())
    trying = signed_in(marketer, f"/try/{form.pk}")
    website = visit(form)

    answers = {"Work e-mail": "grace@engines.example", "First name": "Grace", "Job title": "COO"}
    sent_at = send(website, "Send me the guide", answers)
    trying.get_by_text("Work e-mail address").first.wait_for(timeout=5000)
    waited = time.monotonic() - sent_at
    print(f"\nlead with its receipt after {waited:.2f} s")

    trying.goto(reverse("lead_page", args=[Lead.objects.get().pk]))
    assert waited <= SECONDS
    assert trying.get_by_role("heading", name="grace@engines.example").or_(trying.get_by_role("heading", name="Grace"))
    assert trying.get_by_text("Asked for a guide").first.is_visible()
