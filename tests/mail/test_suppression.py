"""Addresses that get no mail."""

import pytest

from mail.models import Kind, Status, Suppression
from mail.services import is_suppressed, lift_suppression, send_due_messages, suppress
from mail.services.claims import begin, claim_batch
from mail.services.moments import commit_moments

pytestmark = pytest.mark.django_db
EMAIL = "ada@buyer.example"


def block(topic, now, email=EMAIL):
    suppress(email=email, topic=topic, reason="She unsubscribed.", now=now)


@pytest.mark.parametrize(
    ("kind", "topic", "expected"),
    [
        (Kind.MARKETING, "newsletter", Status.SUPPRESSED),
        (Kind.MARKETING, "all", Status.SUPPRESSED),
        (Kind.MARKETING, "address", Status.SUPPRESSED),
        (Kind.MARKETING, "webinars", Status.SENT),
        (Kind.REQUESTED, "newsletter", Status.SENT),
        (Kind.REQUESTED, "all", Status.SENT),
        (Kind.REQUESTED, "address", Status.SUPPRESSED),
        (Kind.STAFF, "all", Status.SENT),
        (Kind.ACCOUNT, "address", Status.SUPPRESSED),
    ],
)
def test_what_a_suppression_holds_back_depends_on_kind_and_topic(kind, topic, expected, queue, now):
    block(topic, now)
    message = queue(kind=kind, topic="newsletter", to_email="Ada@Buyer.example")

    send_due_messages(now=now)

    message.refresh_from_db()
    assert message.status == expected
    assert ("She unsubscribed." in message.reason) == (expected == Status.SUPPRESSED)


def let_body_leave(message, *, lease_seconds):
    return commit_moments(bodies=[message], accepted=[], lease_seconds=lease_seconds, is_caught=False).may_leave


@pytest.mark.parametrize("move", [begin, let_body_leave])
def test_unsubscribing_between_claim_and_body_keeps_the_body_back(move, queue, now):
    queue(kind=Kind.MARKETING, to_email=EMAIL)
    [held] = claim_batch(now=now, lease_seconds=120)
    block("newsletter", now)

    assert not move(held, lease_seconds=120)


def test_a_lifted_suppression_lets_mail_through_and_stays_on_record(queue, now):
    block("newsletter", now)

    lifted = lift_suppression(email=EMAIL, topic="newsletter", reason="She subscribed again.", now=now)
    message = queue(kind=Kind.MARKETING, to_email=EMAIL)
    send_due_messages(now=now)

    message.refresh_from_db()
    assert (lifted, message.status) == (1, Status.SENT)
    assert Suppression.objects.get().lifted_reason == "She subscribed again."


def test_suppressing_twice_leaves_one_row_and_again_after_lifting_adds_one(now):
    block("all", now)
    block("all", now)
    once = Suppression.objects.count()
    lift_suppression(email=EMAIL, topic="all", reason="again", now=now)
    block("all", now)

    assert (once, Suppression.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    ("stored", "asked", "expected"),
    [
        ("newsletter", "newsletter", True),
        ("newsletter", "webinars", False),
        ("all", "newsletter", True),
        ("address", "newsletter", True),
        ("newsletter", "all", False),
        ("all", "address", False),
    ],
)
def test_asking_whether_an_address_is_suppressed(stored, asked, expected, now):
    block(stored, now)

    assert is_suppressed(EMAIL, asked) is expected


def test_the_address_is_kept_only_as_a_keyed_hash(now):
    block("all", now)

    assert "ada" not in Suppression.objects.get().address_hmac


def test_a_suppression_outlives_a_change_of_the_secret_key(settings, now):
    block("all", now)

    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = (
        [settings.SECRET_KEY],
        "another-secret-key-of-fifty-characters-0123456789",
    )

    assert is_suppressed(EMAIL, "newsletter")


def test_a_domain_in_another_script_is_one_address_in_both_spellings(now):
    block("all", now, email="kunde@bücher.example")

    assert is_suppressed("kunde@xn--bcher-kva.example", "newsletter")
