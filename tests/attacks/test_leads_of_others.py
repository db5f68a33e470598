"""Entering a lead reads and writes no lead that the person may not see (S13, S15), and knows phone-only leads apart."""

import pytest
from django.test import Client
from django.utils import timezone

from leads.models import Lead
from leads.services import EmailTaken, edit_lead, upsert_lead
from tests.factories.world import World, build_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return build_world()


@pytest.mark.parametrize("persona", ["colleague", "stranger"])
def test_a_lead_of_others_is_not_edited_by_entering_its_address(world, persona):
    client = world.client(persona)

    answer = client.post("/leads/new/", {"email": world.lead.email.upper(), "company": "Stolen", "first_name": "X"})

    assert answer.status_code == 422
    assert "belongs to other people" in answer.content.decode()
    after = Lead.objects.get(pk=world.lead.pk)
    assert (after.company, after.first_name) == (world.lead.company, world.lead.first_name)


@pytest.mark.parametrize("persona", ["owner", "manager", "marketer"])
def test_who_may_see_a_lead_edits_it_by_its_address(world, persona):
    answer = world.client(persona).post("/leads/new/", {"email": world.lead.email, "phone": "+49 30 1"})

    assert answer.headers["Location"] == f"/leads/{world.lead.pk}/"
    assert Lead.objects.get(pk=world.lead.pk).phone == "+49 30 1"


@pytest.mark.parametrize("persona", ["owner", "stranger", "manager", "admin"])
def test_whoever_adds_a_lead_sees_it_afterwards(world, persona):
    client: Client = world.client(persona)

    added = client.post("/leads/new/", {"email": "new@work.example"})

    assert client.get(added.headers["Location"]).status_code == 200


def test_leads_with_a_phone_only_do_not_take_each_other_for_the_same(db):
    now = timezone.now()
    one, _ = upsert_lead(fields={"phone": "+49 30 1"}, by=None, now=now)
    upsert_lead(fields={"phone": "+49 30 2"}, by=None, now=now)

    assert edit_lead(lead=one, changes={"company": "Engines"}, by=None, now=now).company == "Engines"


def test_an_address_that_another_lead_has_is_refused_by_the_database(db):
    now = timezone.now()
    upsert_lead(fields={"email": "ada@work.example"}, by=None, now=now)
    other, _ = upsert_lead(fields={"email": "eve@work.example"}, by=None, now=now)

    with pytest.raises(EmailTaken, match=r"da@[Ww]ork\.example belongs to another lead"):
        edit_lead(lead=other, changes={"email": "Ada@Work.example"}, by=None, now=now)

    assert Lead.objects.get(pk=other.pk).email == "eve@work.example"
