"""The page of the rules, and the panel that says why."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from leads.kinds import Kind
from scoring.starter import STARTER
from tests.scoring.conftest import did

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter_rules")]


def test_the_rules_page_shows_every_rule_with_an_anchor(as_marketer):
    page = as_marketer.get(reverse("scoring:rules")).content.decode()

    said = STARTER
    for rule in (*said.fit_rules, *said.behavior_rules, *said.disqualifiers, *said.triggers):
        assert f'id="rule-{rule.key}"' in page
    for group in said.groups:
        assert f'id="group-{group.key}"' in page
    assert "+25 when the job title is head-of level or above" in page
    assert "Live v1" in page


def test_the_rules_page_takes_few_queries(as_marketer, django_assert_max_num_queries):
    as_marketer.get(reverse("scoring:rules"))

    with django_assert_max_num_queries(12):
        as_marketer.get(reverse("scoring:rules"))


def test_the_worked_example_names_its_sums(as_marketer):
    page = as_marketer.get(reverse("scoring:rules")).content.decode()

    assert "A worked example" in page
    assert "= 85" in page


def test_the_panel_says_why(as_marketer, lead):
    did(lead, Kind.WEBINAR_ATTENDED, timezone.now())

    page = as_marketer.get(reverse("scoring:lead_panel", args=[lead.pk])).content.decode()

    assert 'id="why-panel"' in page
    assert "Viewed pricing three times in a week" in page
    assert "Next change by itself" in page
    assert "/scoring/#rule-pricing-repeated" in page


def test_the_panel_of_a_lead_of_others_is_not_found(client, lead):
    rep = get_user_model().objects.create_user("rep@crm.example", "correct horse battery", name="Rep 1", role=Role.REP)
    client.force_login(rep)

    assert client.get(reverse("scoring:lead_panel", args=[lead.pk])).status_code == 404


def test_strangers_are_sent_to_sign_in(client, lead):
    for url in (reverse("scoring:rules"), reverse("scoring:lead_panel", args=[lead.pk])):
        assert client.get(url).status_code == 302


def test_nothing_on_the_pages_changes_on_get_and_post_is_refused(as_marketer, lead):
    for url in (reverse("scoring:rules"), reverse("scoring:lead_panel", args=[lead.pk])):
        assert as_marketer.post(url).status_code == 405
