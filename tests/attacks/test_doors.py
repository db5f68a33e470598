"""Redirects stay here, addresses come from the settings, answers go to whom they are for (S18, S19, S23, S27, S28)."""

from itertools import product
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from capture.models import Form
from leadcrm.pipeline import advance_marked_leads
from mail.models import Message
from tests.accounts.test_role_matrix import address, table
from tests.factories.world import ANSWERS, World, build_world, send

pytestmark = pytest.mark.django_db

ELSEWHERE = ["//evil.example", "https:evil.example", "\\evil.example", "/\\evil.example", "https://testserver@evil.example",
             "javascript:alert(1)", "/\t/evil.example", "///evil.example", "/%0d%0aLocation: https://evil.example",
             "/\r\nSet-Cookie: a=b", "https://testserver.evil.example/", "data:text/html,x", "http:///evil.example",
             " //evil.example", "/..//evil.example"]  # fmt: skip
EVIL_HOSTS = [{"Host": "evil.example"}, {"Host": "testserver.evil.example"}, {"Host": "testserver@evil.example"},
              {"Host": "127.0.0.1:80:evil"}, {"Host": ""}, {"Host": "[::1"}]  # fmt: skip
ORIGINS = ["https://evil.example", "null", "https://testserver.evil.example", "http://testserver:1"]
INSIDE = ["/?debug=1", "/login?debug=true", "/nowhere?debug=1", "/__debug__/", "/admin/jsi18n/", "/metrics",
          "/api/schema/",          "/setup/company", "/settings/", "/_ui/", "/.env", "/media/", "/.git/config",
          "/static/../leadcrm/settings.py", "/server-status"]  # fmt: skip
ANY_HOST = ("healthz",)


@pytest.fixture
def world() -> World:
    return build_world()


def leads_away(location: str) -> bool:
    """Whether a browser that gets this Location leaves the site: it drops tabs and line ends, and takes \\ for /."""
    read = location.translate({9: None, 10: None, 13: None}).replace("\\", "/").strip()
    return read.startswith("//") or urlsplit(read).netloc not in ("", "testserver") or "evil" in urlsplit(read).scheme


def test_no_next_leads_to_another_site(world):
    admin = world.client("admin")
    stop = next(address(route, world) for route, _ in table() if route.endswith("stop/"))
    pair = {"email": "admin@crm.example", "password": "correct horse battery"}

    for target in ELSEWHERE:
        answers = [
            admin.get("/login", {"next": target}),
            admin.post(stop, {"next": target}),
            Client().get("/admin/", {"next": target}),
        ]
        assert [answer.status_code for answer in answers] == [302] * 3
        for answer in [*answers, Client().post("/login", {**pair, "next": target})]:
            assert not leads_away(answer.headers["Location"]), answer.headers["Location"]
            assert "Set-Cookie: a=b" not in str(answer.headers)


def test_a_request_for_another_host_is_refused_on_every_route(world, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    client, wrong = world.client("admin"), []

    for route, method in table():
        for headers in EVIL_HOSTS if method == "GET" and route not in ANY_HOST else ():
            answer = client.get(address(route, world), headers=headers)
            if answer.status_code != 400 or "evil.example" in answer.content.decode(errors="replace"):
                wrong.append((route, headers, answer.status_code))

    assert wrong == []


def test_what_a_proxy_is_said_to_have_been_asked_for_changes_no_address(world, settings):
    settings.TRUSTED_PROXIES = 1
    client = world.client("admin")

    for route, method in table():
        if method == "GET":
            evil = {
                "X-Forwarded-Host": "evil.example",
                "X-Original-Url": "https://evil.example",
                "Forwarded": "host=evil.example",
            }
            assert "evil.example" not in client.get(address(route, world), headers=evil).content.decode(
                errors="replace"
            )


def test_every_address_in_a_mail_comes_from_the_settings(world, settings):
    settings.PUBLIC_BASE_URL = "https://crm.example"
    settings.ALLOWED_HOSTS = ["*"]
    Message.objects.all().delete()
    guide = Form.objects.exclude(pk=world.form.pk).get()

    send(guide, {**ANSWERS, "email": "new@work.example"}, now=timezone.now())
    advance_marked_leads(now=timezone.now())

    message = Message.objects.filter(to_email="new@work.example").first()
    assert message is not None and "https://crm.example/" in message.html
    assert "testserver" not in message.html + message.text + message.unsubscribe_url


def test_only_forms_are_open_to_other_sites_and_never_with_cookies(world):
    client, wrong = world.client("admin"), []
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x"}

    for (route, method), origin in product(table(), ORIGINS):
        if origin != ORIGINS[0] and not route.startswith(("f/", "embed.js", "api/v1/leads")):
            continue
        url, headers = address(route, world), {"Origin": origin}
        answers = [client.options(url, headers={**preflight, **headers})]
        answers += [client.get(url, headers=headers)] if method == "GET" and origin == ORIGINS[0] else []
        allowed = {answer.headers.get("Access-Control-Allow-Origin", "") for answer in answers}
        is_open = route.startswith("f/") or route == "embed.js"
        if allowed - ({"", "*"} if is_open else {""}):
            wrong.append((route, origin, allowed))
        wrong += [(route, origin) for answer in answers if "Access-Control-Allow-Credentials" in answer.headers]

    assert wrong == []


def test_no_page_can_be_framed_by_another_site(world):
    wrong = []
    for persona in ("admin", "anonymous"):
        client = world.client(persona)
        for route, method in table():
            answer = client.get(address(route, world)) if method == "GET" else None
            if answer is None or not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            policy = answer.headers["Content-Security-Policy"]
            if "frame-ancestors 'none'" not in policy and "frame-ancestors 'self'" not in policy:
                wrong.append((persona, route, policy))

    assert wrong == []


def test_a_stranger_gets_no_detail_of_the_machine(world):
    client = Client(raise_request_exception=False)

    for path in INSIDE:
        answer = client.get(path)
        text = answer.content.decode(errors="replace")
        assert answer.status_code in (302, 401, 403, 404) or path.startswith("/login"), path
        assert django_settings.SECRET_KEY not in text and "Traceback" not in text and "DJANGO_SETTINGS" not in text


def test_health_says_to_strangers_only_whether(world):
    for path in ("/healthz", "/readyz"):
        assert len(Client().get(path).content) < 60
