"""``/metrics``: what Prometheus reads says what happened and what waits."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from capture.services import create_form
from common import counters as counting
from common.counters import counters
from common.installation import lock_installation, save_installation
from leadcrm.cli import ROOT
from mail.services import queue_message, send_due_messages
from tests.factories.world import ANSWERS, send

pytestmark = pytest.mark.django_db
TOKEN = "a-token-for-the-monitoring"


@pytest.fixture(autouse=True)
def fresh_counts(settings) -> Iterator[None]:
    """Count from 0, and let nobody else's counts in."""
    settings.METRICS_TOKEN = TOKEN
    before = counting.KEY
    counting.KEY = f"{before}:{timezone.now().timestamp()}"
    counters._sums.clear()
    yield
    counting._client().delete(counting.KEY)
    counting.KEY = before


def figures(client: Client) -> dict[tuple[str, str], float]:
    """Return ``(name, values of the labels sorted by name) -> value`` as Prometheus reads them."""
    counters.share()
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_are_counted_by_what_they_were_for_and_how_they_ended(client):
    for _ in range(3):
        client.get("/api/v1/leads")
    client.get("/login/forgot")

    found = figures(client)

    assert found["leadcrm_requests_total", "api,GET,401"] == 3
    assert found["leadcrm_requests_total", "pages,GET,200"] == 1
    assert found["leadcrm_request_seconds_count", "api"] == 3
    assert found["leadcrm_request_seconds_bucket", "api,60.0"] == 3
    assert 0 < found["leadcrm_request_seconds_sum", "api"] < 60


@pytest.mark.django_db(transaction=True)
def test_submissions_and_mails_are_counted_by_what_became_of_them(client):
    now = timezone.now()
    form = create_form(template="demo", name="Demo", by=None, now=now)
    send(form, ANSWERS, now=now)
    client.post(f"/f/{form.pk}/submit", {"email": "none"}, headers={"Accept": "application/json"})
    queue_message(
        dedupe_key="a", kind="account", to_email="kim@people.example", subject="Hello", text="Hello", html="", now=now
    )
    waiting = figures(client)["leadcrm_messages_waiting", "pending"]
    send_due_messages(now=timezone.now(), is_caught=True)

    found = figures(client)

    assert found["leadcrm_submissions_total", "accepted"] == 1
    assert found["leadcrm_submissions_total", "invalid"] == 1
    assert waiting == 1
    assert found["leadcrm_messages_total", "caught"] == 1
    assert found["leadcrm_due_rows", "marks"] == 1
    assert found["leadcrm_server_up", "database"] == found["leadcrm_server_up", "broker"] == 1


def test_the_age_of_the_last_backup_is_told_once_there_is_one(client):
    assert "leadcrm_backup_age_seconds" not in {name for name, _ in figures(client)}
    lock_installation()
    save_installation(changes={"last_backup_at": timezone.now() - timedelta(hours=2)})

    assert figures(client)["leadcrm_backup_age_seconds", ""] == pytest.approx(7200, abs=60)


def test_processes_add_up_and_a_broker_that_is_down_loses_nothing(client, settings):
    counters.add("tasks", "one", "success")
    url, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"
    counting._client.cache_clear()
    with pytest.raises(Exception, match="Connection refused"):
        counters.share()
    settings.REDIS_URL = url
    counting._client.cache_clear()
    other = counting.Counters()
    other.add("tasks", "one", "success")
    other.share()

    assert figures(client)["leadcrm_tasks_total", "success,one"] == 2


def test_what_was_counted_is_shared_without_being_asked():
    program = (
        "import django, sys, time; django.setup();"
        "from common import counters; counters.KEY = sys.argv[1]; counters.SHARE_SECONDS = 0.01;"
        "counters.counters.add('tasks', 'other', 'success');"
        "[time.sleep(0.05) for _ in range(200) if not counters.totals()]"
    )
    subprocess.run([sys.executable, "-c", program, counting.KEY], check=True, cwd=ROOT, timeout=60)

    assert counting.totals() == {("tasks", ("other", "success")): 1}
