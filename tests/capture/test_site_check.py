"""Is the form on the website? What the page says, what a browser would do with it, and what browsers have asked for."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from capture import live, services
from capture.models import Form
from capture.services import seeing
from capture.site_check import Finding, judge, traces
from capture.site_policy import missing_sources
from common import outbound
from tests.factories.sales import make_user

CRM = "https://crm.example"
SITE = "https://www.shop.example/demo"
PLACE = '<div class="[&>p]:mt-0" data-lead-form="k3x9p"><a href="https://crm.example/f/k3x9p">Demo</a></div>'
SCRIPT = '<script async src="https://crm.example/embed.js"></script>'
WHOLE = f"<!doctype html><title>Shop</title>{PLACE}{SCRIPT}"


def look(html: str, *policies: str, url: str = SITE, script: str = f"{CRM}/embed.js") -> Finding:
    return judge(
        traces(html, url=url), url=url, policies=list(policies), form_id="k3x9p", script=script, hosted=f"{CRM}/f/k3x9p"
    )


@pytest.mark.parametrize(
    ("html", "word", "says"),
    [
        (WHOLE, "found", "are there"),
        (f"{WHOLE}".replace("embed.js", "embed.js?v=2"), "found", "are there"),
        (PLACE, "incomplete", "its script is not"),
        (PLACE + SCRIPT.replace("crm.", "old."), "incomplete", "https://old.example/embed.js"),
        (SCRIPT, "incomplete", "no place for this form"),
        (f"<!-- {PLACE} -->{SCRIPT}", "incomplete", "no place for this form"),
        (WHOLE.replace("k3x9p", "zzzzz"), "other", "zzzzz"),
        ('<a href="https://crm.example/f/k3x9p?utm_source=x">Demo</a>', "linked", "link"),
        ('<form method="post" action="https://crm.example/f/k3x9p/submit">', "linked", "plain HTML"),
        ("<p>Nothing</p>", "absent", "cannot be seen from here"),
        ('<script src="https://www.googletagmanager.com/gtm.js?id=1"></script>', "absent", "tag manager"),
        ("<script>x.innerHTML = '<div data-lead-form=k3x9p>'</script>", "absent", "seems to insert it"),
        ("", "absent", "300 KB"),
        ("<a href='http:////[x'>Demo</a>", "absent", "cannot be seen from here"),
        (f"{PLACE}<script src='http:////[x'></script>", "incomplete", "its script is not"),
    ],
)
def test_a_page_is_judged_by_its_html(html, word, says):
    found = look(html)

    assert found.word == word
    assert says in found.text


def test_what_a_page_says_is_repeated_in_short():
    many = look("".join(f"<i data-lead-form='{number}{'x' * 1000}'></i>" for number in range(100)))
    long = look(f"{PLACE}<script src='https://old.example/{'x' * 1000}/embed.js'></script>")

    assert (many.word, long.word) == ("other", "incomplete")
    assert max(len(many.text), len(long.text)) < 400


def test_an_https_page_cannot_load_an_http_script():
    found = look(WHOLE.replace("https://crm.example/embed.js", "http://crm.example/embed.js"),
                 script="http://crm.example/embed.js")  # fmt: skip

    assert (found.word, found.tone) == ("blocked", "warn")


@pytest.mark.parametrize(
    ("policy", "missing"),
    [
        ("", []),
        ("default-src *", []),
        ("default-src https:", []),
        ("default-src 'self'", ["script-src https://crm.example", "connect-src https://crm.example"]),
        ("script-src 'self' *.example; connect-src crm.example:443", []),
        ("script-src https://crm.example/embed.js; connect-src https://crm.example/f/", ["connect-src https://crm.example"]),
        ("script-src https://crm.example/; connect-src https://crm.example", []),
        ("script-src http://crm.example; connect-src *", []),
        ("script-src https://crm.example:8443; connect-src *", ["script-src https://crm.example"]),
        ("script-src 'none'; script-src *", ["script-src https://crm.example"]),
        ("script-src 'self'; script-src-elem https://crm.example", []),
        ("script-src 'nonce-abc' 'strict-dynamic' https://crm.example", ["script-src https://crm.example"]),
        ("style-src 'none'; img-src 'none'", []),
        ("DEFAULT-SRC https://CRM.example", []),
    ],
)  # fmt: skip
def test_a_policy_is_read_as_browsers_read_it(policy, missing):
    assert missing_sources([policy], page=SITE, script=f"{CRM}/embed.js") == missing


def test_a_script_with_the_policys_nonce_may_run_and_every_policy_has_to_agree():
    nonce = "script-src 'nonce-abc' 'strict-dynamic'"

    assert missing_sources([nonce], page=SITE, script=f"{CRM}/embed.js", nonce="abc") == []
    assert look(WHOLE, "default-src *", "connect-src 'none'").code == "connect-src https://crm.example"
    assert look('<meta http-equiv="Content-Security-Policy" content="script-src \'self\'">' + WHOLE).word == "blocked"


@pytest.mark.parametrize(
    "piece", ["<a ", "<!", "<!-", "</", "<a b='", "<script>", "&#", "<![", "<div data-lead-form='"]
)
def test_a_page_that_is_made_to_take_long_takes_two_seconds_at_most(piece):
    began = timezone.now()
    traces(piece * (outbound.MAX_PAGE_BYTES // len(piece)), url=SITE)

    assert timezone.now() - began < timedelta(seconds=2)


@contextmanager
def website(*answers: str) -> Iterator[int]:
    """Answer one request after the other, the last one from then on."""
    server = socket.create_server(("127.0.0.1", 0))
    left = list(answers)

    def serve() -> None:
        while True:
            try:
                caller, _ = server.accept()
            except OSError:
                return
            with caller:
                caller.recv(65536)
                caller.sendall((left.pop(0) if len(left) > 1 else left[0]).encode())

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def says(html: str, status: str = "200 OK", headers: str = "") -> str:
    return f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\n{headers}\r\n{html}"


@pytest.fixture
def form(db, settings) -> Form:
    settings.PUBLIC_BASE_URL = CRM
    seeing._noted.clear()
    return services.create_form(template="demo", name="Demo", by=None, now=timezone.now())


def whole(form: Form) -> str:
    return WHOLE.replace("k3x9p", form.pk)


def test_a_form_that_is_found_is_remembered_with_its_page(form, settings, now):
    with website(says("", "301 Moved", "Location: /demo\r\n"), says(whole(form))) as port:
        settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]
        found = services.check_website(form=form, url=f"http://127.0.0.1:{port}/", now=now)

    form.refresh_from_db()
    assert found.word == "found"
    assert (form.seen_url, form.seen_at) == (f"http://127.0.0.1:{port}/demo", now)


def test_a_redirect_into_the_house_is_refused_like_the_first_address(form, settings, now):
    with (
        website(says("secret")) as inside,
        website(says("", "302 Found", f"Location: http://127.0.0.1:{inside}/\r\n")) as port,
    ):
        settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]
        with pytest.raises(outbound.UnsafeUrl):
            services.check_website(form=form, url=f"http://127.0.0.1:{port}/", now=now)


def test_a_website_cannot_lead_the_check_to_a_private_host_that_is_named_for_others(form, settings, now):
    with (
        website(says("inside")) as inside,
        website(says("", "302 Found", f"Location: http://localhost:{inside}/act\r\n")) as port,
    ):
        settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{port}", f"localhost:{inside}"]
        with pytest.raises(outbound.UnsafeUrl, match="leads on to localhost"):
            services.check_website(form=form, url=f"http://127.0.0.1:{port}/", now=now)


def test_slow_websites_hold_two_threads_at_most_and_let_them_go_again(form, settings, now):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]
        url = f"http://127.0.0.1:{port}/"
        with ThreadPoolExecutor(seeing.CHECKS_AT_ONCE) as others:
            held = [
                others.submit(services.check_website, form=form, url=url, now=now) for _ in range(seeing.CHECKS_AT_ONCE)
            ]
            callers = [mute.accept()[0] for _ in held]
            third = services.check_website(form=form, url=url, now=now)
            for caller in callers:
                caller.close()
            words = [check.result().word for check in held]
        with website(says("", "404 Not Found")) as other:
            settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{other}"]
            later = services.check_website(form=form, url=f"http://127.0.0.1:{other}/", now=now)

    assert third.word == "busy"
    assert [*words, later.word] == ["unreachable"] * (seeing.CHECKS_AT_ONCE + 1)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (says("", "302 Found", "Location: http://[\r\n"), "no web address"),
        (says("", "404 Not Found"), "answers with 404"),
        ("HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF", "application/pdf"),
        (says("", "302 Found", "Location: /\r\n"), "more than 5 times"),
        (says("no", headers="Content-Encoding: gzip\r\n"), "compressed"),
        ("", "without an answer"),
    ],
)
def test_a_page_that_cannot_be_read_is_told_in_words(form, settings, now, answer, text):
    with website(answer) as port:
        settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]
        found = services.check_website(form=form, url=f"http://127.0.0.1:{port}/", now=now)

    form.refresh_from_db()
    assert found.word == "unreachable" and text in found.text
    assert form.seen_url == ""


def test_a_browser_that_asks_for_the_form_shows_where_it_stands_without_what_names_a_person(client, form):
    client.get(f"/f/{form.pk}.json", HTTP_REFERER="https://www.shop.example/demo?email=ada@work.example#x")

    form.refresh_from_db()
    assert form.seen_url == "https://www.shop.example/demo"
    assert timezone.now() - form.seen_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    "page", ["", f"{CRM}/try/x", "javascript:alert(1)", "https://[::1", "https://a:b@shop.example/"]
)
def test_our_own_pages_and_what_is_no_page_are_not_noted(client, form, page):
    client.get(f"/f/{form.pk}.json", HTTP_REFERER=page)

    form.refresh_from_db()
    assert form.seen_at is None


def test_a_busy_page_is_noted_once_a_minute_and_the_form_goes_out_with_no_query(
    client, form, django_assert_num_queries
):
    client.get(f"/f/{form.pk}.json", HTTP_REFERER=SITE)

    with django_assert_num_queries(0):
        for _ in range(5):
            assert client.get(f"/f/{form.pk}.json", HTTP_REFERER=SITE).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_no_writes_still_gives_the_form_out(client, form):
    live.forget(form.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        answer = client.get(f"/f/{form.pk}.json", HTTP_REFERER=SITE)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")

    assert answer.status_code == 200
    form.refresh_from_db()
    assert form.seen_at is None


def test_a_page_whose_code_a_script_inserts_is_found_once_a_browser_has_drawn_it(form, settings, now):
    with website(says("<script>insert('data-lead-form')</script>")) as port:
        settings.OUTBOUND_PRIVATE_HOSTS = [f"127.0.0.1:{port}"]
        url = f"http://127.0.0.1:{port}/demo"
        before = services.check_website(form=form, url=url, now=now)
        services.note_view(form_id=form.pk, page=f"{url}?utm_source=x", now=now)
        after = services.check_website(form=form, url=url, now=now)

    assert (before.word, after.word) == ("absent", "found")
    assert "a script inserts it" in after.text


def test_an_address_that_must_not_be_called_is_an_error_at_its_field(client, form):
    client.force_login(make_user("marketer"))

    answer = client.post(reverse("capture:check_website", args=[form.pk]), {"url": "http://localhost/"})

    assert answer.status_code == 422
    assert "lies in a private network" in answer.content.decode()


def test_the_line_of_the_last_view_changes_when_a_browser_draws_the_form(client, form):
    client.force_login(make_user("rep"))
    url = reverse("capture:seen", args=[form.pk])

    before = client.get(url)
    client.get(f"/f/{form.pk}.json", HTTP_REFERER=SITE)
    form.refresh_from_db()

    assert before.status_code == 204
    assert SITE in client.get(url).content.decode()
    assert client.get(url, {"after": form.seen_at.isoformat()}).status_code == 204
