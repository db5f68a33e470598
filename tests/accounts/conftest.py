"""People of each role."""

import pytest

from accounts.models import Role, Team, User
from tests.factories.sales import make_user

PASSWORD = "correct horse battery"


@pytest.fixture
def team(db) -> Team:
    return Team.objects.create(name="North")


@pytest.fixture
def people(db, team) -> dict[str, User]:
    """One person of each role, all in one team."""
    return {
        role: User.objects.create_user(f"{role}@crm.example", PASSWORD, name=f"{role} person", role=role, team=team)
        for role in Role.values
    }


@pytest.fixture
def admin(people) -> User:
    return people["admin"]


@pytest.fixture
def as_admin(client, admin):
    client.force_login(admin)
    return client


@pytest.fixture
def rep(team) -> User:
    """Somebody of sales, whose work may go to ``heir``."""
    return make_user(Role.REP, team=team, name="Rep 1")


@pytest.fixture
def heir(team, rep) -> User:
    return make_user(Role.REP, team=team, name="Rep 2")


@pytest.fixture
def boss(db) -> User:
    return make_user(Role.ADMIN, name="Boss")
