"""The form on somebody else's website: another origin, a strict policy, a keyboard, no JavaScript, a cut network."""

import pytest
from django.utils import timezone

from capture import live, services
from capture.models import Form, Submission
from capture.selectors import embed_height
from leads.models import Consent, Lead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STRICT = "default-src 'none'; script-src {crm}; connect-src {crm}; style-src 'none'; img-src data:; base-uri 'none'"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A website</title>
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">{style}</head>
<body><main><h1>Our product</h1>
<div data-lead-form="{form}"{height}><a href="{crm}/f/{form}">Fill in the form</a></div>
<p>What comes below the form.</p></main>
<script async src="{crm}/embed.js"></script></body></html>"""


@pytest.fixture
def form(db, settings) -> Form:
    settings.ALLOWED_HOSTS = ["*"]
    return services.create_form(template="demo", name="Demo", by=None, now=timezone.now())


@pytest.fixture
def visit(browser, live_server, site, form):
    """Return a function that opens the website with the form in a new browser profile."""
    contexts = []
    height = embed_height(form.live_version.definition)
    page_html = PAGE.format(
        form=form.pk,
        crm=live_server.url,
        height=f' style="min-height:{height}px"',
        style="<style>h1{color:navy}</style>",
    )
    site.pages["/"] = (page_html, {})
    strict_html = PAGE.format(form=form.pk, crm=live_server.url, height="", style="")
    site.pages["/strict"] = (strict_html, {"Content-Security-Policy": STRICT.format(crm=live_server.url)})

    def open_page(path: str = "/", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(site.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


# Milliseconds a key: what is sent within half a second of the first touch counts as a machine's.
TYPING = 50


def fill(page, email: str = "ada@example.com") -> None:
    page.get_by_label("Work e-mail").press_sequentially(email, delay=TYPING)
    page.get_by_label("First name").fill("Ada")
    page.get_by_label("Company").fill("Engines")


def test_a_visitor_sends_the_form_with_the_mouse(visit, form):
    page = visit("/?utm_source=google&utm_medium=cpc&utm_campaign=spring")
    fill(page)
    page.get_by_label("Yes, send me product news").check()
    page.get_by_role("button", name="Request a demo").click()

    page.get_by_text("Thank you").wait_for()
    lead = Lead.objects.get(email_key="ada@example.com")
    assert (lead.first_name, lead.company, lead.source.channel) == ("Ada", "Engines", "paid")
    assert Consent.objects.get(lead=lead).page_url.startswith(page.url)
    assert page.evaluate("document.activeElement.dataset.leadForm") == form.pk
    assert page.problems == []


def test_a_visitor_sends_the_form_with_the_keyboard_alone(visit):
    page = visit()
    page.get_by_label("Work e-mail").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.type("grace@example.com", delay=TYPING)
    page.keyboard.press("Tab")
    page.keyboard.type("Grace")
    for _ in range(5):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.get_by_text("Thank you").wait_for()
    lead = Lead.objects.get(email_key="grace@example.com")
    assert lead.first_name == "Grace" and Consent.objects.filter(lead=lead).exists()


def test_the_form_works_on_a_page_with_a_strict_policy(visit):
    page = visit("/strict")
    fill(page, "strict@example.com")
    width = page.get_by_label("Work e-mail").evaluate("node => getComputedStyle(node).minHeight")
    page.get_by_role("button", name="Request a demo").click()

    page.get_by_text("Thank you").wait_for()
    assert width == "44px"
    assert page.problems == []
    assert Lead.objects.filter(email_key="strict@example.com").exists()


def test_without_javascript_the_link_leads_to_a_form_that_works(visit):
    page = visit(java_script_enabled=False)
    page.get_by_role("link", name="Fill in the form").click()
    page.get_by_label("Company").fill("Engines")
    page.get_by_role("button", name="Request a demo").click()
    assert "Enter your e-mail address." in page.content()
    assert page.get_by_label("Company").input_value() == "Engines"
    page.get_by_label("Work e-mail").press_sequentially("plain@example.com", delay=TYPING)
    page.get_by_role("button", name="Request a demo").click()

    page.get_by_role("heading", name="It arrived").wait_for()
    assert Lead.objects.get(email_key="plain@example.com").company == "Engines"


def test_a_cut_network_loses_nothing_and_makes_one_lead(visit, form):
    page = visit()
    cuts = []

    def cut_after_arrival(route):
        if not cuts:
            cuts.append(route.fetch())
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/submit", cut_after_arrival)
    fill(page)
    page.get_by_role("button", name="Request a demo").click()

    page.get_by_text("Thank you").wait_for()
    assert cuts[0].status == 201
    assert Lead.objects.count() == 1 and Submission.objects.filter(form=form).count() == 1


def test_a_network_that_stays_away_keeps_every_answer_and_offers_to_try_again(visit):
    page = visit()
    page.route("**/submit", lambda route: route.abort("internetdisconnected"))
    fill(page)
    page.get_by_role("button", name="Request a demo").click()
    page.get_by_text("Could not send. Your answers are still here.").wait_for(timeout=10_000)
    assert page.get_by_label("Company").input_value() == "Engines"
    page.unroute("**/submit")
    page.get_by_role("button", name="Try again").click()

    page.get_by_text("Thank you").wait_for()
    assert Submission.objects.count() == 1


def test_an_expired_token_is_replaced_without_a_word(visit):
    page = visit()
    fill(page)
    page.wait_for_timeout(200)
    page.route("**/submit", _expire_once)
    page.get_by_role("button", name="Request a demo").click()

    page.get_by_text("Thank you").wait_for()
    assert Submission.objects.count() == 1


expired: set[str] = set()


def _expire_once(route) -> None:
    body = route.request.post_data
    key = body.split("submission_key=")[1].split("&")[0]
    if key in expired:
        route.continue_()
    else:
        expired.add(key)
        json = '{"status":"invalid","code":"token_expired","errors":{"token":["Please send it again."]}}'
        headers = {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}
        route.fulfill(status=422, body=json, headers=headers)


def test_errors_stand_at_their_field_and_go_as_soon_as_the_answer_is_right(visit):
    page = visit()
    page.get_by_label("Work e-mail").fill("ada@")
    page.get_by_label("Company").fill("x" * 300)
    page.get_by_role("button", name="Request a demo").click()
    email = page.get_by_label("Work e-mail")
    assert page.get_by_role("alert").inner_text() == "Please check 2 answers."
    assert email.get_attribute("aria-invalid") == "true"
    assert email.evaluate("node => node.getRootNode().activeElement === node")
    described = email.get_attribute("aria-describedby")
    message = email.evaluate("(node, id) => node.getRootNode().getElementById(id).textContent", described)
    assert "name@company.com" in message
    email.fill("ada@example.com")

    assert email.get_attribute("aria-invalid") is None
    assert page.get_by_role("alert").inner_text() == ""


def test_it_stores_nothing_in_the_browser_and_asks_nobody_else(visit, live_server, site):
    page = visit()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.get_by_label("Work e-mail").wait_for()
    before_focus = list(asked)
    fill(page)
    page.get_by_role("button", name="Request a demo").click()
    page.get_by_text("Thank you").wait_for()

    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.evaluate("indexedDB.databases().then(all => all.length)") == 0
    assert {url.split("/")[2] for url in asked if "favicon" not in url} == {live_server.url[7:], site.url[7:]}
    assert len([url for url in before_focus if live_server.url in url]) == 2


@pytest.mark.parametrize("width", [1280, 320])
def test_the_page_around_it_does_not_move(visit, width):
    page = visit(viewport={"width": width, "height": 900})
    page.evaluate("""() => { window.shift = 0; new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shift += entry.value;
    }).observe({type: 'layout-shift', buffered: true}); }""")

    def below() -> float:
        line = page.get_by_text("What comes below the form.")
        return line.evaluate("node => node.getBoundingClientRect().top + scrollY")

    top = below()
    page.get_by_label("Work e-mail").wait_for()
    page.wait_for_timeout(200)
    drawn = below()
    fill(page)
    page.get_by_label("Work e-mail").fill("ada@")
    page.get_by_role("button", name="Request a demo").click()
    wrong = below()
    page.get_by_label("Work e-mail").fill("ada@example.com")
    page.get_by_role("button", name="Request a demo").click()
    page.get_by_text("Thank you").wait_for()

    assert top == drawn == wrong == below()
    assert page.evaluate("window.shift") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_axe_finds_nothing_serious_in_any_state(visit):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python").Axe()

    def serious(page) -> list[str]:
        found = axe.run(page).response["violations"]
        return [f"{item['id']}: {item['help']}" for item in found if item["impact"] in ("serious", "critical")]

    page = visit()
    page.get_by_label("Work e-mail").wait_for()
    assert serious(page) == [], "empty"
    page.get_by_role("button", name="Request a demo").click()
    assert serious(page) == [], "error"
    fill(page)
    page.get_by_role("button", name="Request a demo").click()
    page.get_by_text("Thank you").wait_for()
    assert serious(page) == [], "sent"


def test_a_closed_form_leaves_the_link_which_says_so(visit, form):
    Form.objects.filter(pk=form.pk).update(state="closed")
    live.forget(form.pk)
    page = visit()
    page.get_by_role("link", name="Fill in the form").click()

    page.get_by_role("heading", name="This form is closed.").wait_for()
