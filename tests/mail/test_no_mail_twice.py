"""The promises of the ledger with real processes: nothing twice, nothing lost silently, nothing after goodbye."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.utils import timezone

from mail.models import Kind, Message, Status
from mail.selectors import ledger
from mail.services import claims, queue_message, send_due_messages, suppress
from mail.services.moments import Acceptance, commit_moments
from mail.smtp import Reply, Timeouts
from mail.tasks import send_due_messages as task
from tests.mail.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
SENDER = """
import django
django.setup()
from django.core.management import call_command
call_command("send_due_messages", lease_seconds=1)
"""


def run_in_threads(*works):
    """Run each work in a thread with a database connection of its own; return what they returned."""
    results = []

    def run(work):
        try:
            results.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def start_sender(email_url, *, connections):
    """Start a real sending process on the test database."""
    database = connection.settings_dict
    where = urlencode({"host": database["HOST"], "port": database["PORT"] or "5432"})
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}?{where}"
    environment = os.environ | {
        "DATABASE_URL": url,
        "EMAIL_URL": email_url,
        "EMAIL_CONNECTIONS": str(connections),
        "DJANGO_SETTINGS_MODULE": "leadcrm.settings",
        "DEBUG": "1",
    }
    return subprocess.Popen([sys.executable, "-c", SENDER], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


def wait_until(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.002)


@pytest.mark.parametrize("connections", [1, 8])
def test_two_senders_at_once_send_each_message_once(connections, queue, settings, smtp_sink, now):
    settings.EMAIL_CONNECTIONS = connections
    for _ in range(200):
        queue()

    counts = run_in_threads(*[lambda: send_due_messages(now=now)] * 2)

    assert sum(counts) == len(smtp_sink.messages) == len(set(smtp_sink.message_ids)) == 200
    assert 2 <= smtp_sink.connections <= 2 * connections


def test_every_task_delivered_twice_sends_nothing_twice(queue, smtp_sink):
    for _ in range(60):
        queue(now=timezone.now())

    run_in_threads(*[lambda: task.apply().get()] * 4)
    task.apply()

    assert len(smtp_sink.messages) == len(set(smtp_sink.message_ids)) == 60
    assert ledger().sent == 60


def test_the_same_message_planned_by_many_at_once_is_one(now):
    def plan():
        return queue_message(
            dedupe_key="offer:1", kind="requested", to_email="a@b.example", subject="Hi", text="Hi", html="", now=now
        ).pk

    keys = run_in_threads(*[plan] * 8)

    assert len(set(keys)) == Message.objects.count() == 1


@pytest.mark.parametrize("connections", [1, 4])
def test_ten_kills_during_300_mails_send_none_twice_and_lose_none_silently(connections, queue, now):
    kills = 10
    dice = random.Random(20261123)
    for _ in range(300):
        queue(kind=dice.choice([Kind.REQUESTED, Kind.MARKETING]), now=timezone.now())

    # So slow that at most 20 mails leave between two kills: there are some left for the tenth.
    with SmtpSink(delay_seconds=0.006 * connections) as sink:
        for _ in range(kills):
            arrived = len(sink.raw)
            sender = start_sender(sink.url, connections=connections)
            wait_until(lambda arrived=arrived: len(sink.raw) > arrived)
            time.sleep(dice.uniform(0, 0.12))
            sender.send_signal(signal.SIGKILL)
            sender.wait()
            assert sender.returncode == -signal.SIGKILL
        while ledger().pending or ledger().sending:
            sender = start_sender(sink.url, connections=connections)
            assert sender.wait() == 0
            time.sleep(0.2)

    counts = ledger()
    arrived = sink.message_ids
    said_sent = set(Message.objects.filter(status=Status.SENT).values_list("message_id", flat=True))
    uncertain = set(Message.objects.filter(status=Status.UNCERTAIN).values_list("message_id", flat=True))
    assert counts.adds_up
    assert counts.planned == 300 == counts.sent + counts.uncertain
    assert len(arrived) == len(set(arrived))
    assert counts.uncertain <= kills * connections
    assert said_sent <= set(arrived) <= said_sent | uncertain


@pytest.mark.parametrize("connections", [1, 8])
def test_unsubscribing_while_a_run_is_on_stops_what_has_not_left(connections, queue, settings, now):
    settings.EMAIL_CONNECTIONS = connections
    addresses = [f"reader{number}@buyer.example" for number in range(150)]
    for address in addresses:
        queue(kind=Kind.MARKETING, to_email=address)
    goodbye = {}

    with SmtpSink(delay_seconds=0.004) as sink:

        def unsubscribe():
            wait_until(lambda: len(sink.raw) > 5)
            for address in random.Random(7).sample(addresses, 100):
                suppress(email=address, topic="newsletter", reason="unsubscribed", now=now)
                goodbye[address] = time.monotonic()

        settings.EMAIL_URL = sink.url
        run_in_threads(unsubscribe, lambda: send_due_messages(now=now))

    late = [
        arrived - goodbye[recipient]
        for (_, recipient), arrived in zip(sink.envelopes, sink.arrived_at, strict=True)
        if recipient in goodbye and arrived > goodbye[recipient]
    ]
    before = [0.0, *sink.arrived_at]
    set_out_late = [
        recipient
        for (_, recipient), previous in zip(sink.envelopes, before, strict=False)
        if recipient in goodbye and previous > goodbye[recipient]
    ]
    counts = ledger()
    assert counts.adds_up
    assert counts.suppressed > 0
    assert counts.sent == len(sink.messages) >= 50
    # One connection sends one after another: only what was on its way at the moment of the no may still arrive.
    assert connections > 1 or set_out_late == []
    assert max(late, default=0) < 1


def test_a_hung_server_holds_a_sender_no_longer_than_its_time_outs(queue, settings, now):
    for _ in range(30):
        queue()

    with SmtpSink("hang_after_dot") as sink:
        settings.EMAIL_URL = sink.url
        began = time.monotonic()
        send_due_messages(now=now, limit_seconds=0.2, lease_seconds=1, timeouts=Timeouts(final=0.3))
        took = time.monotonic() - began

    counts = ledger()
    assert took < 2
    assert counts.adds_up
    assert counts.sending == 0
    assert 1 <= counts.uncertain <= 5
    assert Message.objects.filter(status=Status.PENDING, due_at__gt=now + timedelta(minutes=1)).count() == 0


def test_a_run_that_is_broken_off_gives_back_what_has_not_left_and_notes_what_has(queue, settings, now):
    settings.EMAIL_CONNECTIONS = 4
    for _ in range(60):
        queue()

    def break_off(*_):
        raise InterruptedError

    before = signal.signal(signal.SIGALRM, break_off)
    with SmtpSink(delay_seconds=0.01) as sink:
        settings.EMAIL_URL = sink.url
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(InterruptedError):
            send_due_messages(now=now)
        signal.signal(signal.SIGALRM, before)

    counts = ledger()
    assert counts.planned == 60 == counts.sent + counts.pending + counts.sending
    # In the very instant of a signal each connection may hold one message that nobody can speak for.
    assert counts.sending <= 4
    assert len(sink.messages) - counts.sending <= counts.sent <= len(sink.messages)


def test_a_row_that_somebody_holds_delays_neither_the_others_nor_its_own_acceptance(queue, now):
    held, free = queue(), queue()
    claims.claim_batch(now=now, lease_seconds=120)
    messages = {message.pk: message for message in Message.objects.all()}
    seen, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Message.objects.select_for_update().get(pk=held.pk)
            seen.set()
            done.wait(10)

    def commit():
        seen.wait(10)
        accepted = [Acceptance(message, Reply(250, "ok"), now) for message in messages.values()]
        try:
            return commit_moments(bodies=[], accepted=accepted, lease_seconds=120, is_caught=False)
        finally:
            done.set()

    [committed] = [result for result in run_in_threads(hold, commit) if result]

    assert committed.noted == {free.pk}
    assert dict(Message.objects.values_list("pk", "status")) == {held.pk: Status.SENDING, free.pk: Status.SENT}


def test_who_claims_while_somebody_else_does_waits_for_a_turn(queue, now):
    queue()
    is_claiming = threading.Event()
    order = []

    def is_waited_for():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
                "WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
            )
            return cursor.fetchone()[0] == 1

    def take_long():
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(claims.TAKE_TURN)
            is_claiming.set()
            wait_until(is_waited_for)
            order.append("first")

    def claim():
        is_claiming.wait(10)
        claimed = claims.claim_batch(now=now, lease_seconds=120)
        order.append("second")
        return claimed

    results = run_in_threads(take_long, claim)

    assert order == ["first", "second"]
    assert [len(claimed) for claimed in results if claimed] == [1]
