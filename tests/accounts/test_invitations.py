"""Invitations: a link each, once, for a week, by mail where mail is on; hashed; audited."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.models import AuditEntry, Invitation, User
from mail.models import Message, Status

PASSWORD = "plenty of long words"


def links(answer) -> list[str]:
    return re.findall(r"http://[^\s<]+(/invite/[\w-]+)", answer.content.decode())


@pytest.mark.django_db
def test_without_mail_three_people_are_invited_at_once_by_links_to_copy(as_admin, team):
    answer = as_admin.post(
        "/settings/people/invite",
        {"emails": "A@crm.example, b@crm.example\nc@crm.example", "role": "rep", "team": team.pk},
    )

    paths = links(answer)
    joined = Client().post(paths[0], {"name": "Ada", "password": PASSWORD})
    person = User.objects.get(email="a@crm.example")
    assert (answer.status_code, len(paths), joined.status_code, Message.objects.count()) == (200, 3, 302, 0)
    assert (person.name, person.role, person.team, person.check_password(PASSWORD)) == ("Ada", "rep", team, True)
    assert AuditEntry.objects.filter(kind="invitation", action="invited").count() == 3
    assert "b@crm.example" in as_admin.get("/settings/people/").content.decode()


@pytest.mark.django_db
def test_with_mail_the_link_is_sent_through_the_ledger_and_withdrawing_stops_both(as_admin, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    as_admin.post("/settings/people/invite", {"emails": "a@crm.example", "role": "viewer"})
    message = Message.objects.get()
    path = re.search(r"(/invite/[\w-]+)", message.text)[1]
    assert (message.kind, message.to_email, Client().get(path).status_code) == ("account", "a@crm.example", 200)

    as_admin.post(f"/settings/invitations/{Invitation.objects.get().pk}/withdraw")

    message.refresh_from_db()
    assert (message.status, Client().get(path).status_code) == (Status.CANCELLED, 404)


@pytest.mark.django_db
def test_a_link_works_once_within_a_week_and_only_the_newest(admin):
    now = timezone.now()
    token = _token(services.invite(emails=["a@crm.example"], role="rep", by=admin, now=now)[0])
    newer = _token(services.invite(emails=["a@crm.example"], role="rep", by=admin, now=now)[0])
    late = now + timedelta(days=7)

    assert services.usable_invitation(token=token, now=now) is None
    assert services.usable_invitation(token=newer, now=late) is None
    services.accept_invitation(token=newer, name="A", password=PASSWORD, now=now)
    for used in (token, newer, ""):
        with pytest.raises(services.InvitationRefused):
            services.accept_invitation(token=used, name="B", password=PASSWORD, now=now)


@pytest.mark.django_db(transaction=True)
def test_two_posts_with_one_link_make_one_person(admin):
    now = timezone.now()
    token = _token(services.invite(emails=["a@crm.example"], role="rep", by=admin, now=now)[0])

    def join(number: int) -> bool:
        try:
            services.accept_invitation(token=token, name=f"P{number}", password=PASSWORD, now=now)
            return True
        except services.InvitationRefused:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        joined = list(pool.map(join, range(4)))

    assert (sum(joined), User.objects.filter(email="a@crm.example").count()) == (1, 1)


@pytest.mark.django_db
def test_the_token_is_stored_nowhere_and_of_no_use_elsewhere(admin, as_admin):
    now = timezone.now()
    invited = services.invite(emails=["a@crm.example"], role="rep", by=admin, now=now)[0]
    token = _token(invited)

    assert len(token) >= 43 and token not in str(Invitation.objects.values()) + str(AuditEntry.objects.values())
    assert services.usable_reset(token=token, now=now) is None
    assert services.setup_link_works(token=token, now=now) is False


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"emails": "nonsense"}, "is no e-mail address"),
        ({"emails": "rep@crm.example"}, "Already here: rep@crm.example."),
        ({"emails": " ".join(f"p{n}@crm.example" for n in range(51))}, "up to 50"),
    ],
)
def test_what_cannot_be_invited_is_named_and_nothing_is_stored(as_admin, fields, words):
    answer = as_admin.post("/settings/people/invite", {"role": "rep", **fields})

    assert (answer.status_code, Invitation.objects.count()) == (422, 0)
    assert words in answer.content.decode()


@pytest.mark.django_db
def test_a_weak_password_is_refused_and_the_link_stays_good(admin):
    invited = services.invite(emails=["a@crm.example"], role="rep", by=admin, now=timezone.now())[0]
    path = f"/invite/{_token(invited)}"

    weak = Client().post(path, {"name": "A", "password": "short"})

    assert (weak.status_code, Client().get(path).status_code) == (422, 200)


def _token(invited: services.Invited) -> str:
    return invited.link.rpartition("/")[2]
