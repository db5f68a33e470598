"""The examples of docs/api.md do what they say."""

import json
import re
import shlex
from pathlib import Path

import pytest

from leads.models import Lead

pytestmark = pytest.mark.django_db
TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
CALLS = re.findall(r"^curl .*?(?=^```)", TEXT, re.MULTILINE | re.DOTALL)
ANSWERS = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)


def run(api, call: str, lead: Lead):
    """Send what a line of curl would send, by the product's own client."""
    words = shlex.split(call.replace("\\\n", " "))
    headers = dict(words[n + 1].split(": ", 1) for n, word in enumerate(words) if word == "-H")
    body = next((words[n + 1] for n, word in enumerate(words) if word == "-d"), "")
    path = words[-1].replace("https://crm.example/api/v1/", "").replace("/ID/", f"/{lead.pk}/")
    if "-X" not in words:
        return api.get(path)
    extra = {name: value for name, value in headers.items() if name not in ("Authorization", "Content-Type")}
    return api.send(words[words.index("-X") + 1], path, body, headers["Content-Type"], **extra)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.split("/api/v1/")[1].split()[0])
def test_every_call_in_the_docs_is_accepted(api, add_lead, call):
    answer = run(api, call, add_lead("somebody@shop.example"))

    assert answer.status_code in (200, 201), answer.content


def test_there_are_calls_to_try():
    assert len(CALLS) >= 3 and all("$KEY" in call for call in CALLS)


@pytest.mark.parametrize("text", ANSWERS, ids=lambda text: text[:30])
def test_every_answer_in_the_docs_is_json(text):
    assert json.loads(text)


def test_a_lead_in_the_docs_has_the_keys_of_a_lead(api, add_lead):
    shown = next(json.loads(text) for text in ANSWERS if '"temperature"' in text)

    assert list(shown) == list(api.get(f"leads/{add_lead().pk}").json())


def test_the_bulk_answer_in_the_docs_is_the_one_that_comes(api, add_lead):
    shown = next(json.loads(text) for text in ANSWERS if '"refused"' in text)
    call = next(call for call in CALLS if "leads/bulk" in call)

    body = run(api, call, add_lead("somebody@shop.example")).json()
    for row in (*shown["results"], *body["results"]):
        row["id"] = bool(row["id"])

    assert body == shown
