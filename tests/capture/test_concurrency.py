"""Many at once, over real sockets: one lead, nothing lost, nothing doubled, whatever Redis does."""

import os
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode

import psycopg2
import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from capture import limits, services
from capture.models import Submission
from common import wake
from leads.models import Activity, Lead
from tests.capture.conftest import address, token_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def post(live_server, settings, guide_form) -> Callable[..., int]:
    """Return a function that sends the form over a connection of the thread's own and returns the status."""
    settings.ALLOWED_HOSTS = ["*"]
    local = threading.local()

    def send(**fields: str) -> int:
        fields.setdefault("token", token_of(guide_form))
        if not hasattr(local, "call"):
            local.call = HTTPConnection(live_server.thread.host, live_server.thread.port, timeout=20)
        headers = {"Accept": "application/json", "X-Forwarded-For": address()}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        local.call.request("POST", f"/f/{guide_form.pk}/submit", urlencode(fields), headers)
        answer = local.call.getresponse()
        answer.read()
        return answer.status

    return send


def at_once(post: Callable[..., int], forms: list[dict[str, str]], threads: int) -> Counter[int]:
    with ThreadPoolExecutor(threads) as pool:
        return Counter(pool.map(lambda form: post(**form), forms))


def test_sixteen_forms_of_one_new_address_make_one_lead(post):
    forms = [{"email": "ada@example.com", "company": f"Company {n}", "submission_key": f"k{n}"} for n in range(16)]

    assert at_once(post, forms, 16) == {201: 16}
    assert Lead.objects.count() == 1
    assert Submission.objects.filter(lead=Lead.objects.get(), status="accepted").count() == 16
    assert Activity.objects.count() == 16


def test_sixteen_twins_of_one_key_make_one_submission(post):
    answers = at_once(post, [{"email": "ada@example.com", "submission_key": "twin"}] * 16, 16)

    assert answers[201] == 1 and set(answers) <= {200, 201, 409}
    assert Submission.objects.count() == Lead.objects.count() == Activity.objects.count() == 1


def test_sixteen_twins_without_a_key_make_one_submission(post):
    answers = at_once(post, [{"email": "ada@example.com"}] * 16, 16)

    assert answers[201] == 1 and set(answers) <= {200, 201, 409}
    assert Submission.objects.count() == 1


@pytest.fixture
def locked_leads() -> Iterator[Callable[[], None]]:
    """Hold the table of leads as a migration does, until the yielded function is called."""
    taken, free = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE leads_lead IN ACCESS EXCLUSIVE MODE")
            taken.set()
            free.wait(20)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait(5)

    def release() -> None:
        free.set()
        thread.join()

    yield release
    release()


def test_a_submission_that_can_never_be_joined_keeps_none_of_the_others(post):
    for n in range(3):
        assert post(email=f"ada{n}@example.com", submission_key=f"k{n}") == 201
    now = timezone.now()
    Submission.objects.update(status="unjoined", due_at=now)
    Submission.objects.filter(submission_key="k0").update(attribution={"first": {"planet": "Mars"}})

    joined = services.join_unjoined_submissions(now=now)

    spoiled = Submission.objects.get(status="unjoined")
    assert (joined, spoiled.submission_key, spoiled.attempts) == (2, "k0", 1)
    assert "planet" in spoiled.error and spoiled.due_at > now


def test_a_locked_lead_makes_nobody_wait_longer_than_a_second_and_is_joined_later(post, locked_leads):
    began = timezone.now()
    status = post(email="ada@example.com", company="Engines", consent="yes", submission_key="k")
    answered_after = timezone.now() - began
    waiting = Submission.objects.get()
    now = timezone.now()
    assert status == 201 and answered_after < timedelta(seconds=2.5)
    assert waiting.status == "unjoined" and waiting.lead_id is None
    assert services.join_unjoined_submissions(now=now + timedelta(seconds=6)) == 0
    late = Submission.objects.get()
    assert late.attempts == 1 and late.error and late.due_at > now
    locked_leads()

    assert services.join_unjoined_submissions(now=now + timedelta(minutes=20)) == 1
    assert services.join_unjoined_submissions(now=now + timedelta(minutes=20)) == 0
    joined = Submission.objects.get()
    assert joined.status == "accepted" and joined.lead.company == "Engines" and joined.error == ""
    fact = Activity.objects.get()
    assert fact.occurred_at == joined.received_at
    assert post(email="ada@example.com", company="Engines", consent="yes", submission_key="k") == 200


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A server that accepts connections and never answers."""
    server = socket.create_server(("127.0.0.1", 0), backlog=128)
    yield server.getsockname()[1]
    server.close()


@pytest.fixture(params=["refuses", "hangs"])
def dead_redis(request, settings, deaf_port, monkeypatch) -> None:
    port = deaf_port if request.param == "hangs" else 1
    bell = wake.Doorbell(wake.Line(f"redis://127.0.0.1:{port}/0").send)
    monkeypatch.setattr(wake, "_bells", {os.getpid(): bell})
    monkeypatch.setattr(limits, "counter", limits.Counter(f"redis://127.0.0.1:{port}/0"))


def test_five_hundred_forms_are_taken_while_redis_is_dead(post, dead_redis):
    forms = [{"email": f"v{n}@example.com", "submission_key": f"k{n}"} for n in range(500)]

    assert at_once(post, forms, 8) == {201: 500}
    assert Lead.objects.count() == Submission.objects.filter(status="accepted").count() == 500


def test_without_redis_the_process_still_counts(monkeypatch, guide_form):
    monkeypatch.setattr(limits, "counter", limits.Counter("redis://127.0.0.1:1/0"))
    uses = [limits.note_use(form_id="abc", ip="203.0.113.9") for _ in range(11)]

    assert [use.retry_after > 0 for use in uses] == [False] * 10 + [True]


def test_a_connection_that_died_unnoticed_costs_no_submission(send, demo_form):
    assert send(demo_form).status_code == 201
    address = {"dsn": connection.connection.dsn, "password": connection.settings_dict["PASSWORD"]}
    with psycopg2.connect(**address) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 1000)", [connection.connection.info.backend_pid])

    assert send(demo_form).status_code == 201
    assert Submission.objects.filter(status="accepted").count() == Lead.objects.count() == 2
