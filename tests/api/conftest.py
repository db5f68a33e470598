"""Keys of each role, and a client that speaks JSON with one."""

import json
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import Role, Team, User
from accounts.services import create_api_key
from leads.models import Lead
from leads.services import upsert_lead


class Api:
    """``/api/v1`` as an integration sees it."""

    def __init__(self, key: str, user: User | None = None) -> None:
        self.client = Client()
        self.user = user
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def get(self, path: str, **params):
        return self.client.get(self._url(path), params, headers=self.headers)

    def post(self, path: str, body=None, **headers):
        return self.send("POST", path, json.dumps(body or {}), **headers)

    def patch(self, path: str, body):
        return self.send("PATCH", path, json.dumps(body))

    def send(self, method: str, path: str, body: str | bytes, content_type: str = "application/json", **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(method, self._url(path), body, content_type, headers={**self.headers, **names})

    def _url(self, path: str) -> str:
        return path if path.startswith(("/", "http")) else f"/api/v1/{path}"


@pytest.fixture
def team(db) -> Team:
    return Team.objects.create(name="North")


@pytest.fixture
def api_as(db, team, now):
    """Return a function from a role to its API."""

    def make(role: str, team: Team | None = team) -> Api:
        row, key = create_api_key(name=f"{role} key", role=role, by=None, now=now, team=team)
        return Api(key, row.user)

    return make


@pytest.fixture
def api(api_as) -> Api:
    return api_as(Role.MARKETER)


@pytest.fixture
def add_lead(db, now: datetime):
    def add(email: str = "ada@shop.example", **fields) -> Lead:
        lead, _ = upsert_lead(fields={"email": email, **fields}, by=None, now=now)
        return lead

    return add
