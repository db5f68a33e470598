"""Claims, leases and what becomes of a message whose sender died."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from mail.models import Message, Phase, Status
from mail.services import claims, send_due_messages, settle_expired_leases
from mail.services.moments import Acceptance, commit_moments
from mail.services.waiting import Waiting
from mail.smtp import Reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(now):
    """Claim everything that is due."""
    return lambda: claims.claim_batch(now=now, lease_seconds=120)


def begin_bodies(*messages):
    """Commit that these bodies leave, and return the ids of those that may."""
    return commit_moments(bodies=messages, accepted=[], lease_seconds=120, is_caught=False).may_leave


def note_accepted(message, now):
    acceptance = Acceptance(message, Reply(250, "ok"), now)
    commit_moments(bodies=[], accepted=[acceptance], lease_seconds=120, is_caught=False)


def expire_leases():
    Message.objects.filter(status=Status.SENDING).update(lease_until=timezone.now() - timedelta(days=1))


def test_a_claimed_message_is_nobody_elses(queue, claim):
    queue()

    first, second = claim(), claim()

    assert (len(first), second) == (1, [])


def test_a_claim_takes_at_most_a_batch_in_order_of_time(queue, claim, now):
    for minutes in range(60):
        queue(due_at=now - timedelta(minutes=minutes))

    batch = claim()

    assert len(batch) == claims.BATCH_SIZE
    assert [message.due_at for message in batch] == sorted(message.due_at for message in batch)
    assert batch[0].due_at == now - timedelta(minutes=59)


def test_a_live_lease_is_left_alone(queue, claim, now):
    queue()
    claim()

    settled = settle_expired_leases()

    assert settled == 0


@pytest.mark.parametrize("begun", [False, True])
def test_a_sender_that_died_before_the_body_leaves_its_messages_to_the_next(begun, queue, claim, now):
    first, second = queue(), queue()
    held = claim()
    if begun:
        claims.begin(held[0], lease_seconds=120)
    expire_leases()

    settled = settle_expired_leases()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (settled, first.status, second.status) == (2, Status.PENDING, Status.PENDING)
    assert (first.worker_deaths, second.worker_deaths) == (1, 0)
    assert len(claim()) == 2


def test_a_death_with_a_body_on_its_way_is_not_blamed_on_those_behind(queue, claim, now):
    first, second = queue(), queue()
    begin_bodies(claim()[0])
    expire_leases()

    settle_expired_leases()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status, second.worker_deaths) == (Status.UNCERTAIN, Status.PENDING, 0)


def test_a_sender_that_died_with_the_body_on_its_way_leaves_it_uncertain(queue, claim, smtp_sink, now):
    message = queue()
    [held] = claim()
    begin_bodies(held)
    expire_leases()

    sent = send_due_messages(now=now)

    message.refresh_from_db()
    assert (sent, message.status, smtp_sink.messages) == (0, Status.UNCERTAIN, [])
    assert "may have arrived" in message.reason


def test_a_lease_that_runs_out_while_leases_are_settled_never_frees_a_body_on_its_way(queue, claim, now):
    bodies = [queue() for _ in range(6)]
    begin_bodies(*claim())
    running = iter(bodies)

    def let_one_run_out(execute, sql, params, many, context):
        late = "UPDATE mail_message SET lease_until = statement_timestamp() - interval '1 s' WHERE id = %s"
        for message in running:
            execute(late, [message.pk], False, context)
            break
        return execute(sql, params, many, context)

    with connection.execute_wrapper(let_one_run_out):
        while settle_expired_leases():
            pass

    assert {message.status for message in Message.objects.all()} == {Status.UNCERTAIN}


def test_a_message_that_kills_its_sender_again_and_again_fails(queue, claim, now):
    message = queue()
    for _ in range(claims.MAX_WORKER_DEATHS):
        claim()
        expire_leases()
        settle_expired_leases()

    message.refresh_from_db()
    assert (message.status, message.worker_deaths) == (Status.FAILED, claims.MAX_WORKER_DEATHS)
    assert claim() == []


def test_a_sender_that_wakes_up_late_sends_nothing_another_has_taken(queue, claim, now):
    queue()
    [late] = claim()
    expire_leases()
    settle_expired_leases()
    [mine] = claim()

    assert not claims.begin(late, lease_seconds=120)
    assert not begin_bodies(late)
    note_accepted(late, now)
    assert Message.objects.get().status == Status.SENDING
    assert begin_bodies(mine) == {mine.pk}


def test_a_sender_that_wakes_up_late_can_still_tell_that_its_message_arrived(queue, claim, now):
    message = queue()
    [late] = claim()
    begin_bodies(late)
    expire_leases()
    settle_expired_leases()

    note_accepted(late, now)

    message.refresh_from_db()
    assert (message.status, message.reason, message.smtp_reply) == (Status.SENT, "", "ok")


def test_the_body_is_marked_only_once(queue, claim):
    queue()
    [held] = claim()

    first = begin_bodies(held)
    second = begin_bodies(held)

    assert (first, second) == ({held.pk}, set())


def test_each_body_and_each_acceptance_in_one_commit_is_judged_for_itself(queue, claim, now):
    queue(), queue(), queue(), queue()
    leaving, accepted, taken, cancelled = claim()
    begin_bodies(accepted)
    Message.objects.filter(pk=taken.pk).update(claim_token=uuid4())
    Message.objects.filter(pk=cancelled.pk).update(status=Status.CANCELLED, reason="stopped")

    committed = commit_moments(
        bodies=[taken, cancelled, leaving],
        accepted=[Acceptance(accepted, Reply(251, "forwarded"), now)],
        lease_seconds=120,
        is_caught=False,
    )

    accepted.refresh_from_db()
    assert committed.may_leave == {leaving.pk}
    assert committed.noted == {accepted.pk}
    assert (accepted.status, accepted.smtp_code, accepted.sent_at) == (Status.SENT, 251, now)


def test_a_message_in_whose_hands_a_sender_died_is_handed_over_alone(queue, now):
    suspect, other = queue(), queue()
    Message.objects.filter(pk=suspect.pk).update(worker_deaths=1)
    waiting = Waiting(now=lambda: now, limit_seconds=60, lease_seconds=120)

    beside_others = waiting.take(in_hand=1)
    alone = waiting.take(in_hand=0)

    assert (beside_others, alone, waiting.take(in_hand=0)) == (None, suspect, other)


def test_a_released_message_is_as_if_it_had_not_been_claimed(queue, claim):
    message = queue()
    held = claim()

    released = claims.release(held)

    message.refresh_from_db()
    assert (released, message.status, message.attempts, message.phase) == (1, Status.PENDING, 0, Phase.NONE)


def test_bodies_lie_beside_the_rows_that_move(queue):
    """Each send writes the row three times; what it does not change must not be copied each time."""
    queue(html="<p>a word</p>" * 400)

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = 'mail_message'")
        [beside] = cursor.fetchone()

    assert beside > 0


def test_an_answer_with_quotes_and_backslashes_is_noted_as_it_was_said(queue, claim, now):
    queue()
    (message,) = claim()
    begin_bodies(message)
    said = 'ok "queued" as {a,b}, C:\\mail NULL'

    commit_moments(bodies=[], accepted=[Acceptance(message, Reply(250, said), now)], lease_seconds=120, is_caught=False)

    assert Message.objects.get().smtp_reply == said
