"""The matrix of roles says what the routes do: it is made of their rules, and held against the table of routes."""

import pytest

from accounts.models import Role
from accounts.roles import role_matrix
from common.composition import composed
from tests.accounts.test_role_matrix import table

pytestmark = pytest.mark.django_db
COLUMNS = {Role.VIEWER: 1, Role.REP: 2, Role.MANAGER: 5, Role.MARKETER: 6, Role.ADMIN: 7}
# A route that shows for each verb who may. The world's lead has an owner; the stranger's column tells of the team.
ROUTES = {
    "See all leads and every mail": [("settings/mail/", "GET")],
    "Edit the leads they see": [("leads/<uuid:lead_id>/edit/", "POST"), ("leads/<uuid:lead_id>/notes/", "POST")],
    "Take and judge handovers": [("inbox/<uuid:handover_id>/claim", "POST"), ("api/v1/handovers/<pk>/won", "POST")],
    "Change the goal": [("goal/", "POST")],
    "Make and close forms, release held ones": [
        ("forms/new/", "POST"), ("forms/<form:form_id>/close/", "POST"),
        ("forms/submissions/<uuid:submission_id>/release/", "POST"),
    ],
    "Start and pause sequences": [
        ("nurture/<int:sequence_id>/start/", "POST"), ("nurture/<int:sequence_id>/pause/", "POST"),
    ],
    "Invite people, change roles and teams": [("settings/people/invite", "POST"), ("settings/teams/new", "POST")],
    "Make API keys and webhooks": [("settings/api-keys/new", "POST"), ("settings/webhooks/new", "POST")],
    "Change company, retention and pause sending": [("settings/company/", "POST"), ("settings/retention/", "POST")],
    "Read the audit log and the state of the system": [("settings/audit-log/", "GET"), ("settings/system/", "GET")],
}  # fmt: skip
SEEING = {"See their own leads and the team's queue", "See all leads of the team"}


def may(label: str) -> dict[Role, bool]:
    line = next(line for line in role_matrix() if line.label == label)
    return dict(zip(Role, line.may, strict=True))


@pytest.mark.parametrize("label", ROUTES)
def test_a_verb_is_open_to_those_whom_its_routes_let_in(label):
    for route in ROUTES[label]:
        cells = table()[route]
        assert may(label) == {role: cells[column] != "403" for role, column in COLUMNS.items()}, route


def test_each_role_sees_what_its_line_says():
    """The lead of the world is another rep's of the same team: the colleague's column is the rep who owns nothing."""
    cells = table()[("leads/<uuid:lead_id>/peek/", "GET")]

    seen = {**{role: cells[column] == "200" for role, column in COLUMNS.items()}, Role.REP: cells[3] == "200"}

    assert may("See all leads of the team") == seen
    assert all(may("See their own leads and the team's queue").values())


def test_every_verb_is_held_against_a_route():
    assert {verb.label for verb in composed("VERBS")} == ROUTES.keys() | SEEING


def test_the_matrix_stands_where_a_role_is_chosen(as_admin, people):
    for path in ("/settings/people/", "/settings/people/invite", f"/settings/people/{people['rep'].pk}/"):
        page = as_admin.get(path).content.decode()
        assert page.count('<th scope="row">Take and judge handovers</th>') == 1, path
