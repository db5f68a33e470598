"""Nobody mails through us to whom, what or as often as they like (S04, S05, S29)."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from accounts.services import create_api_key
from capture.models import Form
from capture.services import create_form
from leadcrm.pipeline import advance_marked_leads
from mail import mime
from mail.models import Message
from nurturing.models import RequestedMail
from nurturing.services import ensure_starter_sequence
from tests.capture.conftest import address, token_of

pytestmark = pytest.mark.django_db

BREAKS = ["\r\nBcc: x@evil.example\r\n\r\nBuy", "\nBcc: x@evil.example", "\x0bBcc: x", "\x0cBcc: x", "\x85Bcc: x",
          "\u2028Bcc: x",          "\u2029Bcc: x", "=?utf-8?q?=0ABcc:_x?=", "x" * 5000, "<a href=https://evil.example>Invoice</a>",
          "{{7*7}}{%debug%}",          "www.evil.example", "https://evil.example/pay", "Ada\u202emoc.live"]  # fmt: skip
ADDRESSES = ["a@work.example,b@evil.example", "a@work.example\r\nBcc: b@evil.example", "a@work.example b@evil.example",
             '"a@work.example, b"@evil.example', "<a@work.example>", "a@work.example;b@evil.example",
             "a%b@evil.example@work.example", "a@work.example\0"]  # fmt: skip


@pytest.fixture
def guide(settings) -> Form:
    settings.TRUSTED_PROXIES = 1
    ensure_starter_sequence(timezone.now())
    return create_form(template="guide", name="Guide", by=None, now=timezone.now())


def post(form: Form, **answers: str) -> int:
    headers = {"X-Forwarded-For": address(), "Accept": "application/json"}
    said = {"email": "ada@work.example", "token": token_of(form), **answers}
    return Client().post(f"/f/{form.pk}/submit", said, headers=headers).status_code


def test_whoever_types_a_strangers_address_again_and_again_does_not_fill_the_mailbox(guide):
    for number in range(8):
        assert post(guide, company=f"Company {number}") == 201
    now = timezone.now()
    advance_marked_leads(now=now)

    assert Message.objects.filter(to_email="ada@work.example", kind="requested").count() == 5
    assert "5 guides within a day" in RequestedMail.objects.filter(message=None).first().problem
    RequestedMail.objects.update(queued_at=now - timedelta(days=1, minutes=1))
    post(guide, company="The day after")
    advance_marked_leads(now=timezone.now())
    assert Message.objects.filter(kind="requested").count() == 6


@pytest.mark.parametrize("text", BREAKS, ids=range(len(BREAKS)))
@pytest.mark.parametrize("door", ["form", "api"])
def test_a_name_adds_no_header_no_receiver_and_no_link(guide, text, door):
    name = text if door == "form" else text[:120]
    if door == "api":
        _, key = create_api_key(name="k", role=Role.MARKETER, by=None, now=timezone.now())
        headers = {"Authorization": f"Bearer {key}"}
        fields = {"email": "ada@work.example", "first_name": name, "company": name}
        Client().post("/api/v1/leads", fields, "application/json", headers=headers)
        post(guide)
    else:
        post(guide, first_name=name[:120], company=name[:200])
        post(guide, last_name="Lovelace")
    advance_marked_leads(now=timezone.now())

    messages = Message.objects.all()
    assert messages
    for message in messages:
        built = message_from_bytes(mime.build(message, at=timezone.now()), policy=policy.default)
        assert built["To"] == "ada@work.example" and len(built.get_all("To")) == 1
        assert built.get_all("Bcc") is None and built.get_all("Cc") is None
        assert "evil" not in message.html + message.subject and "Bcc" not in built["Subject"] + built["From"]
        assert "<a href=https" not in message.html and "49" not in message.subject


@pytest.mark.parametrize("text", ADDRESSES)
def test_a_lead_has_one_address(guide, text):
    _, key = create_api_key(name="k", role=Role.MARKETER, by=None, now=timezone.now())
    headers = {"Authorization": f"Bearer {key}"}

    assert post(guide, email=text) in (400, 422)
    assert Client().post("/api/v1/leads", {"email": text}, "application/json", headers=headers).status_code in (
        400,
        422,
    )
    assert not Message.objects.exists()
