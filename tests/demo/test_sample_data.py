"""The sample data is a history the product itself made, and goes away without a trace."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.urls import reverse

from accounts.models import AuditEntry, Role, Team, User
from capture.models import Form, Offer, Submission
from common.models import Installation
from leadcrm import pipeline
from leadcrm.demo.play import SampleDataPresent, load_sample_data
from leadcrm.demo.remove import remove_sample_data
from leadcrm.demo.story import story
from leads.models import Lead, LeadState, Source, Topic, Transition
from mail.models import Message
from mail.selectors import ledger
from sales.models import Handover
from tests.factories.sales import make_user

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
# What stays after a removal: the record of what was done, the settings, and words shared with real leads.
STAYS = {AuditEntry, Installation, Team, Offer, Source, Topic}


def rows() -> dict[type, int]:
    return {model: model.objects.count() for model in apps.get_models() if model not in STAYS and model._meta.managed}


def test_the_story_is_the_same_for_the_same_seed_and_ends_now() -> None:
    first, second = story(seed=3, now=NOW, count=40), story(seed=3, now=NOW, count=40)

    assert first == second
    assert all(NOW - timedelta(days=91) <= event.at < NOW for event in first)
    assert {event.person.email for event in first if event.kind == "submit"} >= {event.person.email for event in first}


@pytest.mark.django_db
def test_sample_data_is_made_by_the_real_services_and_removed_whole() -> None:
    before = rows()

    loaded = load_sample_data(now=NOW, leads=40, days=40)

    leads = Lead.objects.all()
    assert loaded.leads == leads.filter(is_sample=True).count() == leads.count() == 40
    assert Submission.objects.count() >= loaded.leads
    assert LeadState.objects.count() == loaded.leads
    assert set(Transition.objects.values_list("to_stage", flat=True)) >= {"iql", "sql"}
    assert Handover.objects.exclude(owner=None).exists()
    assert Handover.objects.filter(state="queued", opened_at__gte=NOW - timedelta(hours=1)).count() >= 6
    assert Message.objects.filter(caught=True).exists()
    assert ledger().adds_up
    assert all(email.endswith(".example") for email in leads.values_list("email", flat=True))
    assert all(at <= NOW for at in Transition.objects.values_list("at", flat=True))

    remove_sample_data(now=NOW)

    assert rows() == before
    assert not User.objects.filter(is_sample=True).exists() and not Form.objects.exists()


@pytest.mark.django_db
def test_judging_the_sample_leads_again_changes_nothing_but_what_has_faded() -> None:
    load_sample_data(now=NOW, leads=20, days=20)
    ids = list(Lead.objects.values_list("pk", flat=True))
    kept = ("lead", "fit", "grade", "stage", "temperature", "level")
    before = list(LeadState.objects.order_by("lead").values(*kept))

    pipeline.advance(lead_ids=ids, now=NOW)
    once = list(LeadState.objects.order_by("lead").values())
    pipeline.advance(lead_ids=ids, now=NOW)

    assert list(LeadState.objects.order_by("lead").values(*kept)) == before
    assert list(LeadState.objects.order_by("lead").values()) == once


@pytest.mark.django_db
def test_sample_data_is_loaded_once() -> None:
    load_sample_data(now=NOW, leads=3, days=5)

    with pytest.raises(SampleDataPresent):
        load_sample_data(now=NOW, leads=3, days=5)


@pytest.mark.django_db
def test_a_banner_tells_of_sample_data_and_one_click_removes_it(client) -> None:
    load_sample_data(now=NOW, leads=3, days=5)
    admin = make_user(Role.ADMIN)
    client.force_login(admin)
    assert reverse("remove_samples") in client.get("/").content.decode()

    client.post(reverse("remove_samples"))

    page = client.get("/").content.decode()
    assert "The sample data is gone, with 3 leads." in page
    assert reverse("remove_samples") not in page
    assert not Lead.objects.exists() and list(User.objects.all()) == [admin]


@pytest.mark.django_db
def test_who_came_with_the_sample_data_cannot_saw_off_the_branch(client) -> None:
    load_sample_data(now=NOW, leads=3, days=5)
    client.force_login(User.objects.get(is_sample=True, role=Role.ADMIN))
    page = client.get("/").content.decode()

    client.post(reverse("remove_samples"))

    assert "Sample data is among the leads" in page and reverse("remove_samples") not in page
    assert Lead.objects.count() == 3
