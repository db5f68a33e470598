"""What a stranger writes is shown as written; it never becomes markup, a template or a link (S01-S06)."""

import re
import secrets
from email import message_from_bytes, policy

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from capture.models import Form
from leadcrm.pipeline import advance_marked_leads
from leads.services import add_note
from mail import mime
from mail.models import Message
from tests.accounts.test_role_matrix import address, table
from tests.attacks.written import written
from tests.factories.world import World, build_world

pytestmark = pytest.mark.django_db

TAG = "\"'><img src=x onerror=alert(1)><svg/onload=alert(2)></script><script>alert(3)</script>"
TOKENS = "{{7*7}}{%debug%}${7*7}<%=7*7%>{{ settings.SECRET_KEY }}"
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|\son\w+=\"|\sstyle=\"|<style|(?:href|src|action|formaction)=\"\s*(?:javascript|data|vbscript):(?!image)",
    re.I,
)
OTHER_HOSTS = re.compile(r"(?:src|action)=\"(?:https?:)?//(?!testserver|127\.0\.0\.1)")


@pytest.fixture
def world() -> World:
    world = build_world(
        first_name=TAG[:120],
        last_name=TOKENS,
        company=TAG,
        job_title=f"javascript:alert(1){TAG}",
        # of its own each time: a text that comes again and again is held
        message=f"{TAG}\n{TOKENS} {secrets.token_hex(4)}",
        page=f"https://work.example/?utm_source={TAG}&utm_campaign={TAG}&utm_medium=javascript:x",
        first_page=f"javascript:alert(1)//{TAG}",
        first_referrer=f"https://evil.example/{TAG}",
        user_agent=TAG,
    )
    Form.objects.filter(pk=world.form.pk).update(seen_url=f"https://work.example/{TAG}", seen_at=timezone.now())
    add_note(lead=world.lead, text=f"{TAG} {TOKENS}", by=world.people["owner"], now=timezone.now())
    advance_marked_leads(now=timezone.now())
    return world


def pages(world: World) -> list[str]:
    routes = [route for route, method in table() if method == "GET" and not route.startswith(("api/v1", "embed.js"))]
    return [address(route, world) for route in routes] + [
        f"/forms/{world.form.pk}/?tab=held",
        f"/forms/{world.form.pk}/?tab=embed",
        "/leads/?q=%3Cimg%20src=x%20onerror=alert(1)%3E",
        "/inbox/?tab=done",
        "/settings/mail/?status=pending",
        f"/admin/leads/lead/{world.lead.pk}/change/",
        "/admin/capture/submission/",
        "/login?next=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
    ]


def test_no_page_lets_words_become_markup(world):
    client, wrong = world.client("admin"), []

    for page in pages(world):
        answer = client.get(page)
        text = answer.content.decode(errors="replace")
        if answer.headers["Content-Type"].startswith("text/html"):
            wrong += [(page, tag) for tag in ("<img src=x", "<svg/onload", "<script>alert") if tag in text]
            wrong += [(page, "49") for _ in re.findall(r">\s*4949", text)]

    assert wrong == []
    assert "&lt;img src=x onerror=alert(1)&gt;" in client.get(f"/leads/{world.lead.pk}/").content.decode()


def test_every_page_forbids_scripts_of_its_own_and_other_hosts(world):
    wrong = []
    for persona in ("admin", "anonymous"):
        client = world.client(persona)
        for page in pages(world):
            answer = client.get(page)
            if not answer.headers["Content-Type"].startswith("text/html"):
                continue
            policy_text = answer.headers.get("Content-Security-Policy", "")
            is_mail = "sandbox" in policy_text
            if "default-src 'none'" not in policy_text or "unsafe-eval" in policy_text:
                wrong.append((page, "policy", policy_text))
            if "unsafe-inline" in policy_text and not is_mail:
                wrong.append((page, "inline", policy_text))
            if answer.headers.get("X-Content-Type-Options") != "nosniff" or "Referrer-Policy" not in answer.headers:
                wrong.append((page, "headers", ""))
            if not is_mail and not page.startswith("/admin"):
                text = answer.content.decode()
                wrong += [(page, "inline", found) for found in INLINE.findall(text)]
                wrong += [(page, "host", found) for found in OTHER_HOSTS.findall(text)]

    assert wrong == []


def test_no_mail_lets_words_become_markup(world):
    mails = list(Message.objects.all())

    assert mails
    for message in mails:
        assert "<img src=x" not in message.html and "<script>" not in message.html
        assert "49" not in re.sub(r"[0-9a-f-]{36}|\d{4}", "", message.subject)
        built = message_from_bytes(mime.build(message, at=timezone.now()), policy=policy.default)
        assert built.get_all("Bcc") is None and len(built.get_all("To")) == 1


def test_looking_at_everything_changes_nothing(world):
    """Every GET and HEAD, as everybody: counted by the database itself (S25, S26, S36)."""
    assert written() > 0, "the database counts what was written"
    changed = []
    for persona in ("anonymous", "viewer", "owner", "admin"):
        client = world.client(persona)
        for page in pages(world) + [f"/api/v1/{name}" for name in ("leads", "forms", "submissions", "handovers")]:
            before = written()
            client.get(page)
            client.head(page)
            if written() != before:
                changed.append((persona, page, written() - before))

    assert changed == []


def test_a_form_of_another_site_changes_nothing(world):
    """Every act without the page's token, as the admin whose browser is misused (S26)."""
    admin = world.client("admin").cookies
    acts = [(route, method) for route, method in table() if method != "GET" and route != "api/"]
    public = ("p/", "u/", "f/")
    wrong = []

    for route, method in acts:
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        client.cookies.update(admin)
        with transaction.atomic():
            options = {"content_type": "text/plain", "headers": {"Origin": "https://evil.example"}}
            answer = client.generic(method, address(route, world), b"{}", **options)
            transaction.set_rollback(True)
        if answer.status_code != 403 and not route.startswith(public):
            wrong.append((route, answer.status_code))

    assert wrong == []
