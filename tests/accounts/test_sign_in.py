"""Signing in and out."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is worked on, which is where the time of signing in goes."""

    count = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).count += 1
        return super().encode(password, salt)


@pytest.fixture
def rep() -> User:
    return User.objects.create_user("rep@crm.example", PASSWORD, name="Rita Rep", role="rep")


def sign_in(client: Client, password: str, email: str = "rep@crm.example", **extra):
    fields = {"email": email, "password": password, **extra.pop("fields", {})}
    return client.post("/login", fields, **extra)


def test_the_right_pair_signs_in_with_a_new_session(client, rep):
    client.get("/login")
    before = client.cookies.get("leadcrm_session")

    answer = sign_in(client, PASSWORD, email="REP@crm.example")

    assert (answer.status_code, answer.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(rep.pk)
    assert before is None or client.cookies["leadcrm_session"].value != before.value


@pytest.mark.parametrize("email", ["rep@crm.example", "nobody@crm.example"])
def test_a_wrong_pair_says_the_same_whether_the_address_is_known_or_not(client, rep, email):
    texts = [sign_in(client, "wrong password", email=email) for _ in range(6)]

    assert [answer.status_code for answer in texts] == [422, 422, 422, 422, 429, 429]
    assert "E-mail and password do not match. 4 tries left, then a 15-minute pause." in texts[0].content.decode()
    assert "1 try left, then" in texts[3].content.decode()
    assert "Wait 15 minutes" in texts[4].content.decode()
    assert f'value="{email}"' in texts[0].content.decode()
    assert "wrong password" not in texts[0].content.decode()


@pytest.mark.parametrize("kind", ["known", "unknown", "deactivated", "without a password"])
def test_each_wrong_pair_costs_the_same_work(client, rep, settings, kind):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    rep.set_password(None if kind == "without a password" else PASSWORD)
    rep.is_active = kind != "deactivated"
    rep.save()
    CountingHasher.count = 0

    sign_in(client, "wrong password", email="nobody@crm.example" if kind == "unknown" else rep.email)

    assert CountingHasher.count == 1


def test_the_pause_refuses_the_right_password_and_ends_after_15_minutes(client, rep):
    for _ in range(5):
        sign_in(client, "wrong password")

    refused = sign_in(client, PASSWORD)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    let_in = sign_in(client, PASSWORD)

    assert (refused.status_code, let_in.status_code) == (429, 302)


def test_tries_during_the_pause_do_not_make_it_longer(client, rep):
    for _ in range(5):
        sign_in(client, "wrong password")
    began = AccessAttempt.objects.get().attempt_time

    sign_in(client, "wrong password")

    assert AccessAttempt.objects.get().attempt_time == began


def test_another_address_is_not_paused_and_a_made_up_header_is_no_other_address(client, rep):
    for number in range(5):
        sign_in(client, "wrong password", headers={"X-Forwarded-For": f"198.51.100.{number}"})

    same = sign_in(client, PASSWORD, headers={"X-Forwarded-For": "198.51.100.77"})
    other = sign_in(client, PASSWORD, REMOTE_ADDR="203.0.113.5")

    assert (same.status_code, other.status_code) == (429, 302)


def test_behind_a_trusted_proxy_the_address_it_saw_counts(client, rep, settings):
    settings.TRUSTED_PROXIES = 1
    for _ in range(5):
        sign_in(client, "wrong password", headers={"X-Forwarded-For": "10.9.9.9, 203.0.113.9"})

    same = sign_in(client, PASSWORD, headers={"X-Forwarded-For": "10.1.1.1, 203.0.113.9"})
    other = sign_in(client, PASSWORD, headers={"X-Forwarded-For": "10.9.9.9, 203.0.113.10"})

    assert (same.status_code, other.status_code) == (429, 302)


def test_a_name_attacked_from_many_addresses_is_paused_but_not_for_its_owner(client, rep):
    sign_in(Client(), PASSWORD, REMOTE_ADDR="203.0.113.1")
    AccessAttempt.objects.bulk_create(
        AccessAttempt(
            username=rep.email, ip_address=f"198.51.100.{n}", user_agent="x", failures_since_start=4,
            attempt_time=timezone.now(), get_data="", post_data="", http_accept="", path_info="/login",
        )
        for n in range(13)
    )  # fmt: skip

    stranger = sign_in(Client(), PASSWORD, REMOTE_ADDR="198.51.100.200")
    owner = sign_in(Client(), PASSWORD, REMOTE_ADDR="203.0.113.1")

    assert (stranger.status_code, owner.status_code) == (429, 302)


def test_an_address_that_tries_many_names_is_paused(client, rep):
    AccessAttempt.objects.bulk_create(
        AccessAttempt(
            username=f"user{n}@crm.example", ip_address="198.51.100.7", user_agent="x", failures_since_start=4,
            attempt_time=timezone.now(), get_data="", post_data="", http_accept="", path_info="/login",
        )
        for n in range(25)
    )  # fmt: skip

    answer = sign_in(client, PASSWORD, REMOTE_ADDR="198.51.100.7")

    assert answer.status_code == 429


def test_passwords_are_not_kept_with_the_tries(client, rep):
    sign_in(client, "my secret password 1")

    row = AccessAttempt.objects.get()

    assert "my secret" not in f"{row.post_data}{row.get_data}{row.path_info}"


@pytest.mark.parametrize(
    ("target", "landing"),
    [
        ("/settings/profile/?tab=1", "/settings/profile/?tab=1"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("https:evil.example", "/"),
        ("http://testserver@evil.example/", "/"),
        ("/\r\nX-Evil: 1", "/"),
        ("", "/"),
    ],
)
def test_only_a_path_of_ours_is_returned_to(client, rep, target, landing):
    answer = sign_in(client, PASSWORD, fields={"next": target})

    assert answer.url == landing


def test_a_deactivated_person_is_out_at_once_and_cannot_come_back(client, rep):
    client.force_login(rep)
    assert client.get("/settings/profile/").status_code == 200
    User.objects.filter(pk=rep.pk).update(is_active=False)

    assert client.get("/settings/profile/").status_code == 302
    assert sign_in(client, PASSWORD).status_code == 422


def test_signing_out_takes_a_post(client, rep):
    client.force_login(rep)

    by_get = client.get("/logout")
    still_in = client.get("/settings/profile/").status_code
    client.post("/logout")

    assert (by_get.status_code, still_in) == (405, 200)
    assert client.get("/settings/profile/").status_code == 302


def test_sign_in_needs_the_token_of_its_own_page(rep):
    assert sign_in(Client(enforce_csrf_checks=True), PASSWORD).status_code == 403


def test_a_new_password_signs_other_devices_out(client, rep):
    other = Client()
    client.force_login(rep)
    other.force_login(rep)

    answer = client.post("/settings/password/", {"current": PASSWORD, "password": "a much better one 7"})

    assert answer.status_code == 302
    assert client.get("/settings/profile/").status_code == 200
    assert other.get("/settings/profile/").status_code == 302
    assert sign_in(Client(), "a much better one 7").status_code == 302


@pytest.mark.parametrize("password", ["short", "password1234", "rep@crm.example", "123456789012"])
def test_a_weak_password_is_refused_with_a_reason(client, rep, password):
    client.force_login(rep)

    answer = client.post("/settings/password/", {"current": PASSWORD, "password": password})

    assert answer.status_code == 422
    assert "invalid-feedback" in answer.content.decode()


def test_the_forgotten_password_page_names_nobody(client, rep):
    body = client.get("/login/forgot").content.decode()

    assert "changepassword" in body
    assert rep.name not in body
