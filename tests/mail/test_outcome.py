"""The decision table, row by row: first as a function, then over a real connection."""

from datetime import timedelta

import pytest

from mail.models import Message, Relay, Status
from mail.outcome import Event, Outcome, SmtpPhase, blames_address, blames_relay, outcome, retry_delay
from mail.services import is_suppressed, send_due_messages
from mail.smtp import Timeouts
from tests.mail.smtp_sink import SmtpSink

QUICK = Timeouts(connect=1, command=0.3, final=0.3)
BEFORE_DOT = [phase for phase in SmtpPhase if phase not in (SmtpPhase.DOT, SmtpPhase.QUIT)]


@pytest.fixture
def send_to(settings, now):
    """Send what is due to a sink in a mode, and return the sink."""

    def send(mode, features):
        with SmtpSink(mode, features=features) as sink:
            settings.EMAIL_URL = sink.url
            send_due_messages(now=now, timeouts=QUICK)
        return sink

    return send


@pytest.mark.parametrize("phase", BEFORE_DOT)
@pytest.mark.parametrize("event", [Event.REFUSED, Event.DROPPED, Event.TIMEOUT])
def test_silence_before_the_dot_is_safe_to_repeat(phase, event):
    assert outcome(phase, event) is Outcome.RETRY


@pytest.mark.parametrize("event", [Event.DROPPED, Event.TIMEOUT])
def test_silence_after_the_dot_is_uncertain(event):
    assert outcome(SmtpPhase.DOT, event) is Outcome.UNCERTAIN


@pytest.mark.parametrize("event", list(Event))
def test_trouble_at_quit_changes_nothing(event):
    assert outcome(SmtpPhase.QUIT, event, 421 if event is Event.REPLY else None) is Outcome.SENT


@pytest.mark.parametrize(
    ("phase", "code", "expected"),
    [
        (SmtpPhase.CONNECT, 421, Outcome.RETRY),
        (SmtpPhase.CONNECT, 554, Outcome.RETRY),
        (SmtpPhase.SETUP, 535, Outcome.RETRY),
        (SmtpPhase.MAIL, 451, Outcome.RETRY),
        (SmtpPhase.MAIL, 550, Outcome.RETRY),
        (SmtpPhase.MAIL, 552, Outcome.FAILED),
        (SmtpPhase.RCPT, 450, Outcome.RETRY),
        (SmtpPhase.RCPT, 550, Outcome.FAILED),
        (SmtpPhase.DATA, 451, Outcome.RETRY),
        (SmtpPhase.DATA, 554, Outcome.FAILED),
        (SmtpPhase.BODY, 421, Outcome.RETRY),
        (SmtpPhase.BODY, 552, Outcome.FAILED),
        (SmtpPhase.DOT, 250, Outcome.SENT),
        (SmtpPhase.DOT, 452, Outcome.RETRY),
        (SmtpPhase.DOT, 554, Outcome.FAILED),
        (SmtpPhase.DOT, 354, Outcome.UNCERTAIN),
    ],
)
def test_a_reply_decides_by_phase_and_class(phase, code, expected):
    assert outcome(phase, Event.REPLY, code) is expected


@pytest.mark.parametrize(
    ("reply", "blamed"),
    [
        ("5.1.1 no such user", True),
        ("5.1.10 null MX", True),
        ("5.1.7 bad sender", False),
        ("5.1.8 bad sender domain", False),
        ("5.2.2 mailbox full", False),
        ("5.7.1 policy", False),
        ("no such user", False),
    ],
)
def test_only_a_dead_recipient_address_is_suppressed(reply, blamed):
    assert blames_address(SmtpPhase.RCPT, Event.REPLY, reply) is blamed


def test_a_policy_refusal_counts_against_the_relay_and_a_full_mailbox_does_not():
    assert blames_relay(SmtpPhase.DOT, Event.REPLY, 554, "5.7.1 policy")
    assert not blames_relay(SmtpPhase.RCPT, Event.REPLY, 552, "5.2.2 mailbox full")


def test_the_wait_doubles_from_5_to_80_minutes_and_spreads_by_a_fifth():
    waits = [retry_delay(attempts, 0) for attempts in range(1, 8)]

    assert waits == [timedelta(minutes=minutes) for minutes in (5, 10, 20, 40, 80, 80, 80)]
    assert retry_delay(1, 1) == timedelta(minutes=6)


