"""Requests made from the API's own description, right ones and wrong ones: none of them is a server error (P14).

`make fuzz` makes 20,000 of them and says how many there were.
"""

from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from accounts.models import Role
from accounts.services import create_api_key
from tests.factories.world import World, build_world

schemathesis = pytest.importorskip("schemathesis", reason="python -m pip install -r requirements-dev.txt")
requests = pytest.importorskip("requests")

pytestmark = pytest.mark.django_db

SIZE, FULL_SIZE = 600, 20_000
IN_ONE_GO = 60
# By where they stand in the path; what is not here is made up.
OWN_IDS = {"leads": "lead", "forms": "form", "submissions": "submission", "handovers": "handover",
           "sequences": "sequence", "enrollments": "enrollment", "messages": "message"}  # fmt: skip


@pytest.fixture
def world() -> World:
    return build_world()


@pytest.fixture
def ask(world, monkeypatch):
    """Return a function that sends one case with a key that may do everything, and takes back what it did."""
    monkeypatch.setattr("accounts.api.throttling.KeyThrottle.allow_request", lambda *_: True)
    _, key = create_api_key(name="Fuzz", role=Role.ADMIN, by=None, now=world.handover.opened_at)
    client = Client(raise_request_exception=False)

    def send(case: Any) -> tuple[int, bytes]:
        sent = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
        headers = {name: value for name, value in sent.headers.items() if name.lower() != "content-length"}
        body = sent.body if isinstance(sent.body, bytes) else (sent.body or "").encode()
        with transaction.atomic():
            answer = client.generic(
                sent.method, sent.path_url, body, headers.pop("Content-Type", ""),
                headers={**headers, "Authorization": f"Bearer {key}"},
            )  # fmt: skip
            content = answer.content
            transaction.set_rollback(True)
        return answer.status_code, content

    return send


def operations() -> list[Any]:
    """Return all operations of the API as its schema describes them."""
    description = SchemaGenerator().get_schema(request=None, public=True)
    return [found.ok() for found in schemathesis.openapi.from_dict(description).get_all_operations()]


def cases(operation: Any, world: World) -> st.SearchStrategy[Any]:
    """Return requests as described and otherwise, to rows that exist and to others."""
    modes = list(schemathesis.GenerationMode)
    made_up = [operation.as_strategy(generation_mode=mode) for mode in modes]
    noun = operation.path.split("/")[3]
    if "{id}" not in operation.path or noun not in OWN_IDS:
        return st.one_of(made_up)
    own = {"id": str(world.ids[OWN_IDS[noun]])}
    return st.one_of([*made_up, *(operation.as_strategy(generation_mode=mode, path_parameters=own) for mode in modes)])


def test_no_generated_request_is_a_server_error(world, ask, request):
    size = FULL_SIZE if request.config.getoption("--full") else SIZE
    answers: Counter[int] = Counter()
    faults: list[str] = []

    def run(operation: Any, number: int, most: int) -> None:
        @seed(number)
        @settings(max_examples=most, deadline=None, database=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=cases(operation, world))
        def go(case: Any) -> None:
            status, content = ask(case)
            answers[status] += 1
            if status >= 500:
                faults.append(f"{case.as_curl_command()[:600]} -> {status} {content[:300]!r}")

        go()

    everything = operations()
    number = 0
    while answers.total() < size:
        for operation in everything:
            run(operation, number, min(IN_ONE_GO, size // len(everything) + 1))
        number += 1

    print(f"{answers.total()} requests to {len(everything)} operations: {dict(sorted(answers.items()))}")
    assert faults == []
    assert answers[200] and answers[201] and answers[422] and answers[404]
