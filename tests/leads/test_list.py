"""The list shows the leads a person may see, narrowed as the URL says."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry, Role
from leads.kinds import Stage
from leads.models import Lead, Source
from leads.selectors import LeadFilter, lead_list, visible_leads
from tests.factories.leads import LeadFactory
from tests.factories.sales import make_lead, make_team, make_user

pytestmark = pytest.mark.django_db
LIST = "/leads/"


def names(answer) -> list[str]:
    return [lead.name for lead in answer.context["page"].items]


@pytest.fixture
def marketer(client):
    user = make_user(Role.MARKETER)
    client.force_login(user)
    return user


def test_each_scope_sees_its_leads(now) -> None:
    north, south = make_team("North"), make_team("South")
    me, colleague, stranger = (make_user(Role.REP, team=team) for team in (north, north, south))
    mine = make_lead(now, owner=me)
    queued = make_lead(now, team=north)
    of_colleague = make_lead(now, owner=colleague, team=north)
    elsewhere = make_lead(now, owner=stranger, team=south)
    nobodys = make_lead(now)

    seen = {role: set(visible_leads(make_user(role, team=north))) for role in (Role.MANAGER, Role.VIEWER)}

    assert set(visible_leads(me)) == {mine, queued}
    assert seen[Role.MANAGER] == {mine, queued, of_colleague}
    assert seen[Role.VIEWER] == {mine, queued, of_colleague, elsewhere, nobodys}
    assert set(visible_leads(make_user(Role.REP))) == set()


def test_the_list_is_for_people_who_are_signed_in(client) -> None:
    assert client.get(LIST).url == "/login?next=/leads/"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=grace", ["Grace Hopper"]),
        ("q=HOPPER+navy", ["Grace Hopper"]),
        ("q=nobody", []),
        ("stage=mql", ["Ada Lovelace"]),
        ("stage=new", ["Grace Hopper"]),
        ("stage=mql&stage=new", ["Grace Hopper", "Ada Lovelace"]),
        ("temperature=hot", ["Ada Lovelace"]),
        ("temperature=hot&in_play=1", ["Ada Lovelace"]),
        ("temperature=warm&temperature=hot&in_play=1&grade=C", []),
        ("grade=A", ["Ada Lovelace"]),
        ("owner=nobody", ["Grace Hopper", "Ada Lovelace"]),
        ("came_from=2026-03-03", ["Grace Hopper"]),
        ("channel=organic_search", ["Grace Hopper"]),
        ("stage=nonsense", ["Grace Hopper", "Ada Lovelace"]),
        ("source=99999999999999999999", ["Grace Hopper", "Ada Lovelace"]),
        ("came_from=never", ["Grace Hopper", "Ada Lovelace"]),
    ],
)
def test_filters_stand_in_the_url(client, marketer, now, query, found) -> None:
    make_lead(now, temperature="hot", first_name="Ada", last_name="Lovelace", company="Engines")
    LeadFactory(first_name="Grace", last_name="Hopper", company="Navy", created_at=now + timedelta(days=1))

    answer = client.get(f"{LIST}?{query}")

    assert answer.status_code == 200
    assert names(answer) == found
    assert answer.context["count"] == len(found)


def test_a_filter_that_is_not_valid_is_named(client, marketer) -> None:
    html = client.get(f"{LIST}?stage=nonsense").content.decode()

    assert "nonsense is not one of the available choices" in html


def test_pages_go_on_where_the_last_one_ended(client, marketer, now) -> None:
    for number in range(120):
        LeadFactory(first_name=f"N{number}", created_at=now + timedelta(seconds=number // 3))
    seen: list[str] = []

    url = LIST
    while url:
        answer = client.get(url)
        seen += names(answer)
        url = answer.context["older_url"] and LIST + answer.context["older_url"]

    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("query", ["stage=mql", "temperature=hot&in_play=1"])
def test_pages_of_what_leads_are_judged_to_be_go_on_where_the_last_one_ended(client, marketer, now, query) -> None:
    made = [make_lead(now, temperature="hot", first_name=f"N{number}", last_name="") for number in range(120)]
    make_lead(now, stage="disqualified", temperature="hot")
    seen: list[str] = []

    url = f"{LIST}?{query}"
    while url:
        answer = client.get(url)
        seen += names(answer)
        url = answer.context["older_url"] and LIST + answer.context["older_url"]

    assert seen == [lead.first_name for lead in reversed(made)]


def test_a_whole_address_finds_the_lead_that_has_it_and_a_part_all_that_have_it(client, marketer, now) -> None:
    ada = LeadFactory(first_name="Ada", last_name="", email="ada@work.example")
    LeadFactory(first_name="Jada", last_name="", email="jada@work.example", created_at=ada.created_at)
    hidden = LeadFilter(q="ada@work.example", stage=("sql",))

    assert names(client.get(f"{LIST}?q=ADA@work.example")) == ["Ada"]
    assert sorted(names(client.get(f"{LIST}?q=da@work.example"))) == ["Ada", "Jada"]
    assert not lead_list(marketer, hidden).items


def test_a_whole_address_is_found_by_its_key(client, marketer, now) -> None:
    LeadFactory(first_name="Ada", last_name="", email="ada@work.example")

    with CaptureQueriesContext(connection) as queries:
        client.get(f"{LIST}?q=ada@work.example")

    assert [query["sql"] for query in queries if "LIKE" in query["sql"]] == []


def test_a_damaged_page_link_starts_at_the_first_page(client, marketer) -> None:
    assert client.get(f"{LIST}?q=a&cursor=%00broken").url == "/leads/?q=a"


def test_the_query_count_does_not_grow_with_the_page(client, marketer, now, django_assert_max_num_queries) -> None:
    for number in range(50):
        make_lead(now, owner=marketer, first_name=f"N{number}")

    with django_assert_max_num_queries(10):
        client.get(LIST)


def test_an_empty_list_says_how_leads_arrive(client, marketer) -> None:
    assert "No leads yet" in client.get(LIST).content.decode()
    LeadFactory()
    assert "No lead matches" in client.get(f"{LIST}?q=nobody").content.decode()


def test_the_deep_page_uses_the_index_of_the_order(marketer, now) -> None:
    for number in range(60):
        LeadFactory(created_at=now + timedelta(minutes=number))

    page = lead_list(marketer, LeadFilter(), size=20)
    second = lead_list(marketer, LeadFilter(), cursor=page.next_cursor, size=20)
    plan = visible_leads(marketer).order_by("-created_at", "-id")[:20].explain()

    assert [lead.created_at for lead in second.items] == sorted((x.created_at for x in second.items), reverse=True)
    assert page.items[-1].created_at > second.items[0].created_at
    assert "OFFSET" not in plan


def test_a_lead_added_by_hand_is_judged_in_the_answer(client, marketer) -> None:
    answer = client.post(reverse("lead_add"), {"email": "Ada@Engines.example", "first_name": "Ada"})

    lead = Lead.objects.get()
    assert answer.url == reverse("lead_page", args=[lead.pk])
    assert (lead.email_key, lead.first_name) == ("ada@engines.example", "Ada")
    assert lead.state.scored_at is not None


def test_a_lead_with_a_phone_number_alone_is_judged_and_recorded_like_any_other(client, marketer) -> None:
    client.post(reverse("lead_add"), {"phone": "+49 30 123456", "job_title": "Head of Operations"})

    lead = Lead.objects.get()
    fact = lead.activities.get()
    assert lead.state.fit > 0
    assert fact.payload == {"field": "phone", "old": "", "new": "+49 30 123456"}
    assert lead.marks.filter(activity=fact).exists()
    assert AuditEntry.objects.get(action="add").changes == {"phone": ["", "+49 30 123456"]}


def test_adding_without_address_says_what_is_missing(client, marketer) -> None:
    answer = client.post(reverse("lead_add"), {"first_name": "Ada"})

    assert answer.status_code == 422
    assert "Give an e-mail address or a phone number." in answer.content.decode()


def test_a_viewer_adds_nobody(client) -> None:
    client.force_login(make_user(Role.VIEWER))

    assert client.post(reverse("lead_add"), {"email": "ada@engines.example"}).status_code == 403
    assert not Lead.objects.exists()


def test_a_disqualified_lead_is_not_shown_as_hot(client, marketer, now) -> None:
    make_lead(now, stage="disqualified", temperature="hot")

    html = client.get(LIST).content.decode()

    assert "badge-disqualified" in html and "badge-hot" not in html


def test_each_stage_can_be_asked_for(client, marketer) -> None:
    assert Source.objects.count() == 0
    for stage in Stage.values:
        assert client.get(LIST, {"stage": stage}).status_code == 200
