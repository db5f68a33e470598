"""Whatever is sent, the API answers with a status it means."""

import json
import uuid
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.django_db

MEANT = {200, 201, 400, 401, 403, 404, 405, 409, 413, 415, 422}
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "\x00", "%", "' OR 1=1--", "a" * 5000, "\ud800", "1e999", "-1", "9" * 40, "2026-13-01", "null", "{{7*7}}"]
    ),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)
FIELDS = st.sampled_from(
    ["email", "phone", "first_name", "country", "attributes", "id", "kind", "occurred_at", "payload", "external_id",
     "form", "answers", "consent", "page", "submission_key", "owner", "\x00"]
)  # fmt: skip
BODIES = st.one_of(VALUES, st.dictionaries(FIELDS, VALUES, max_size=5))
PARAMETERS = st.sampled_from(
    ["email", "stage", "temperature", "owner", "source", "q", "cursor", "limit", "sort", "until", "at", "known_at",
     "form", "lead", "status", "sequence", "state", "format", "x"]
)  # fmt: skip
PATHS = ["leads", "leads/{lead}", "leads/{lead}/timeline", "leads/{lead}/receipt", "forms", "submissions",
         "sequences", "enrollments", "leads/{other}", "handovers", "handovers/{other}"]  # fmt: skip
MANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def lead(add_lead):
    return add_lead()


@pytest.fixture(autouse=True)
def unlimited(monkeypatch):
    """Ask as often as it takes."""
    monkeypatch.setattr("accounts.api.throttling.KeyThrottle.allow_request", lambda *_: True)


@MANY
@given(path=st.sampled_from(PATHS), params=st.dictionaries(PARAMETERS, TEXTS, max_size=3))
def test_odd_parameters_are_answered(api, lead, path, params):
    url = f"/api/v1/{path.format(lead=lead.pk, other=uuid.uuid4())}"
    pairs = [f"{quote(name)}={quote(value, errors='surrogatepass')}" for name, value in params.items()]
    api.client.raise_request_exception = False

    answer = api.client.get(f"{url}?{'&'.join(pairs)}", headers=api.headers)

    assert answer.status_code in MEANT, (url, params, answer.content)


@MANY
@given(path=st.sampled_from(["leads", "leads/{lead}/activities", "submissions"]), body=BODIES)
def test_odd_bodies_are_answered(api, lead, path, body):
    api.client.raise_request_exception = False

    answer = api.send("POST", path.format(lead=lead.pk), json.dumps(body))

    assert answer.status_code in MEANT, (path, body, answer.content)


@MANY
@given(body=BODIES)
def test_odd_edits_are_answered(api, lead, body):
    api.client.raise_request_exception = False

    answer = api.send("PATCH", f"leads/{lead.pk}", json.dumps(body))

    assert answer.status_code in MEANT, (body, answer.content)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 200_000, "application/json", 400),
        (b'{"attributes":' * 50 + b"1" + b"}" * 50, "application/json", 400),
        (b'{"email": NaN}', "application/json", 400),
        (b'{"attributes": {"a": 1e400}}', "application/json", 400),
        (b'{"first_name": "\\u0000", "email": "a@b.example"}', "application/json", 400),
        (b'{"first_name": "\\ud800", "email": "a@b.example"}', "application/json", 400),
        (b'{"a": "' + b"x" * 1_100_000 + b'"}', "application/json", 413),
        (b"email=a@b.example", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'"text"', "application/json", 422),
    ],
)
def test_a_body_that_cannot_be_read_says_why(api, body, content_type, status):
    answer = api.send("POST", "leads", body, content_type)

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]


@pytest.mark.parametrize("method", ["DELETE", "PUT", "TRACE", "BREW"])
def test_an_unknown_method_is_refused(api, lead, method):
    assert api.send(method, f"leads/{lead.pk}", b"{}").status_code == 405


def test_no_other_site_may_read_the_answers(api):
    answer = api.client.get("/api/v1/leads", headers={**api.headers, "Origin": "https://evil.example"})

    assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_schema_is_valid_without_a_warning(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))

    assert "/api/v1/leads/{id}/receipt/" in (tmp_path / "schema.yml").read_text()


def test_the_documentation_runs_no_script_of_its_page(api_as):
    client = Client()
    client.force_login(api_as("viewer").user)

    answer = client.get("/api/docs/")

    assert answer.status_code == 200
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"] + ";"
    assert "<script>" not in answer.content.decode()
