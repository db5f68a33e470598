"""A forgotten password: the same answer for everybody, a link by mail for whom it belongs to, once, within the hour."""

import re
import statistics
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.models import AuditEntry, PasswordReset, ResetRequest, User
from accounts.services.recovery import PER_IP
from mail.models import Message
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "quite another long one"


@pytest.fixture(autouse=True)
def mail_is_on(settings) -> None:
    settings.EMAIL_URL = "smtp://127.0.0.1:1"


def asked(email: str, **extra: str):
    return Client().post("/login/forgot", {"email": email}, **extra)


def link_of(user: User, now) -> str:
    asked(user.email)
    services.answer_reset_requests(now=now)
    return re.search(r"(/login/reset/[\w-]+)", Message.objects.latest("created_at").text)[1]


def test_a_known_address_gets_a_link_that_sets_a_new_password_and_ends_sessions(people, as_admin, admin):
    path = link_of(admin, timezone.now())

    answer = Client().post(path, {"password": NEW})

    admin.refresh_from_db()
    assert (answer.status_code, admin.check_password(NEW)) == (302, True)
    assert as_admin.get("/settings/").status_code == 302
    assert Client().post(path, {"password": NEW}).status_code == 404
    assert AuditEntry.objects.filter(action="reset password of", by=admin).count() == 1


def test_known_unknown_and_deactivated_addresses_get_the_same_answer_in_the_same_time(people):
    User.objects.filter(email="viewer@crm.example").update(is_active=False)
    emails = ["rep@crm.example", "nobody@crm.example", "viewer@crm.example"]
    bodies, times = {email: set() for email in emails}, {email: [] for email in emails}
    for number in range(40):
        for email in emails:
            ResetRequest.objects.all().delete()
            began = time.perf_counter()
            answer = asked(email, REMOTE_ADDR=f"10.0.0.{number}")
            times[email].append(time.perf_counter() - began)
            text = re.sub(r'value="[\w-]{64}"', "", answer.content.decode()).replace(email, "")
            bodies[email].add((answer.status_code, text, answer.headers.get("Location")))

    known, unknown, gone = (statistics.median(times[email]) for email in emails)
    assert bodies[emails[0]] == bodies[emails[1]] == bodies[emails[2]]
    assert abs(known - unknown) < max(0.005, 0.05 * known)
    assert abs(known - gone) < max(0.005, 0.05 * known)
    assert Message.objects.count() == 0


def test_only_whom_it_belongs_to_gets_a_mail(people, now):
    service = User.objects.create_user("key-1@service.invalid", name="Key", is_service=True)
    User.objects.filter(email="viewer@crm.example").update(is_active=False)
    for email in ("REP@crm.example", "nobody@crm.example", "viewer@crm.example", service.email):
        asked(email)

    assert services.answer_reset_requests(now=timezone.now()) == 1
    assert services.answer_reset_requests(now=timezone.now()) == 0
    assert [m.to_email for m in Message.objects.all()] == ["rep@crm.example"]


@pytest.mark.parametrize("change", ["used", "late", "password", "email", "newer", "deactivated"])
def test_a_link_ends(people, change):
    user, now = people["rep"], timezone.now()
    token = link_of(user, now).rpartition("/")[2]
    later = now
    if change == "used":
        services.reset_password(token=token, password=NEW, now=now)
    elif change == "late":
        later = now + timedelta(hours=1, seconds=5)
    elif change == "password":
        services.set_password(user=user, password=PASSWORD, by=user, now=now)
    elif change == "email":
        services.edit_user(user=user, changes={"email": "other@crm.example"}, by=people["admin"], now=now)
    elif change == "newer":
        link_of(user, now)
    else:
        services.edit_user(user=user, changes={"is_active": False}, by=people["admin"], now=now)

    assert services.usable_reset(token=token, now=later) is None
    with pytest.raises(services.ResetRefused):
        services.reset_password(token=token, password="once more, with words", now=later)


def test_nobody_is_flooded_with_mails(people):
    answers = {asked("rep@crm.example").status_code for _ in range(10)}
    for number in range(2 * PER_IP):
        asked(f"p{number}@crm.example", REMOTE_ADDR="10.9.9.9")

    assert answers == {200}
    assert ResetRequest.objects.filter(email="rep@crm.example").count() == 3
    assert ResetRequest.objects.filter(ip="10.9.9.9").count() == PER_IP


def test_without_mail_the_page_says_who_can_help(people, settings):
    settings.EMAIL_URL = ""

    page = Client().get("/login/forgot").content.decode()
    asked("rep@crm.example")

    assert "changepassword" in page and "cannot send e-mail yet" in page
    assert ResetRequest.objects.count() == 0


def test_the_token_is_stored_as_a_hash_and_the_page_tells_nobody_the_address(people):
    path = link_of(people["rep"], timezone.now())

    page = Client().get(path)

    assert path.rpartition("/")[2] not in str(PasswordReset.objects.values())
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert "no-store" in page.headers["Cache-Control"]
