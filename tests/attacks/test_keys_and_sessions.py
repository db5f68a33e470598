"""Tokens cannot be guessed, swapped or replayed; sessions and keys end when they should (S24, S25, S39, S40)."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey, Role, SetupLink
from accounts.services import create_api_key, edit_user, issue_setup_link, revoke_api_key, set_password
from capture.services import create_form
from capture.tokens import issue_token, read_token
from leads.models import Activity, Consent, Lead
from mail.models import Suppression
from tests.factories.world import World, build_world

pytestmark = pytest.mark.django_db

MANY = 2_000
PASSWORD = "correct horse battery"


@pytest.fixture
def world() -> World:
    return build_world()


def test_tokens_are_long_random_and_kept_as_hashes_where_that_is_possible(now):
    keys = {create_api_key(name="k", role=Role.VIEWER, by=None, now=now)[1] for _ in range(20)}
    rows = "".join(str(row) for row in ApiKey.objects.values_list())
    form = create_form(template="guide", name="Guide", by=None, now=now)
    nonces = {issue_token(form_id=form.pk, number=1, now=now).split(".")[3] for _ in range(MANY)}

    assert len(keys) == 20 and all(len(key) >= 40 and key not in rows for key in keys)
    assert len(nonces) == MANY


def test_a_preference_link_has_128_bits(world):
    assert len(world.lead.preference_key) >= 22


def test_a_setup_link_is_no_row_of_the_database(db, now):
    token = issue_setup_link(now=now)

    assert len(token) >= 40
    assert token not in "".join(str(row) for row in SetupLink.objects.values_list())


def test_what_was_signed_for_one_purpose_is_worth_nothing_for_another(db, now):
    form = create_form(template="guide", name="Guide", by=None, now=now)
    token = issue_token(form_id=form.pk, number=1, now=now)
    payload = token.rpartition(":")[0]

    assert read_token(token, form_id=form.pk) is not None
    for forged in (
        signing.Signer().sign(payload),
        signing.Signer(salt="django.contrib.sessions.backends.signed_cookies").sign(payload),
        signing.dumps(payload),
        token[:-1],
        token.replace(f".{1}.", ".2.", 1),
        token + "x",
    ):
        assert read_token(forged, form_id=form.pk) is None
    assert read_token(token, form_id="other") is None


def test_a_wrong_unsubscribe_link_changes_nothing_and_says_the_same(world):
    key = world.lead.preference_key
    counts = (Consent.objects.count(), Activity.objects.count(), Suppression.objects.count())
    wrong = [
        "x" * 22,
        key[:-1],
        key[::-1],
        str(world.lead.pk),
        "1",
        str(world.enrollment.pk),
        key.swapcase(),
        f"{key}x",
    ]

    answers = [Client().post(f"/{page}/{token}", {"act": "everything"}) for token in wrong for page in ("u", "p")]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert (Consent.objects.count(), Activity.objects.count(), Suppression.objects.count()) == counts


def test_a_preference_page_shows_no_whole_address_and_no_name(world):
    for page in (f"/p/{world.lead.preference_key}", f"/u/{world.lead.preference_key}"):
        text = Client().get(page).content.decode()
        assert world.lead.email not in text and "Lovelace" not in text and "Engines" not in text


def signed_in(email: str) -> Client:
    client = Client()
    assert client.post("/login", {"email": email, "password": PASSWORD}).status_code == 302
    return client


@pytest.mark.parametrize("act", ["signs out", "new password", "deactivated"])
def test_a_stolen_cookie_ends_with_its_session(world, act):
    admin, rep, now = world.people["admin"], world.people["owner"], timezone.now()
    client, stolen = signed_in(rep.email), Client()
    stolen.cookies.update(client.cookies)
    assert stolen.get("/leads/").status_code == 200

    if act == "signs out":
        client.post("/logout")
    elif act == "new password":
        set_password(user=rep, password="another horse battery", by=admin, now=now)
    else:
        edit_user(user=rep, changes={"is_active": False}, by=admin, now=now)

    assert stolen.get("/leads/").status_code == 302
    assert stolen.get("/api/v1/leads").status_code == 401


def test_a_new_role_counts_from_the_next_request(world):
    client = signed_in("marketer@crm.example")
    assert client.get("/forms/new/").status_code == 200

    edit_user(user=world.people["marketer"], changes={"role": Role.REP}, by=world.people["admin"], now=timezone.now())

    assert client.get("/forms/new/").status_code == 403
    assert client.get(f"/leads/{world.lead.pk}/").status_code == 403  # a colleague has it; nothing of it is shown


def test_a_session_brought_along_is_not_the_one_signed_in_with(world):
    victim = Client()
    victim.cookies["leadcrm_session"] = "attackersattackersattackersattac"

    victim.post("/login", {"email": "admin@crm.example", "password": PASSWORD})

    assert victim.cookies["leadcrm_session"].value != "attackersattackersattackersattac"
    cookie = victim.cookies["leadcrm_session"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["domain"]


def test_behind_https_cookies_are_bound_to_the_host_and_to_https():
    program = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME,"
        " s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0)"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "leadcrm.settings", "PUBLIC_BASE_URL": "https://crm.example",
                   "SECRET_KEY": "k" * 50, "DATABASE_URL": "postgresql:///x", "PATH": "/usr/bin:/bin"}  # fmt: skip

    said = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["__Host-session", "__Host-csrf", "True", "True", "True"]


def test_a_key_does_what_its_role_may_and_nothing_once_it_is_revoked(world):
    now, statuses = timezone.now(), {}
    for role in Role.values:
        row, key = create_api_key(name=role, role=role, by=None, now=now)
        headers = {"Authorization": f"Bearer {key}"}
        write = Client().post("/api/v1/leads", {"email": f"{role}@work.example"}, "application/json", headers=headers)
        revoke_api_key(api_key=row, by=world.people["admin"], now=now)
        statuses[role] = (write.status_code, Client().get("/api/v1/leads", headers=headers).status_code)

    assert statuses == {role: (403 if role == Role.VIEWER else 201, 401) for role in Role.values}


@pytest.mark.parametrize("where", ["api_key", "key", "token", "access_token", "Authorization"])
def test_a_key_in_an_address_is_no_key(world, where):
    _, key = create_api_key(name="k", role=Role.ADMIN, by=None, now=timezone.now())

    assert Client().get("/api/v1/leads", {where: key}).status_code in (400, 401)


def test_the_account_of_a_key_cannot_sign_in(world):
    account = world.key.user

    for password in ("", "!", account.password, world.key.prefix):
        assert Client().post("/login", {"email": account.email, "password": password}).status_code in (422, 429)


def test_a_form_token_from_the_future_or_of_yesterday_is_not_taken(db, now):
    form = create_form(template="guide", name="Guide", by=None, now=now)
    for shift in (timedelta(hours=25), -timedelta(minutes=6)):
        token = read_token(issue_token(form_id=form.pk, number=1, now=now - shift), form_id=form.pk)
        assert token is not None and token.is_expired(now)
    assert not Lead.objects.exists()
