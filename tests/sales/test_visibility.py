"""Who sees which handover: own, team, all."""

import pytest

from accounts.models import Role
from sales import selectors, services
from tests.factories.sales import make_handover, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def handovers(team, rep, colleague, now):
    """One queued in the team, one mine, one a colleague's, one another team's."""
    other = make_team("Nordics")
    made = {name: make_handover(now, team=team) for name in ("queued", "mine", "colleague's")}
    made["other team's"] = make_handover(now, team=other)
    services.claim(handover=made["mine"], by=rep, now=now)
    services.claim(handover=made["colleague's"], by=colleague, now=now)
    return made


@pytest.mark.parametrize(
    "case",
    [
        (Role.REP, True, {"queued", "mine"}, {"queued", "mine", "colleague's"}),
        (Role.MANAGER, True, {"queued", "mine", "colleague's"}, {"queued", "mine", "colleague's"}),
        (Role.REP, False, set(), set()),
        (Role.MANAGER, False, set(), set()),
        (Role.ADMIN, False, {"queued", "mine", "colleague's", "other team's"}, ...),
        (Role.MARKETER, False, {"queued", "mine", "colleague's", "other team's"}, ...),
        (Role.VIEWER, False, {"queued", "mine", "colleague's", "other team's"}, ...),
    ],
)
def test_each_role_lists_and_opens_what_its_scope_says(handovers, team, rep, case):
    role, in_team, listed, found = case
    user = rep if role == Role.REP and in_team else make_user(role, team=team if in_team else None)

    def can_open(handover) -> bool:
        try:
            return selectors.handover_for(user, handover.pk) == handover
        except services.HandoverNotFound:
            return False

    seen = set(selectors.visible_handovers(user))
    assert {name for name, handover in handovers.items() if handover in seen} == listed
    wanted = listed if found is ... else found
    assert {name for name, handover in handovers.items() if can_open(handover)} == wanted


def test_the_tabs_follow_the_role(team):
    tabs = {role: list(selectors.tabs_of(make_user(role, team=team))) for role in Role.values}

    assert tabs[Role.REP] == ["queue", "mine", "done"]
    assert tabs[Role.MANAGER] == ["queue", "mine", "team", "done"]
    assert tabs[Role.VIEWER] == tabs[Role.MARKETER] == ["queue", "team", "done"]


def test_counts_are_those_of_the_lists(handovers, rep, now):
    queue = selectors.inbox(rep, "queue", now=now)
    mine = selectors.inbox(rep, "mine", now=now)

    assert selectors.open_count(rep) == queue.queue_count == len(queue.rows) == 1
    assert {tab.name: tab.count for tab in mine.tabs} == {"queue": 1, "mine": len(mine.rows), "done": None}


def test_the_version_changes_with_every_act_and_not_without(handovers, rep, now):
    before = selectors.version_of(rep)
    same = selectors.version_of(rep)
    services.accept(handover=handovers["queued"], by=rep, now=now)

    assert same == before
    assert selectors.version_of(rep) != before
