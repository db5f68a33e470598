"""Strangers learn whether the product answers; admins and machines with the token also what it waits for."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import redis
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts.models import Role, User
from common import heartbeat
from leadcrm.system import checks, measures, writes
from leadcrm.system.checks import State, backup, mail, problems, system_checks
from leadcrm.system.measures import Disk, Health, measure
from leads.models import Lead, Mark

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_signs() -> Iterator[None]:
    """Leave no sign of life behind, and find none."""
    heartbeat.clear_heartbeat()
    cache.clear()
    yield
    heartbeat.clear_heartbeat()
    cache.clear()


@pytest.fixture
def admin_client() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("ada@example.com", "a long password", name="Ada", role=Role.ADMIN))
    return client


@pytest.fixture
def no_broker(monkeypatch) -> Iterator[None]:
    deaf = redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0))
    with monkeypatch.context() as patched:
        patched.setattr(heartbeat, "_client", lambda: deaf)
        yield


def everything_runs(now: datetime) -> None:
    heartbeat.record_worker(name="celery@one", now=now)
    heartbeat.record_clock(now=now)
    heartbeat.record_heartbeat(now=now)


def found(now: datetime) -> dict[str, str]:
    """Return what is not as it should be, by name."""
    return {check.name: check.text for check in problems(system_checks(measure(now=now)))}


def test_a_process_that_answers_is_alive_without_asking_anything(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert response.json() == {"status": "ok", "product": "leadcrm"}
    assert response.headers["Cache-Control"] == "no-store"


def test_a_stranger_learns_no_detail(client):
    assert client.get("/readyz").json() == {"status": "ready"}


def test_an_admin_sees_what_is_measured(admin_client):
    answer = admin_client.get("/readyz").json()

    assert (answer["database"], answer["broker"]) == ("ok", "ok")
    assert set(answer["due"]) == {"marks", "messages", "enrollments", "verdicts", "returns", "unjoined"}
    assert {"last_beat_age", "last_clock_age", "worker_ages", "oldest_due_age", "warnings"} <= answer.keys()


def test_the_metrics_token_shows_as_much_and_a_wrong_one_nothing(client, settings):
    settings.METRICS_TOKEN = "a-token-for-the-monitoring"

    right = client.get("/readyz", headers={"Authorization": "Bearer a-token-for-the-monitoring"})
    wrong = client.get("/readyz", headers={"Authorization": "Bearer a-token-for-the-monitorinG"})

    assert "due" in right.json()
    assert wrong.json() == {"status": "ready"}


def test_without_a_token_in_the_settings_an_empty_one_opens_nothing(client):
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 401


def test_the_oldest_due_lead_is_found_among_urgent_and_others(now):
    lead = Lead.objects.create(email="kim@example.com", email_key="kim@example.com", created_at=now, updated_at=now)
    Mark.objects.create(lead=lead, due_at=now - timedelta(seconds=30), urgent=True)
    Mark.objects.create(lead=lead, due_at=now - timedelta(seconds=200))
    Mark.objects.create(lead=lead, due_at=now + timedelta(days=1), is_time=True)
    everything_runs(now)

    marks = {queue.name: queue for queue in measure(now=now).queues}["marks"]

    assert (marks.count, marks.oldest_seconds) == (2, 200)
    assert found(now) == {"Due work": "The oldest lead to be judged has been due for 200 s."}


def test_when_everything_gives_its_signs_nothing_is_wrong(now):
    everything_runs(now)

    assert found(now + timedelta(seconds=30)) == {}


def test_a_worker_that_is_gone_is_named_with_the_command_that_starts_it(now, settings):
    everything_runs(now - timedelta(minutes=5))
    heartbeat.record_clock(now=now)
    settings.IS_CONTAINER = True

    (worker,) = problems(system_checks(measure(now=now)))

    assert worker.text.startswith("No worker runs.")
    assert worker.remedy == "docker compose up -d worker"


def test_a_clock_that_is_gone_is_not_blamed_on_the_worker(now, settings):
    everything_runs(now - timedelta(minutes=5))
    heartbeat.record_worker(name="celery@one", now=now)
    settings.IS_SUPERVISED = True

    (clock,) = problems(system_checks(measure(now=now)))

    assert clock.text.startswith("The clock (beat) does not run.")
    assert clock.remedy == "python3 manage.py start"


def test_a_worker_that_hears_nothing_is_told_from_one_that_is_gone(now):
    everything_runs(now - timedelta(minutes=5))
    ticks(now - timedelta(minutes=1), until=now)

    assert found(now) == {"Worker": "The worker runs but takes no work from the broker."}


def test_a_product_that_has_just_been_started_has_time_for_its_first_beat(now):
    ticks(now, until=now + timedelta(seconds=60))

    assert found(now + timedelta(seconds=60)) == {"Worker": "The worker runs but takes no work from the broker."}

    heartbeat.clear_heartbeat()
    ticks(now, until=now + timedelta(seconds=20))

    assert found(now + timedelta(seconds=20)) == {}


def ticks(first: datetime, *, until: datetime) -> None:
    """Let clock and worker give their signs each ten seconds, without a beat."""
    while first <= until:
        heartbeat.record_clock(now=first)
        heartbeat.record_worker(name="celery@one", now=first)
        first += timedelta(seconds=10)


def test_workers_gone_for_a_day_are_forgotten(now):
    heartbeat.record_worker(name="celery@old", now=now - timedelta(days=2))

    heartbeat.record_worker(name="celery@new", now=now)

    assert set(heartbeat.pulse().workers) == {"celery@new"}


def test_without_a_broker_requests_are_still_served(admin_client, no_broker):
    response = admin_client.get("/readyz")

    assert response.status_code == 200
    assert response.json()["broker"] == "down"
    assert any("The broker does not answer" in warning for warning in response.json()["warnings"])


def test_a_database_without_the_newest_tables_is_named(now, monkeypatch):
    everything_runs(now)
    monkeypatch.setattr(checks, "missing_migrations", lambda: {("leads", "0099_newest")})

    assert "leads.0099_newest" in found(now)["Migrations"]


@pytest.mark.parametrize(
    ("days", "state", "said"),
    [
        (None, State.NOTE, "None was made"),
        (0, State.OK, "within the last 24 hours"),
        (1, State.OK, "1 day ago"),
        (8, State.OK, "8 days ago"),
        (9, State.WARN, "9 days ago: what came since"),
    ],
)
def test_a_backup_is_late_after_a_week_and_a_day_and_none_at_all_is_no_fault(now, days, state, said):
    made_at = None if days is None else now - timedelta(days=days)
    health = Health(now, "ok", "ok", backup_at=made_at)

    assert backup(health).state == state and said in backup(health).text
    assert (problems([backup(health)]) == []) is (state != State.WARN)


@pytest.mark.parametrize(("free", "state"), [(10**8, State.FAIL), (10**9, State.WARN), (10**10, State.OK)])
def test_a_disk_that_fills_is_told_before_it_is_full(tmp_path, free: int, state: State):
    assert checks.disk(Disk(tmp_path, free=free, total=10**11)).state == state


def test_without_a_database_nothing_is_said_about_it(now):
    assert [check.name for check in problems(system_checks(Health(now, "down", "down")))][:2] == ["Database", "Broker"]


def test_a_database_that_takes_no_writes_is_not_ready_and_says_why(client, settings, monkeypatch):
    settings.METRICS_TOKEN = "a-token-for-the-monitoring"
    everything_runs(timezone.now())
    monkeypatch.setattr(measures, "writes", writes.Writes())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")

    response = client.get("/readyz", headers={"Authorization": "Bearer a-token-for-the-monitoring"})

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.json()["database"] == "read_only"
    assert response.json()["warnings"][0].startswith("The database takes no writes")


def test_a_full_disk_is_named_with_the_command_that_shows_it(now, settings):
    settings.IS_CONTAINER = True

    full = checks.database(Health(now, "full", "ok"))

    assert full.state == State.FAIL
    assert full.text.startswith("The disk of the database is full")
    assert full.remedy == "docker compose exec db df -h /var/lib/postgresql"


def test_whether_writes_are_taken_is_asked_once_in_five_seconds_however_often_health_is(django_assert_num_queries):
    looked = writes.Writes()
    first = looked.state()

    with django_assert_num_queries(0):
        assert (first, looked.state()) == ("ok", "ok")


def test_the_question_leaves_no_row_and_no_file_behind():
    def spilled() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_ls_tmpdir()")
            return cursor.fetchone()[0]

    assert writes.ask() == "ok"
    assert spilled() == 0


def test_banners_say_on_every_page_what_does_not_run(admin_client, settings):
    settings.IS_CONTAINER = True
    page = admin_client.get("/settings/profile/").content.decode()
    banners = admin_client.get("/settings/system/banners").content.decode()

    assert 'hx-get="/settings/system/banners"' in page
    assert "No worker runs." in banners
    assert "docker compose up -d worker" in banners


def test_banners_are_silent_while_everything_runs(admin_client):
    everything_runs(timezone.now())

    assert admin_client.get("/settings/system/banners").status_code == 204


def test_others_are_not_asked_to_mend_anything(client):
    client.force_login(User.objects.create_user("rep@example.com", "a long password", name="Rep", role=Role.REP))

    assert "settings/system" not in client.get("/settings/profile/").content.decode()


def test_the_system_page_shows_every_check_with_its_remedy(admin_client):
    page = admin_client.get("/settings/system/").content.decode()

    for words in ("Database", "Migrations", "Broker", "Worker", "Clock", "Disk", "Broken", "Lead to be judged"):
        assert words in page
    assert "{#" not in page


def test_mail_that_is_caught_is_not_called_fine_and_names_the_setting(settings):
    settings.EMAIL_URL = ""

    check = mail(timezone.now())

    assert (check.state, check.word, check.tone) == (State.NOTE, "Caught", "")
    assert "nobody gets any" in check.text
    assert check.remedy.startswith("EMAIL_URL=smtp")