@pytest.mark.django_db
@pytest.mark.parametrize("features", [("PIPELINING",), ()])
@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("banner_421", Status.PENDING),
        ("banner_hang", Status.PENDING),
        ("554_banner", Status.PENDING),
        ("drop_at_ehlo", Status.PENDING),
        ("502_at_ehlo", Status.PENDING),
        ("drop_at_mail", Status.PENDING),
        ("hang_at_mail", Status.PENDING),
        ("451_at_mail", Status.PENDING),
        ("550_at_mail", Status.PENDING),
        ("552_at_mail", Status.FAILED),
        ("drop_at_rcpt", Status.PENDING),
        ("hang_at_rcpt", Status.PENDING),
        ("451_at_rcpt", Status.PENDING),
        ("421_at_rcpt", Status.PENDING),
        ("550_at_rcpt", Status.FAILED),
        ("552_at_rcpt", Status.FAILED),
        ("drop_at_data", Status.PENDING),
        ("hang_at_data", Status.PENDING),
        ("451_at_data", Status.PENDING),
        ("554_at_data", Status.FAILED),
        ("452_after_dot", Status.PENDING),
        ("550_after_dot", Status.FAILED),
        ("554_after_dot", Status.FAILED),
        ("drop_after_dot", Status.UNCERTAIN),
        ("hang_after_dot", Status.UNCERTAIN),
        ("drop_on_quit", Status.SENT),
        ("ok", Status.SENT),
    ],
)
def test_what_a_server_does_decides_what_becomes_of_the_message(mode, expected, features, queue, send_to):
    message = queue()

    sink = send_to(mode, features)

    message.refresh_from_db()
    assert message.status == expected
    assert bool(sink.messages) == (expected in (Status.SENT, Status.UNCERTAIN))
    assert expected == Status.SENT or message.reason


@pytest.mark.django_db
def test_a_refused_connection_is_tried_again_later(queue, settings, now):
    with SmtpSink() as sink:
        settings.EMAIL_URL = sink.url
    message = queue()

    send_due_messages(now=now, timeouts=QUICK)

    message.refresh_from_db()
    assert message.status == Status.PENDING
    assert timedelta(minutes=5) <= message.due_at - now < timedelta(minutes=7)
    assert "refused" in message.reason


@pytest.mark.django_db
def test_a_drop_in_the_middle_of_the_body_is_tried_again(queue, settings, now):
    message = queue(html="<p>" + "long " * 3_000_000 + "</p>")

    with SmtpSink("drop_mid_body") as sink:
        settings.EMAIL_URL = sink.url
        send_due_messages(now=now)

    message.refresh_from_db()
    assert (message.status, message.phase, sink.messages) == (Status.PENDING, "", [])
    assert "during the text" in message.reason


@pytest.mark.django_db
def test_an_answer_before_the_dot_is_believed_and_the_dot_is_kept_back(queue, settings, now):
    message = queue(html="<p>" + "long " * 3_000_000 + "</p>")

    with SmtpSink("early_552") as sink:
        settings.EMAIL_URL = sink.url
        send_due_messages(now=now)

    message.refresh_from_db()
    assert message.status in (Status.FAILED, Status.PENDING)
    assert sink.messages == []


@pytest.mark.django_db
def test_a_greylisted_message_arrives_at_the_second_try(queue, settings, now):
    message = queue()

    with SmtpSink("451_at_rcpt", times=1) as sink:
        settings.EMAIL_URL = sink.url
        send_due_messages(now=now)
        too_early = send_due_messages(now=now + timedelta(minutes=4))
        send_due_messages(now=now + timedelta(minutes=7))

    message.refresh_from_db()
    assert too_early == 0
    assert (message.status, message.attempts) == (Status.SENT, 2)
    assert sink.message_ids == [message.message_id]


@pytest.mark.django_db
def test_an_address_nobody_answers_to_gets_nothing_more(queue, settings, now):
    queue(to_email="Gone@buyer.example")
    later = queue(to_email="gone@BUYER.example", due_at=now + timedelta(hours=1))

    with SmtpSink("550_at_rcpt") as sink:
        settings.EMAIL_URL = sink.url
        send_due_messages(now=now)
        sink.mode = "ok"
        send_due_messages(now=now + timedelta(hours=1))

    later.refresh_from_db()
    assert is_suppressed("gone@buyer.example", "address")
    assert (later.status, sink.messages) == (Status.SUPPRESSED, [])
    assert "5.1.1 no such user" in later.reason


