"""Visitors who send forms from many threads, and a journal of what each request was answered."""

import json
import queue
import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from capture.models import Form
from capture.tokens import issue_token
from chaos.clock import Clock

ANSWER_SECONDS = 20
# A crowd that tried again at once would be through before the server is back.
PATIENCE_SECONDS = 0.2
READING_TIME = timedelta(seconds=60)
OK, REFUSED, UNKNOWN = "ok", "refused", "unknown"


@dataclass(frozen=True)
class Visit:
    """One form filled in once; sent again it keeps its key."""

    key: str
    email: str
    form_id: str
    body: bytes
    ip: str


@dataclass(frozen=True)
class Answer:
    """What one request came to: ``ok`` with the submission's id, ``refused``, or ``unknown`` (no whole answer)."""

    visit: Visit
    outcome: str
    status: int
    submission: str
    retry_after: str
    at: float
    seconds: float


@dataclass
class Journal:
    """Every answer, in the order they came."""

    answers: list[Answer] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, answer: Answer) -> None:
        with self._lock:
            self.answers.append(answer)

    def submissions(self) -> dict[str, set[str]]:
        """Return for each key that was ever answered 2xx the ids of submissions it was answered with."""
        found: dict[str, set[str]] = {}
        for answer in list(self.answers):
            if answer.outcome == OK:
                found.setdefault(answer.visit.key, set()).add(answer.submission)
        return found

    def unanswered(self) -> list[Visit]:
        """Return the visits that no request has been answered 2xx for."""
        done = self.submissions()
        visits = {answer.visit.key: answer.visit for answer in list(self.answers)}
        return [visit for key, visit in visits.items() if key not in done]

    def count(self, outcome: str) -> int:
        return sum(answer.outcome == outcome for answer in list(self.answers))


class Office:
    """Makes visits to forms; names and addresses are numbered, so that a run can be repeated."""

    def __init__(self, dice: random.Random, clock: Clock) -> None:
        self.dice = dice
        self.clock = clock
        self._number = 0

    def visit(self, form: Form, *, email: str = "", **answers: str) -> Visit:
        self._number += 1
        who = f"{self._number:06d}-{self.dice.getrandbits(32):08x}"
        email = email or f"v{who}@work.example"
        version = form.live_version
        assert version is not None
        opened = self.clock.now() - READING_TIME
        fields = {
            "email": email,
            "first_name": "Ada",
            "last_name": "Example",
            "company": "Engines",
            "job_title": "Head of Operations",
            "consent": "yes",
            "submission_key": who,
            "token": issue_token(form_id=form.pk, number=version.number, now=opened),
            "page": "https://site.example/page?utm_source=google&utm_medium=cpc",
            **answers,
        }
        ip = ".".join(str(self.dice.randrange(11, 210)) for _ in range(4))
        return Visit(who, email, form.pk, urlencode(fields).encode(), ip)


class Caller:
    """One thread's connection to the web server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._call: HTTPConnection | None = None

    def send(self, visit: Visit) -> Answer:
        began = time.monotonic()
        outcome, status, submission, retry_after = UNKNOWN, 0, "", ""
        try:
            status, retry_after, said = self._post(visit)
            outcome = OK if status in (200, 201) else REFUSED
            submission = said.get("submission", "") if outcome == OK else ""
        except (OSError, HTTPException, ValueError):
            self.close()
        return Answer(visit, outcome, status, submission, retry_after, began, time.monotonic() - began)

    def _post(self, visit: Visit) -> tuple[int, str, dict]:
        if self._call is None:
            self._call = HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "Origin": "https://site.example",
            "X-Forwarded-For": visit.ip,
        }
        self._call.request("POST", f"/f/{visit.form_id}/submit", visit.body, headers)
        answer = self._call.getresponse()
        said = json.loads(answer.read())
        return answer.status, answer.headers.get("Retry-After", ""), said

    def close(self) -> None:
        if self._call is not None:
            self._call.close()
        self._call = None


class Crowd:
    """Threads that take visits from a queue, send them and note the answers until they are told to stop."""

    def __init__(self, port: int, journal: Journal, *, threads: int) -> None:
        self.port = port
        self.journal = journal
        self._waiting: queue.SimpleQueue[Visit | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def send(self, visits: Iterable[Visit]) -> None:
        for visit in visits:
            self._waiting.put(visit)

    def has_fewer_than(self, count: int) -> bool:
        """Whether fewer visits than ``count`` still wait."""
        return self._waiting.qsize() < count

    def finish(self) -> None:
        """Return when everything was sent once."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        caller = Caller(self.port)
        while (visit := self._waiting.get()) is not None:
            answer = caller.send(visit)
            self.journal.add(answer)
            if answer.outcome != OK:
                time.sleep(PATIENCE_SECONDS)
        caller.close()


def send_all(port: int, visits: Sequence[Visit], journal: Journal, *, threads: int) -> None:
    """Send each visit once and return when all are answered."""
    crowd = Crowd(port, journal, threads=threads)
    crowd.send(visits)
    crowd.finish()


def send_until_ok(port: int, journal: Journal, *, threads: int, seconds: float = 60) -> None:
    """Repeat what was refused or never answered, with the same keys, until all of it is taken or time is up."""
    ends = time.monotonic() + seconds
    while (left := journal.unanswered()) and time.monotonic() < ends:
        send_all(port, left, journal, threads=threads)
        time.sleep(0.2)


def at_once(port: int, visits: Sequence[Visit], journal: Journal) -> None:
    """Send the visits at the same instant, each from a thread of its own."""
    barrier = threading.Barrier(len(visits))

    def send(visit: Visit) -> None:
        caller = Caller(port)
        barrier.wait()
        journal.add(caller.send(visit))
        caller.close()

    in_threads([lambda visit=visit: send(visit) for visit in visits])


def in_threads(works: Sequence[Callable[[], None]]) -> None:
    """Do every work in a thread of its own and return when all are done."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
