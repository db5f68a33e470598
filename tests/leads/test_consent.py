"""Giving and taking back consent: every word is kept, and senders obey the last one from the same commit on."""

from datetime import timedelta

import pytest

from leads.kinds import Kind
from leads.models import Activity, Consent, Lead, Mark, Topic
from leads.services.consent import (
    Proof,
    ensure_starter_topics,
    give_consent,
    save_preferences,
    withdraw_consent,
)
from mail.services import is_suppressed

pytestmark = pytest.mark.django_db

PROOF = Proof(how="Preference page", page_url="/p/abc", ip="203.0.113.7", user_agent="Firefox")


@pytest.fixture
def topics(now):
    return {topic.slug: topic for topic in ensure_starter_topics()}


@pytest.fixture
def ada(now):
    return Lead.objects.create(
        email="Ada@Engines.example",
        email_key="ada@engines.example",
        preference_key="k" * 22,
        created_at=now,
        updated_at=now,
    )


def test_a_yes_keeps_the_exact_wording_and_how_it_was_given(ada, topics, now):
    give_consent(lead=ada, topics=[topics["guides"]], proof=PROOF, wording="Send me guides.", now=now)

    consent = Consent.objects.get(lead=ada)
    assert (consent.given, consent.wording, consent.how, consent.ip) == (
        True,
        "Send me guides.",
        "Preference page",
        "203.0.113.7",
    )
    assert Mark.objects.filter(lead=ada).count() == 1


def test_without_a_wording_the_topic_as_it_was_shown_is_kept(ada, topics, now):
    give_consent(lead=ada, topics=[topics["guides"]], proof=PROOF, now=now)

    assert Consent.objects.get(lead=ada).wording == f"Guides: {topics['guides'].description}"


def test_a_second_yes_changes_nothing(ada, topics, now):
    give_consent(lead=ada, topics=[topics["guides"]], proof=PROOF, now=now)

    changed = give_consent(lead=ada, topics=[topics["guides"]], proof=PROOF, now=now)

    assert (changed, Consent.objects.count()) == (0, 1)


def test_a_no_suppresses_the_topic_and_is_a_fact(ada, topics, now):
    give_consent(lead=ada, topics=topics.values(), proof=PROOF, now=now)

    before = withdraw_consent(lead=ada, topics=[topics["guides"]], proof=PROOF, now=now)

    assert before == [topics["guides"]]
    assert is_suppressed("ada@engines.example", "guides")
    assert not is_suppressed("ada@engines.example", "product-news")
    fact = Activity.objects.get(kind=Kind.UNSUBSCRIBED)
    assert fact.payload == {"topics": ["guides"], "names": ["Guides"], "how": "Preference page"}


def test_a_no_holds_for_the_address_of_now_whatever_the_caller_has_read(ada, topics, now):
    Lead.objects.filter(pk=ada.pk).update(email="new@engines.example", email_key="new@engines.example")

    withdraw_consent(lead=ada, topics=[topics["guides"]], proof=PROOF, now=now)

    assert is_suppressed("new@engines.example", "guides")


def test_a_no_to_everything_also_holds_for_topics_to_come(ada, topics, now):
    withdraw_consent(lead=ada, topics=None, proof=PROOF, now=now)

    assert is_suppressed("ada@engines.example", "guides")
    assert is_suppressed("ada@engines.example", "a-topic-of-next-year")


def test_a_repeated_no_adds_nothing(ada, topics, now):
    withdraw_consent(lead=ada, topics=None, proof=PROOF, now=now)

    withdraw_consent(lead=ada, topics=None, proof=PROOF, now=now + timedelta(hours=1))

    assert Consent.objects.count() == 2
    assert Activity.objects.filter(kind=Kind.UNSUBSCRIBED).count() == 1


def test_a_later_yes_lets_only_that_topic_go_again(ada, topics, now):
    withdraw_consent(lead=ada, topics=None, proof=PROOF, now=now)

    give_consent(lead=ada, topics=[topics["guides"]], proof=PROOF, now=now + timedelta(hours=1))

    assert not is_suppressed("ada@engines.example", "guides")
    assert is_suppressed("ada@engines.example", "product-news")
    assert Activity.objects.filter(kind=Kind.RESUBSCRIBED).count() == 1


def test_saving_preferences_writes_only_what_changed(ada, topics, now):
    give_consent(lead=ada, topics=[topics["guides"]], proof=PROOF, now=now)

    changed = save_preferences(lead=ada, wanted=["product-news"], proof=PROOF, now=now + timedelta(hours=1))

    assert changed == 2
    assert list(Consent.objects.order_by("id").values_list("topic__slug", "given")) == [
        ("guides", True),
        ("product-news", True),
        ("guides", False),
    ]


def test_saving_the_same_preferences_again_writes_nothing(ada, topics, now):
    changed = [
        save_preferences(lead=ada, wanted=["guides"], proof=PROOF, now=now + timedelta(hours=hour)) for hour in (0, 1)
    ]

    assert changed == [1, 0]


def test_starter_topics_are_added_once(topics, now):
    ensure_starter_topics()

    assert Topic.objects.filter(slug__in=["guides", "product-news"]).count() == 2