@pytest.mark.django_db
def test_one_refused_recipient_does_not_cost_the_others_their_connection(queue, settings, now):
    for _ in range(5):
        queue()

    with SmtpSink("550_at_rcpt", times=2) as sink:
        settings.EMAIL_URL = sink.url
        sent = send_due_messages(now=now)

    assert (sent, sink.connections) == (3, 1)
    assert Message.objects.filter(status=Status.FAILED).count() == 2


@pytest.mark.django_db
def test_a_server_that_ends_a_used_connection_costs_no_message_a_wait(queue, settings, now):
    for _ in range(4):
        queue()

    with SmtpSink() as sink:
        settings.EMAIL_URL = sink.url
        sink.commands = _SwitchAfter(sink, "421_at_mail", messages=2)
        sent = send_due_messages(now=now)

    assert (sent, sink.connections) == (4, 2)


@pytest.mark.django_db
def test_the_next_envelope_goes_out_with_the_final_dot(queue, settings, now):
    for _ in range(3):
        queue()

    with SmtpSink("250_after_next", times=2) as sink:
        settings.EMAIL_URL = sink.url
        sent = send_due_messages(now=now, timeouts=QUICK)

    assert (sent, sink.connections, sink.times) == (3, 1, 0)


@pytest.mark.django_db
def test_an_answer_given_twice_is_not_taken_for_the_next_messages(queue, settings, now):
    for _ in range(3):
        queue()

    with SmtpSink("250_twice", times=1) as sink:
        settings.EMAIL_URL = sink.url
        sent = send_due_messages(now=now)

    assert (sent, sink.connections) == (3, 2)
    assert len(sink.message_ids) == len(set(sink.message_ids)) == 3


@pytest.mark.django_db
def test_a_server_that_hangs_up_after_its_answer_costs_neither_message_anything(queue, settings, now):
    for _ in range(3):
        queue()

    with SmtpSink("drop_after_250", times=1) as sink:
        settings.EMAIL_URL = sink.url
        sent = send_due_messages(now=now)

    assert (sent, sink.connections) == (3, 2)
    assert len(sink.message_ids) == len(set(sink.message_ids)) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("features", [("PIPELINING",), ()])
def test_a_refusal_after_the_dot_costs_the_next_message_nothing(features, queue, settings, now):
    for _ in range(3):
        queue()

    with SmtpSink("554_after_dot", times=1, features=features) as sink:
        settings.EMAIL_URL = sink.url
        sent = send_due_messages(now=now)

    assert (sent, sink.connections) == (2, 1)
    assert Message.objects.filter(status=Status.FAILED).count() == 1


@pytest.mark.django_db
def test_silence_after_the_dot_leaves_the_message_that_follows_untouched(queue, settings, now):
    first, second = queue(), queue()

    with SmtpSink("drop_after_dot", times=1) as sink:
        settings.EMAIL_URL = sink.url
        send_due_messages(now=now)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status, second.attempts) == (Status.UNCERTAIN, Status.SENT, 1)
    assert sink.message_ids == [first.message_id, second.message_id]


@pytest.mark.django_db
def test_five_failures_in_a_row_leave_the_server_alone_for_a_minute(queue, settings, now):
    for _ in range(12):
        queue()

    with SmtpSink("banner_421") as sink:
        settings.EMAIL_URL = sink.url
        send_due_messages(now=now)
        tried = sink.connections
        send_due_messages(now=now + timedelta(seconds=30))
        tried_while_open = sink.connections - tried
        sink.mode = "ok"
        sent = send_due_messages(now=now + timedelta(seconds=70))

    assert (tried, tried_while_open, sent) == (5, 0, 7)
    assert Relay.objects.get().failures_in_row == 0


@pytest.mark.django_db
def test_marketing_is_given_up_after_two_days_of_tries(queue, settings, now):
    message = queue(kind="marketing")

    with SmtpSink("451_at_rcpt") as sink:
        settings.EMAIL_URL = sink.url
        send_due_messages(now=now + timedelta(hours=47, minutes=57))

    message.refresh_from_db()
    assert message.status == Status.FAILED
    assert message.reason.startswith("Given up after 1 tries: “451 4.7.1 greylisted”")


class _SwitchAfter(list):
    """Sets the sink's mode for one command, once it holds ``messages`` messages."""

    def __init__(self, sink, mode, *, messages):
        super().__init__()
        self.sink, self.mode, self.count = sink, mode, messages

    def append(self, line):
        if line.startswith("MAIL") and len(self.sink.raw) == self.count and self.mode:
            self.sink.mode, self.sink.times, self.mode = self.mode, 1, ""
        super().append(line)
