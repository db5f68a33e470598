"""The pages on which people read mail."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, Team, User
from common.ids import uuid7
from mail.models import Kind, Message, Relay, Status
from mail.selectors import messages_about
from mail.services import send_due_messages, suppress

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client):
    """Sign in as somebody of a role."""

    def enter(role):
        team, _ = Team.objects.get_or_create(name="North")
        user = User.objects.create_user(f"{role}@crm.example", "x" * 12, name=role, role=role, team=team)
        client.force_login(user)
        return client

    return enter


def text_of(response):
    return " ".join(response.content.decode().split())


def test_the_list_counts_every_planned_message_in_one_place(queue, sign_in, settings, now):
    settings.EMAIL_URL = ""
    queue(subject="Your guide")
    queue(kind=Kind.MARKETING, to_email="gone@buyer.example")
    queue(due_at=now + timedelta(days=1))
    suppress(email="gone@buyer.example", topic="all", reason="She unsubscribed on 3 Nov.", now=now)
    send_due_messages(now=now)

    page = text_of(sign_in(Role.MARKETER).get(reverse("mail:outbox")))

    assert "3 planned = 1 sent + 1 waiting + 0 being sent + 0 failed + 1 suppressed" in page
    assert "Your guide" in page
    assert "This address gets no marketing mail: She unsubscribed on 3 Nov." in page
    assert "Caught" in page


def test_the_list_shows_one_status_on_request(queue, sign_in, settings, now):
    settings.EMAIL_URL = ""
    queue(subject="Gone out")
    send_due_messages(now=now)
    queue(subject="Still here")

    page = text_of(sign_in(Role.ADMIN).get(reverse("mail:outbox"), {"status": "pending"}))

    assert "Still here" in page
    assert "Gone out" not in page


def test_an_empty_list_says_what_will_stand_there(sign_in):
    client = sign_in(Role.VIEWER)

    empty, empty_tab = client.get(reverse("mail:outbox")), client.get(reverse("mail:outbox"), {"status": "failed"})

    assert "No mail yet" in text_of(empty)
    assert "No mail with this status" in text_of(empty_tab)


def test_the_list_goes_on_page_by_page_and_costs_the_same(queue, sign_in):
    for number in range(55):
        queue(subject=f"Mail {number:02}")
    client = sign_in(Role.ADMIN)

    with CaptureQueriesContext(
        connection,
    ) as first_queries:
        first = client.get(reverse("mail:outbox"))
    older = client.get(reverse("mail:outbox"), {"cursor": first.context["page"].next_cursor})

    assert len(first.context["page"].items) == 50
    assert [message.subject for message in older.context["page"].items] == [f"Mail {n:02}" for n in range(4, -1, -1)]
    assert len(first_queries) <= 8


@pytest.mark.parametrize("cursor", ["x", "WyJub3QtYS11dWlkIl0", "W10"])
def test_a_damaged_page_link_leads_to_the_first_page(cursor, sign_in):
    response = sign_in(Role.ADMIN).get(reverse("mail:outbox"), {"cursor": cursor})

    assert (response.status_code, response["Location"]) == (302, reverse("mail:outbox"))


def test_an_unknown_status_is_not_found(sign_in):
    assert sign_in(Role.ADMIN).get(reverse("mail:outbox"), {"status": "lost"}).status_code == 404


@pytest.mark.parametrize(
    ("role", "allowed"),
    [(Role.ADMIN, True), (Role.MARKETER, True), (Role.VIEWER, True), (Role.MANAGER, False), (Role.REP, False)],
)
def test_mail_is_read_by_those_who_see_all_leads(role, allowed, queue, sign_in):
    message = queue()
    client = sign_in(role)

    answers = [
        client.get(reverse("mail:outbox")).status_code,
        client.get(reverse("mail:message", args=[message.pk])).status_code,
        client.get(reverse("mail:message_html", args=[message.pk])).status_code,
    ]

    assert answers == [200 if allowed else 403] * 3


@pytest.mark.parametrize("name", ["mail:message", "mail:message_html"])
def test_strangers_are_asked_to_sign_in(name, queue, client):
    response = client.get(reverse(name, args=[queue().pk]))

    assert response.status_code == 302
    assert response["Location"].startswith("/login")


@pytest.mark.parametrize(("role", "status"), [(Role.ADMIN, 200), (Role.MARKETER, 403), (Role.VIEWER, 403)])
def test_mail_that_signs_somebody_in_is_read_by_admins_only(role, status, queue, sign_in):
    message = queue(kind=Kind.ACCOUNT, text="https://crm.example/reset/secret")
    client = sign_in(role)

    answers = {
        client.get(reverse(name, args=[message.pk])).status_code for name in ("mail:message", "mail:message_html")
    }

    assert answers == {status}
    assert "Only an admin can open" in text_of(client.get(reverse("mail:outbox"))) or role == Role.ADMIN


def test_a_message_shows_headers_text_and_why_it_was_not_sent(queue, sign_in, smtp_sink, now):
    message = queue(text="See https://crm.example/d/guide", subject="Your <b>guide</b>", to_email="gone@buyer.example")
    suppress(email="gone@buyer.example", topic="address", reason="550 5.1.1 no such user", now=now)
    send_due_messages(now=now)

    page = text_of(sign_in(Role.ADMIN).get(reverse("mail:message", args=[message.pk])))

    assert "Your &lt;b&gt;guide&lt;/b&gt;" in page
    assert '<a href="https://crm.example/d/guide"' in page
    assert message.message_id.strip("<>") in page
    assert "Nothing can be delivered to this address: 550 5.1.1 no such user" in page


def test_the_html_part_is_shown_where_nothing_in_it_can_run(queue, sign_in):
    message = queue(html='<p onclick="x()">Hi <a href="https://crm.example/d">guide</a></p><script>alert(1)</script>')

    response = sign_in(Role.ADMIN).get(reverse("mail:message_html", args=[message.pk]))

    policy = response["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups")
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert '<head><base target="_blank">' in response.content.decode()
    assert 'href="https://crm.example/d"' in response.content.decode()


def test_looking_changes_nothing(queue, sign_in):
    message = queue()
    client = sign_in(Role.ADMIN)

    refused = client.post(reverse("mail:message", args=[message.pk])).status_code

    assert refused == 405


def test_the_list_says_when_the_mail_server_is_in_trouble(sign_in, settings, now):
    settings.EMAIL_URL = "smtp://127.0.0.1:2525"
    Relay.objects.create(failures_in_row=6, open_until=now.replace(year=2099), last_error="Connection refused")

    page = text_of(sign_in(Role.ADMIN).get(reverse("mail:outbox")))

    assert "No mail leaves at the moment: 127.0.0.1:2525 failed 6 times in a row, Connection refused." in page


def test_the_list_says_what_is_wrong_with_email_url(sign_in, settings):
    settings.EMAIL_URL = "smtp://user:secret@mail.example"

    page = text_of(sign_in(Role.ADMIN).get(reverse("mail:outbox")))

    assert "would send the password unencrypted" in page
    assert "secret" not in page


def test_the_messages_about_one_subject_come_newest_first_without_bodies(queue):
    about = uuid7()
    first, _, last = queue(about=about), queue(), queue(about=about)

    found = list(messages_about(about))

    assert [message.pk for message in found] == [last.pk, first.pk]
    assert found[0].get_deferred_fields() == {"text", "html"}
    assert Message.objects.filter(status=Status.PENDING).count() == 3
