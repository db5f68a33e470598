"""People as they are: a browser that fills in, a keyboard, a zoomed page, no JavaScript, a page left open since
yesterday, an office behind one address. None of them is lost, and next to none is held (reliability 3.1)."""

import secrets
from collections.abc import Callable
from functools import partial
from itertools import count, cycle, islice
from typing import Any

import pytest
from django.utils import timezone

from capture.models import Form, Submission
from capture.services import create_form
from tests.capture.conftest import address, token_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZE, FULL_SIZE = 14, 200
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A website</title>
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main><h1>Our product</h1>
<div data-lead-form="{form}"><a href="{crm}/f/{form}">Fill in the form</a></div></main>
<script async src="{crm}/embed.js"></script></body></html>"""
# What the browser does when somebody picks themselves from the list it offers: all fields at once, and it says so.
AUTOFILL = """(values) => {
  const root = document.querySelector("[data-lead-form]").shadowRoot;
  for (const [name, value] of Object.entries(values)) {
    const input = root.querySelector(`[name=${name}]`);
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}"""
KEY_MS, LOOK_MS = 25, 900
Visit = Callable[..., Any]


@pytest.fixture
def form(settings, db) -> Form:
    settings.ALLOWED_HOSTS, settings.TRUSTED_PROXIES = ["*"], 1
    return create_form(template="demo", name="Demo", by=None, now=timezone.now())


def sent(page: Any) -> None:
    page.get_by_role("button", name="Request a demo").click()
    page.get_by_text("Thank you").or_(page.get_by_role("heading", name="It arrived")).first.wait_for()


def type_in(page: Any, email: str) -> None:
    page.get_by_label("Work e-mail").press_sequentially(email, delay=KEY_MS)
    page.get_by_label("First name").press_sequentially("Ada", delay=KEY_MS)
    page.get_by_label("Company").press_sequentially("Engines", delay=KEY_MS)


def by_mouse(visit: Visit, email: str) -> None:
    page = visit()
    type_in(page, email)
    page.get_by_label("Yes, send me product news").check()
    sent(page)


def by_autofill(visit: Visit, email: str) -> None:
    page = visit()
    page.get_by_label("Work e-mail").click()
    page.wait_for_timeout(LOOK_MS)
    page.evaluate(AUTOFILL, {"email": email, "first_name": "Ada", "last_name": "Lovelace", "company": "Engines"})
    page.keyboard.press("Enter")
    page.get_by_text("Thank you").wait_for()


def by_keyboard(visit: Visit, email: str) -> None:
    page = visit()
    page.get_by_label("Work e-mail").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.type(email, delay=KEY_MS)
    page.keyboard.press("Tab")
    page.keyboard.type("Ada", delay=KEY_MS)
    page.keyboard.press("Enter")
    page.get_by_text("Thank you").wait_for()


def zoomed(visit: Visit, email: str) -> None:
    """1280 px at 400 % are 320 px to the page."""
    page = visit(viewport={"width": 320, "height": 256}, device_scale_factor=4)
    type_in(page, email)
    sent(page)


def without_javascript(visit: Visit, email: str) -> None:
    page = visit(java_script_enabled=False)
    page.get_by_role("link", name="Fill in the form").click()
    type_in(page, email)
    sent(page)


def open_since_yesterday(visit: Visit, email: str) -> None:
    token = token_of(Form.objects.get(), 23 * 3600)
    headers = {"Access-Control-Allow-Origin": "*"}
    page = visit(answers={"**/token": {"json": {"token": token}, "headers": headers}})
    type_in(page, email)
    sent(page)


def in_the_same_office(visit: Visit, email: str) -> None:
    page = visit(ip="203.0.113.7")
    type_in(page, email)
    sent(page)


PEOPLE = [by_mouse, by_autofill, by_keyboard, zoomed, without_javascript, open_since_yesterday, in_the_same_office]


def fulfill(answer: dict[str, Any], route: Any) -> None:
    route.fulfill(**answer)


@pytest.fixture
def visit(browser, live_server, site, form) -> Visit:
    """Return a function that opens the website in a new browser profile, at an address of its own."""
    site.pages["/"] = (PAGE.format(form=form.pk, crm=live_server.url), {})
    contexts = []

    def open_page(ip: str = "", answers: dict[str, dict] | None = None, **options: Any) -> Any:
        while contexts:
            contexts.pop().close()
        contexts.append(browser.new_context(**options))
        own = {"x-forwarded-for": ip or address()}
        # As a proxy adds it: on the way, where no page sees it.
        contexts[0].route(
            f"{live_server.url}/**", lambda route: route.continue_(headers={**route.request.headers, **own})
        )
        page = contexts[0].new_page()
        for pattern, answer in (answers or {}).items():
            page.route(pattern, partial(fulfill, answer))
        page.goto(site.url)
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_nobody_is_dropped_and_at_most_one_in_two_hundred_is_held(visit, request):
    size = FULL_SIZE if request.config.getoption("--full") else SIZE
    addresses = (f"visitor{number}.{secrets.token_hex(3)}@work.example" for number in count())

    everybody = dict(islice(zip(addresses, cycle(PEOPLE)), size))
    for email, person in everybody.items():
        person(visit, email)

    kept = dict(Submission.objects.values_list("email_key", "status"))
    held = [everybody[email].__name__ for email, status in kept.items() if status == "held"]
    print(f"{size} people: {size - len(kept)} dropped, {len(held)} held {held}")
    assert set(kept) == set(everybody)
    assert len(held) <= size // FULL_SIZE
