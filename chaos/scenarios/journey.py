"""What sales does in a story: reps with API keys claim, accept, decide; and what must come of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from typing import Any

from django.utils import timezone

from accounts.models import Role, Team
from accounts.services import create_api_key
from chaos.run import Run

# Each verdict with the words the API wants; one handover after the other gets the next.
VERDICTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("reject", {"reason": 4}),
    ("won", {}),
    ("lost", {"reason": 1}),
    ("reject", {"reason": 1}),
)
VERDICT_KINDS = "('handover_rejected', 'outcome_won', 'outcome_lost', 'handover_recycled')"


@dataclass(frozen=True)
class Rep:
    """Somebody in sales, with a key of their own."""

    name: str
    key: str
    port: int

    def at(self, port: int) -> "Rep":
        """Return the same rep in front of another web server."""
        return replace(self, port=port)

    def ask(self, method: str, path: str, **words: Any) -> tuple[int, dict[str, Any]]:
        """Return status and body of one call of the API. Raises OSError, HTTPException."""
        call = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
            call.request(method, f"/api/v1/{path}", json.dumps(words) if method == "POST" else None, headers)
            answer = call.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        finally:
            call.close()

    def handovers(self, state: str) -> Iterator[dict[str, Any]]:
        """Yield all handovers of one state, page by page."""
        path = f"handovers/?state={state}"
        while path:
            _, page = self.ask("GET", path)
            yield from page["results"]
            following = page.get("next") or ""
            path = following.rpartition("/api/v1/")[2]


class Salesroom:
    """A team of reps who work on every handover."""

    def __init__(self, run: Run, *, reps: int) -> None:
        self.run = run
        self.decided = 0
        team, now = Team.objects.get(name="Sales"), timezone.now()
        self.reps = []
        for number in range(reps):
            name = f"Rep {number}"
            _, key = create_api_key(name=name, role=Role.REP, by=None, now=now, team=team)
            self.reps.append(Rep(name, key, run.port))

    def decide_all(self) -> list[str]:
        """Claim every queued handover, accept it and give a verdict; each call is made twice, as by a double click."""
        wrong = []
        for number, handover in enumerate(list(self.reps[0].handovers("queued"))):
            rep = self.reps[number % len(self.reps)]
            verdict, words = VERDICTS[number % len(VERDICTS)]
            for act, said in (("claim", {}), ("accept", {"value_key": 2}), (verdict, words)):
                for _ in range(2):
                    status, body = rep.ask("POST", f"handovers/{handover['id']}/{act}/", **said)
                    if status != 200:
                        wrong.append(f"{act} was answered {status}: {body}")
            self.decided += 1
        return wrong

    def check(self) -> tuple[int, list[str]]:
        """Return how many acts of sales exist more than once, and what else is wrong."""
        acts = "'handover_opened', 'handover_claimed', 'handover_accepted'"
        doubled = self.count(
            "SELECT count(*) FROM (SELECT 1 FROM leads_activity WHERE kind IN (" + acts + ")"
            " GROUP BY kind, payload ->> 'handover' HAVING count(*) > 1) x"
        ) + self.count(
            "SELECT count(*) FROM (SELECT 1 FROM leads_activity WHERE kind IN " + VERDICT_KINDS +
            " GROUP BY payload ->> 'handover' HAVING count(*) > 1) x"
        )  # fmt: skip
        doubled += self.count(
            "SELECT count(*) FROM (SELECT 1 FROM leads_transition WHERE cause_kind = 'verdict'"
            " GROUP BY lead_id, activity_id HAVING count(*) > 1) x"
        )
        unsettled = self.count("SELECT count(*) FROM sales_handover WHERE decided_at IS NOT NULL AND closed_at IS NULL")
        return doubled, [f"{unsettled} verdicts did not settle"] if unsettled else []

    def count(self, question: str) -> int:
        return self.run.servers.sql(question, database=self.run.database)[0][0]
