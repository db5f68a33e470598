"""The few leads of the palette: by letters, opened last, and never those of others."""

import pytest
from django.db import connection

from accounts.models import Role
from leads import selectors
from leads.models import Lead
from leads.selectors import finding
from tests.factories.sales import make_lead, make_team, make_user

pytestmark = pytest.mark.django_db


def test_the_leads_opened_last_stand_first_and_the_newest_follow(now):
    admin = make_user(Role.ADMIN)
    old, middle, new = (make_lead(now.replace(hour=hour)) for hour in (7, 8, 9))

    found = selectors.leads_at_hand(admin, ids=[old.pk, old.pk])

    assert found == [old, new, middle]


def test_leads_of_others_are_not_found(now):
    stranger = make_user(Role.REP, team=make_team())
    lead = make_lead(now, team=make_team(), company="Acme")

    assert selectors.leads_found(stranger, "acme") == []
    assert selectors.leads_at_hand(stranger, ids=[lead.pk]) == []


@pytest.mark.parametrize("text", ["a\0@work.example", "\0"])
def test_a_sign_that_no_column_holds_is_searched_as_a_space(client, text):
    client.force_login(make_user(Role.ADMIN))

    assert client.get("/palette/", {"q": text}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_search_that_takes_too_long_ends_and_says_so(now, monkeypatch):
    make_lead(now, company="Acme")
    slowly = Lead.objects.extra(where=["(SELECT pg_sleep(5)) IS NOT NULL"])
    monkeypatch.setattr(finding, "visible_leads", lambda user: slowly)

    found = selectors.leads_found(make_user(Role.ADMIN), "acme")

    assert found is None
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone()[0] != f"{finding.PATIENCE_MS}ms"
