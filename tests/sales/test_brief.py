"""The brief: short, true, and every sentence leads to its fact."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leads.kinds import Kind
from leads.selectors import facts_of
from leads.services import record_activity
from sales.brief import MAX_WORDS, BriefFacts, ContactWay, Past, Quote, Signal, write_brief
from sales.selectors.signals import signals_of
from scoring.services import ensure_starter_rules
from tests.factories.sales import ask_for_demo, make_lead

NOW = datetime(2026, 3, 2, 8, 40, tzinfo=UTC)
LEAD = "/leads/x/"
moments = st.integers(0, 2000).map(lambda hours: NOW - timedelta(hours=17 * hours))
ids = st.integers(1, 10**9)
texts = st.text(max_size=600) | st.text(alphabet="a ", max_size=600) | st.just("word " * 500) | st.just("x" * 5000)

facts = st.builds(
    BriefFacts,
    lead_url=st.just(LEAD),
    now=st.just(NOW),
    zone=st.sampled_from(["Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC"]).map(ZoneInfo),
    is_zone_known=st.booleans(),
    grade=st.sampled_from(["", "A", "B", "C"]),
    signals=st.lists(st.builds(Signal, texts, moments, ids, ids, st.integers(1, 999)), max_size=6).map(tuple),
    asked=st.none() | st.builds(Quote, texts, moments, ids),
    content=st.none() | st.builds(Quote, texts, moments, ids),
    contact_ways=st.lists(st.builds(ContactWay, st.sampled_from(["Phone", "E-mail"]), texts, texts), max_size=3).map(
        tuple
    ),
    past=st.lists(st.builds(Past, texts, moments, st.none() | ids), max_size=3).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(facts)
def test_it_never_has_more_than_90_words_whatever_the_facts(facts):
    brief = write_brief(facts)

    assert brief.word_count <= MAX_WORDS
    assert brief.why_now


@settings(max_examples=100, deadline=None)
@given(facts)
def test_every_sentence_leads_to_a_fact_that_was_given(facts):
    known = {str(thing.activity_id) for thing in (*facts.signals, facts.asked, facts.content, *facts.past) if thing}

    for sentence in write_brief(facts).sentences:
        place = sentence.href.removeprefix(LEAD)
        assert sentence.href.startswith(LEAD)
        assert place in ("#why-panel", "#facts-title", "#timeline") or place.removeprefix("#activity-") in known


@settings(max_examples=100, deadline=None)
@given(facts)
def test_it_says_nothing_that_is_not_among_the_facts_or_the_words_of_the_template(facts):
    spoken = " ".join(
        [
            *(signal.text for signal in facts.signals),
            *(quote.text for quote in (facts.asked, facts.content) if quote),
            *(f"{channel.address} {channel.consent}" for channel in facts.contact_ways),
            *(past.text for past in facts.past),
        ]
    )
    template = (
        r"^(Fit|not|known|times|last|min|h|d|ago|Time|zone|here|morning|afternoon|evening|night|Mention|read|just|now"
    )
    template += r"|Phone|E-mail|[ABC]|\d{1,4}|\d\d:\d\d|[A-Z][a-z]{2}|today|Berlin|Buenos|Aires|UTC)?$"
    for sentence in write_brief(facts).sentences:
        for word in sentence.text.split():
            bare = word.strip("“”.,;:…")
            assert re.match(template, bare) or bare[:60] in spoken


def test_it_reads_like_this():
    day = timedelta(days=1)
    brief = write_brief(
        BriefFacts(
            lead_url=LEAD,
            now=NOW,
            zone=ZoneInfo("Europe/Berlin"),
            is_zone_known=True,
            grade="A",
            signals=(
                Signal("Viewed Pricing", NOW - timedelta(hours=3), 900, 2, 3),
                Signal("Requested a demo", NOW - timedelta(minutes=12), 4000, 1),
            ),
            asked=Quote("We need to replace our spreadsheet before January.", NOW, 1),
            content=Quote("ROI guide", NOW - 4 * day, 3),
            contact_ways=(ContactWay("Phone", "+49 30 9999", "asked to be contacted"),),
            past=(Past("Rejected: bad timing (Rep 1)", datetime(2025, 3, 3, tzinfo=UTC), 9),),
        )
    )

    assert [sentence.text for sentence in brief.sentences] == [
        "Requested a demo 12 min ago.",
        "Viewed Pricing 3 times, last 3 h ago.",
        "Fit A.",
        "“We need to replace our spreadsheet before January”",
        "Berlin, Mon 09:40, morning.",
        "Mention “ROI guide”, read Thu.",
        "Phone +49 30 9999: asked to be contacted.",
        "Rejected: bad timing (Rep 1), Mar 2025.",
    ]
    assert brief.why_now[0].href == "/leads/x/#activity-1"


def test_unknown_fit_is_said():
    brief = write_brief(BriefFacts(lead_url=LEAD, now=NOW, zone=ZoneInfo("UTC"), is_zone_known=False))

    assert [sentence.text for sentence in brief.sentences] == ["Fit not known.", "Time zone not known; 08:40 here."]


@pytest.mark.django_db
def test_a_form_that_was_the_request_is_not_told_a_second_time(now):
    ensure_starter_rules(now=now)
    lead = make_lead(now)
    record_activity(
        lead_id=lead.pk, kind=Kind.FORM_SUBMITTED, payload={"form_name": "Demo", "submission": "1"}, now=now
    )
    ask_for_demo(lead, now, submission="1")

    told = [signal.text for signal in signals_of(lead, facts_of(lead), now=now)]

    assert told == ["Requested a demo"]
