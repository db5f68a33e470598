"""Public paths take the short way; every fault has a status a caller can act on."""

import json
import time

import pytest
from django.test import Client

from leadcrm.middleware import is_public


@pytest.fixture
def client(settings) -> Client:
    settings.ROOT_URLCONF = "tests.platform.urls"
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def test_a_public_page_passes_no_session_and_no_sign_in(client):
    assert client.get("/f/layers").content == b""
    assert client.get("/page/layers").content == b"session,user,_messages,htmx"


def test_a_public_page_takes_a_post_without_a_token_and_sets_no_cookie(client):
    response = client.post("/f/read", {"email": "kim@example.com"})

    assert response.content == b"1 fields, "
    assert not response.cookies
    assert client.post("/page/read", {"email": "kim@example.com"}).status_code == 403


@pytest.mark.parametrize("path", ["/f/1", "/t", "/u/x", "/p/x", "/c/x", "/o/x", "/embed.js", "/healthz"])
def test_what_strangers_reach_is_public(path):
    assert is_public(path)


@pytest.mark.parametrize("path", ["/", "/forms/", "/try/1", "/tx", "/leads/", "/api/v1/leads", "/readyz", "/embed.jsx"])
def test_everything_else_is_not(path):
    assert not is_public(path)


@pytest.mark.parametrize("path", ["/f/layers", "/page/layers", "/f/missing", "/f/broken", "/page/broken"])
def test_every_answer_carries_the_security_headers(client, path):
    headers = client.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_public_view_may_widen_its_own_policy(client):
    assert client.get("/f/framed").headers["Content-Security-Policy"] == "frame-ancestors https://example.com"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/f/down", "/page/down"])
def test_a_database_that_is_down_is_a_503_that_says_when_to_come_back(client, path):
    began = time.monotonic()
    response = client.get(path)

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert b"Traceback" not in response.content
    assert b"psycopg" not in response.content
    assert time.monotonic() - began < 3


@pytest.mark.django_db
def test_a_page_about_a_database_that_is_down_wears_the_products_dress(client):
    page = client.get("/f/down").content.decode()

    assert "css/public" in page
    assert "starting or being updated" in page


@pytest.mark.parametrize("path", ["/f/broken", "/page/broken"])
def test_a_page_about_a_fault_wears_the_products_dress_without_asking_the_database(client, path):
    page = client.get(path).content.decode()

    assert "css/public" in page
    assert "could not do this" in page


def test_a_fault_of_the_templates_still_ends_in_a_page(client, settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [], "APP_DIRS": False}]

    response = client.get("/f/broken")

    assert response.status_code == 500
    assert "<h1>Something went wrong</h1>" in response.content.decode()


@pytest.mark.django_db
def test_a_program_reads_faults_as_problem_documents(client):
    response = client.get("/f/down", headers={"accept": "application/json"})

    assert response.status_code == 503
    assert response.headers["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["status"] == 503


@pytest.mark.parametrize("path", ["/f/broken", "/page/broken"])
def test_an_unexpected_fault_keeps_its_details(client, path):
    response = client.get(path)

    assert response.status_code == 500
    assert b"secret detail" not in response.content


@pytest.mark.parametrize(("path", "status"), [("/f/missing", 404), ("/f/forbidden", 403), ("/f/no-such-page", 404)])
def test_ordinary_refusals_stay_what_they_are(client, path, status):
    assert client.get(path).status_code == status


@pytest.mark.parametrize("path", ["/f/read", "/page/read"])
def test_an_announced_body_beyond_the_limit_is_refused_unread(client, path):
    response = client.post(
        path, data=b"x=1", content_type="application/x-www-form-urlencoded", CONTENT_LENGTH="12000001"
    )

    assert response.status_code == 413


def test_a_form_body_beyond_what_is_kept_in_memory_is_too_large(client):
    response = client.post("/f/read", data=b"x=" + b"a" * 2_600_000, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 413


def test_more_fields_than_a_form_can_have_are_refused(client):
    body = "&".join(f"f{number}=1" for number in range(1_001))

    response = client.post("/f/read", data=body, content_type="application/x-www-form-urlencoded")

    assert response.status_code == 400


def test_an_unknown_host_name_is_refused_but_not_the_load_balancers_question(client):
    assert client.get("/f/layers", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/page/layers", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/healthz", headers={"host": "10.0.0.7"}).status_code == 200
