"""The lead that every start sends through the front door arrives at sales and leaves nothing behind."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from leadcrm import pipeline, selfcheck
from leadcrm.selfcheck import CheckFailed, report, run_test_lead

pytestmark = pytest.mark.django_db(transaction=True)
# Shared by all leads and forms: the first of a kind brings it along.
KEPT = {"leads.source", "leads.topic"}


@contextmanager
def worker() -> Iterator[None]:
    """Judge marked leads in a thread, as a worker does."""
    is_done = threading.Event()

    def work() -> None:
        while not is_done.wait(0.05):
            pipeline.advance_marked_leads(now=timezone.now())
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        is_done.set()
        thread.join()


def rows() -> dict[str, int]:
    models = apps.get_models()
    return {model._meta.label_lower: model._base_manager.count() for model in models if model._meta.managed}


def run(live_server) -> selfcheck.Passage:
    address = urlsplit(live_server.url)
    return run_test_lead(host=address.hostname, port=address.port, now=timezone.now())


def test_a_test_lead_reaches_the_sales_queue_and_is_removed(live_server):
    # given
    before = rows()

    # when
    with worker():
        passage = run(live_server)

    # then
    assert 0 < passage.captured_ms <= passage.judged_ms <= passage.queued_ms
    assert passage.stage == "sql"
    after = rows()
    assert {name: after[name] for name in after if after[name] != before[name] and name not in KEPT} == {}


def test_what_a_killed_check_left_is_removed_by_the_next(live_server, monkeypatch):
    # given: the removal of the first did not happen
    before = rows()
    with monkeypatch.context() as patched:
        patched.setattr(selfcheck, "remove_test_lead", lambda **options: None)
        with worker():
            run(live_server)

    # when
    with worker():
        run(live_server)

    # then
    after = rows()
    assert {name for name in after if after[name] != before[name]} - KEPT <= {"capture.offer"}


def test_without_a_worker_it_says_where_the_lead_stopped(live_server, monkeypatch):
    monkeypatch.setattr(selfcheck, "WAIT_SECONDS", 0.2)

    with pytest.raises(CheckFailed, match="nobody judged it"):
        run(live_server)


def test_a_product_that_fails_the_check_goes_on():
    said = []

    def fail() -> selfcheck.Passage:
        raise CheckFailed("The form answered 500")

    assert report(fail, said.append) is False
    assert said == ["The test lead did not pass: The form answered 500"]
