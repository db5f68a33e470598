"""An admin looks at the product as a role: what it shows is what the role gets, and nothing can be changed."""

import re

import pytest
from django.test import Client

from accounts.models import AuditEntry, Role, User
from tests.accounts.test_role_matrix import address, table
from tests.factories.sales import make_lead, make_team
from tests.factories.world import World, build_world

pytestmark = pytest.mark.django_db
COLUMNS = {Role.VIEWER: 1, Role.MANAGER: 5, Role.MARKETER: 6}
OUT = {"settings/people/see-as/end", "logout"}


@pytest.fixture
def as_admin(client, admin) -> Client:
    client.force_login(admin)
    return client


def look_as(client: Client, role: str, team: object = "") -> None:
    client.post("/settings/people/see-as", {"role": role, "team": team})


@pytest.mark.parametrize("role", COLUMNS)
def test_every_page_answers_as_it_does_to_that_role(role):
    world: World = build_world()
    client = world.client("admin")
    look_as(client, role, world.people["manager"].team_id)
    wrong = []

    for (route, method), cells in table().items():
        expected = cells[COLUMNS[role]]
        if method == "GET" and expected in ("200", "403", "404") and route != "metrics":
            found = str(client.get(address(route, world)).status_code)
            if found != expected:
                wrong.append(f"{route}: {found} instead of {expected}")

    assert wrong == []


def test_nothing_can_be_changed_on_any_route():
    world: World = build_world()
    client = world.client("admin")
    look_as(client, Role.REP, world.people["manager"].team_id)
    public = ("f/", "p/", "u/", "t", "login", "invite/", "setup", "embed.js")
    tried, changed = 0, []

    for (route, method), cells in table().items():
        if method == "GET" or route in OUT or cells[0] not in ("in", "401") or route.startswith(public):
            continue
        answer = client.generic(method, address(route, world), b"{}", content_type="application/json")
        tried += 1
        if answer.status_code != 403:
            changed.append(f"{method} {route}: {answer.status_code}")

    assert tried > 40
    assert changed == []


def test_a_rep_sees_the_queue_of_the_team_and_not_the_others(as_admin, now):
    north, south = make_team("North-East"), make_team("South")
    mine, other = make_lead(now, team=north, last_name="Northern"), make_lead(now, team=south, last_name="Southern")

    look_as(as_admin, Role.REP, north.pk)

    assert as_admin.get(f"/leads/{mine.pk}/").status_code == 200
    assert as_admin.get(f"/leads/{other.pk}/").status_code == 404


def test_a_banner_says_so_on_every_page_and_one_click_ends_it(as_admin, admin):
    look_as(as_admin, Role.VIEWER)
    page = as_admin.get("/leads/").content.decode()

    answer = as_admin.post("/settings/people/see-as/end")

    assert "You see the product as Viewer" in page and 'action="/settings/people/see-as/end"' in page
    assert answer.status_code == 302
    after = as_admin.get("/settings/people/")
    assert after.status_code == 200 and "You see the product as" not in after.content.decode()
    written = list(AuditEntry.objects.filter(by=admin).order_by("pk").values_list("action", flat=True))
    assert written[-2:] == ["began to look as", "stopped looking as"]
    admin.refresh_from_db()
    assert admin.role == Role.ADMIN


@pytest.mark.parametrize("role", [role for role in Role.values if role != "admin"])
def test_nobody_but_an_admin_looks_as_somebody_else(client, people, role):
    client.force_login(people[role])

    answer = client.post("/settings/people/see-as", {"role": "marketer"})

    assert answer.status_code == 403
    assert "see_as" not in client.session


def test_admin_is_no_role_to_look_as_and_a_former_admin_gets_nothing_from_it(as_admin, admin):
    look_as(as_admin, Role.ADMIN)
    refused = "see_as" not in as_admin.session
    look_as(as_admin, Role.MARKETER)
    User.objects.filter(pk=admin.pk).update(role=Role.REP)

    page = as_admin.get("/settings/mail/")

    assert refused
    assert page.status_code == 403


def test_the_look_begins_in_a_team_where_there_is_one_and_the_banner_names_it(as_admin):
    team = make_team("North-East")

    offered = as_admin.get("/settings/people/").content.decode()
    look_as(as_admin, Role.REP, team.pk)

    assert re.search(r'<option value="">no team</option><option value="\d+" selected>', offered)
    assert "You see the product as Sales rep of North-East." in as_admin.get("/inbox/").content.decode()
