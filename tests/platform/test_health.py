"""Strangers learn whether the product answers, admins also what it waits for."""

from datetime import timedelta

import pytest
import redis
from django.test import Client
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts.models import Role, User
from common import heartbeat
from leadcrm import health
from leads.models import Lead, Mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("ada@example.com", "a long password", name="Ada", role=Role.ADMIN))
    return client


@pytest.fixture
def no_broker(monkeypatch):
    deaf = redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(heartbeat, "_client", lambda: deaf)


def test_a_process_that_answers_is_alive_without_asking_anything(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert response.json() == {"status": "ok", "product": "leadcrm"}
    assert response.headers["Cache-Control"] == "no-store"


def test_a_stranger_learns_no_detail(client):
    assert client.get("/readyz").json() == {"status": "ready"}


def test_an_admin_sees_what_is_measured(admin_client):
    answer = admin_client.get("/readyz").json()

    assert answer["database"] == "ok"
    assert {"broker", "last_beat_age", "oldest_mark_age", "oldest_message_age", "warnings"} <= answer.keys()


def test_the_oldest_due_lead_is_found_among_urgent_and_others(now):
    lead = Lead.objects.create(email="kim@example.com", email_key="kim@example.com", created_at=now, updated_at=now)
    Mark.objects.create(lead=lead, due_at=now - timedelta(seconds=30), urgent=True)
    Mark.objects.create(lead=lead, due_at=now - timedelta(seconds=200))
    Mark.objects.create(lead=lead, due_at=now + timedelta(days=1), is_time=True)

    measured = health.measure(now=now)

    assert measured.oldest_mark_age == 200
    assert any("lead to be judged has been due for 200 s" in warning for warning in measured.warnings)


def test_a_beat_long_ago_is_a_warning_and_a_fresh_one_is_none(now):
    heartbeat.record_heartbeat(now=now - timedelta(minutes=5))
    late = health.measure(now=now)
    heartbeat.record_heartbeat(now=now)
    fresh = health.measure(now=now)

    assert late.last_beat_age == 300
    assert any("No heartbeat" in warning for warning in late.warnings)
    assert fresh.warnings == []


def test_without_a_broker_requests_are_still_served(admin_client, no_broker):
    response = admin_client.get("/readyz")

    assert response.status_code == 200
    assert response.json()["broker"] == "down"


def test_without_a_database_it_is_not_ready(client, monkeypatch, now):
    monkeypatch.setattr(health, "_ask_database", lambda now: ("down", None, None))

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert response.json() == {"status": "unavailable"}
