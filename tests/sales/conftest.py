"""A team with two reps."""

import pytest

from accounts.models import Role, Team, User
from tests.factories.sales import make_team, make_user


@pytest.fixture
def team(db) -> Team:
    return make_team("DACH")


@pytest.fixture
def rep(team) -> User:
    return make_user(Role.REP, team=team, name="Rep 1")


@pytest.fixture
def colleague(team, rep) -> User:
    return make_user(Role.REP, team=team, name="Rep 2")
