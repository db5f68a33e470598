"""Two people edit one lead: nothing is overwritten without being seen."""

import json
import threading

import pytest
from django.db import connection

from accounts.models import Role
from leads.kinds import Kind
from leads.models import Activity
from leads.services import EditConflict, edit_lead, known_values
from tests.factories.sales import make_lead, make_user

pytestmark = pytest.mark.django_db
FIELDS = ("email", "first_name", "last_name", "company", "job_title", "phone", "country")


@pytest.fixture
def lead(now):
    return make_lead(now, company="Acme", job_title="Head")


def save(client, lead, seen: dict[str, str], **changes: str):
    fields = {name: seen[name] for name in FIELDS}
    return client.post(f"/leads/{lead.pk}/edit/", {**fields, **changes, "seen": json.dumps(fields)})


def test_the_second_save_of_a_field_shows_both_values_and_who_was_first(client, lead, now):
    seen, first = known_values(lead), make_user(Role.MARKETER, name="Ada Silva")
    edit_lead(lead=lead, changes={"company": "Acme GmbH"}, by=first, now=now)
    client.force_login(make_user(Role.ADMIN))

    answer = save(client, lead, seen, company="Acme AG", job_title="CEO")

    lead.refresh_from_db()
    html = answer.content.decode()
    assert answer.status_code == 409
    assert (lead.company, lead.job_title) == ("Acme GmbH", "Head")
    assert all(text in html for text in ("Acme AG", "Acme GmbH", "Ada Silva changed this"))


@pytest.mark.parametrize(("chosen", "company"), [("Acme AG", "Acme AG"), ("Acme GmbH", "Acme GmbH")])
def test_keep_mine_and_take_theirs_save_the_rest_too(client, lead, now, chosen, company):
    edit_lead(lead=lead, changes={"company": "Acme GmbH"}, by=make_user(), now=now)
    lead.refresh_from_db()
    client.force_login(make_user(Role.ADMIN))

    answer = save(client, lead, known_values(lead), company=chosen, job_title="CEO")

    lead.refresh_from_db()
    assert answer.status_code == 302
    assert (lead.company, lead.job_title) == (company, "CEO")


def test_changes_of_different_fields_are_both_kept(client, lead, now):
    seen = known_values(lead)
    edit_lead(lead=lead, changes={"company": "Acme GmbH"}, by=make_user(), now=now)
    client.force_login(make_user(Role.ADMIN))

    answer = save(client, lead, seen, job_title="CEO")

    lead.refresh_from_db()
    assert answer.status_code == 302
    assert (lead.company, lead.job_title) == ("Acme GmbH", "CEO")


def test_the_same_change_made_twice_is_no_conflict(client, lead, now):
    seen = known_values(lead)
    edit_lead(lead=lead, changes={"company": "Acme GmbH"}, by=make_user(), now=now)
    client.force_login(make_user(Role.ADMIN))

    answer = save(client, lead, seen, company="Acme GmbH")

    assert answer.status_code == 302
    assert Activity.objects.filter(lead=lead, kind=Kind.PROFILE_CHANGED).count() == 1


@pytest.mark.parametrize("seen", ["", "[1]", '"text"', "{}"])
def test_a_form_that_lost_what_was_seen_is_saved_or_refused_but_never_an_error(client, lead, seen):
    client.force_login(make_user(Role.ADMIN))
    fields = {name: known_values(lead)[name] for name in FIELDS}

    answer = client.post(f"/leads/{lead.pk}/edit/", {**fields, "company": "Acme AG", "seen": seen})

    assert answer.status_code in (302, 422)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_the_same_moment_one_is_asked(lead, now):
    seen, answers, start = known_values(lead), [], threading.Barrier(2)
    people = {"Acme AG": make_user(), "Acme GmbH": make_user()}

    def write(company: str) -> None:
        start.wait()
        try:
            edit_lead(lead=lead, changes={"company": company}, seen=seen, by=people[company], now=now)
            answers.append(company)
        except EditConflict as conflict:
            answers.append(conflict.clashes[0].mine)
            asked.append(company)
        finally:
            connection.close()

    asked: list[str] = []
    threads = [threading.Thread(target=write, args=[company]) for company in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    lead.refresh_from_db()
    assert sorted(answers) == ["Acme AG", "Acme GmbH"]
    assert len(asked) == 1
    assert lead.company not in asked


def test_a_damaged_page_is_refused_and_shown_again(client, lead):
    client.force_login(make_user(Role.MARKETER))

    for damaged in ("9" * 5000, "[" * 100_000, "{"):
        answer = client.post(f"/leads/{lead.pk}/edit/", {**known_values(lead), "seen": damaged})

        assert answer.status_code == 422
