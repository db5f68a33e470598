"""People, visitors, workers and clocks on the same few leads: nobody waits in a circle, nothing is lost or doubled."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from django.db.models import Count
from django.utils import timezone

from accounts.models import Role, User
from capture import live
from capture.answers import judge_answers
from capture.models import Form
from capture.services import Received, create_form, submit
from capture.spam import Verdict
from leadcrm import pipeline
from leads import services as leads
from leads.lifecycle import IllegalMove
from leads.models import Activity, Lead, LeadState, Mark, Transition
from leads.services.marks import due_marks
from mail.models import Message
from nurturing.models import Enrollment
from nurturing.services import advance_due_enrollments, ensure_starter_sequence
from sales import services as sales
from sales.models import Handover
from tests.factories.leads import LeadFactory
from tests.factories.sales import make_team, make_user

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS, THREADS, LEADS = 6, 8, 6
# One second of the test is two minutes of the story, so that verdicts settle and leads go back to the queue.
PACE = 120
REFUSED = (sales.SalesError, IllegalMove)
JUDGED = ("stage", "temperature", "fit", "grade", "engagement", "decided_ids", "is_pinned", "evidence_after")


def in_thread(act: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_worker_neither_takes_nor_waits_for_the_lead_somebody_holds(now):
    held, free = LeadFactory(), LeadFactory()
    for lead in (held, free):
        leads.record_activity(lead_id=lead.pk, kind="page_viewed", payload={"path": "/"}, now=now)
    Mark.objects.filter(lead=held).update(is_time=True)
    is_held, may_set_mark, is_set, may_go = (threading.Event() for _ in range(4))

    def hold() -> None:
        with transaction.atomic():
            leads.lock_leads([held.pk])
            is_held.set()
            may_set_mark.wait(5)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1s'")
            Mark.objects.filter(lead=held).update(attempts=1)
            is_set.set()
            may_go.wait(5)

    thread = in_thread(hold)
    is_held.wait(5)
    with transaction.atomic():
        taken = due_marks(lead_ids=[held.pk, free.pk], now=now)
        may_set_mark.set()
        was_set = is_set.wait(5)
    may_go.set()
    thread.join()

    assert [mark.lead_id for mark in taken] == [free.pk]
    assert was_set, "the holder of a lead waited for a worker's mark"
    with transaction.atomic():
        assert {mark.lead_id for mark in due_marks(lead_ids=[held.pk, free.pk], now=now)} == {held.pk, free.pk}


@dataclass
class Office:
    """What the threads share: who acts, on what, and everything that went wrong."""

    forms: list[Form]
    reps: list[User]
    admin: User
    began: float = field(default_factory=time.monotonic)
    base: datetime = field(default_factory=timezone.now)
    accepted: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    def now(self) -> datetime:
        return self.base + timedelta(seconds=(time.monotonic() - self.began) * PACE)

    def send(self) -> None:
        version = live.head(random.choice(self.forms).pk).version
        fields = {
            "email": f"p{random.randrange(LEADS)}@work.example",
            "first_name": "Ada",
            "last_name": "Lovelace",
            "company": f"Company {random.randrange(4)}",
            "job_title": "Head of Marketing",
            "message": f"Hello {random.random()}",
            "consent": "yes",
        }
        answers = judge_answers(version=version, fields=fields)
        received = Received(key=f"k{random.random()}")
        taken = submit(version=version, answers=answers, received=received, verdict=Verdict(0, ()), now=self.now())
        self.accepted.append(str(taken.id))

    def sell(self) -> None:
        handover = random.choice(list(Handover.objects.filter(closed_at=None)) or [None])
        if handover is not None:
            common = {"handover": handover, "by": random.choice(self.reps), "now": self.now()}
            acts = (sales.claim, sales.accept, sales.undo, sales.win)
            act, words = random.choice(
                [
                    *((act, {}) for act in acts),
                    (sales.reject, {"reason": random.randint(1, 8)}),
                    (sales.lose, {"reason": 1}),
                ]
            )
            act(**common, **words)

    def decide(self) -> None:
        lead = random.choice(list(Lead.objects.all()) or [None])
        if lead is not None:
            now = self.now()
            if random.random() < 0.5:
                stage = random.choice(["iql", "mql", "sql"])
                leads.set_stage(lead=lead, to=stage, reason="Asked", by=self.admin, now=now)
            else:
                leads.release_stage(lead=lead, by=self.admin, now=now)
            pipeline.advance(lead_ids=[lead.pk], now=now)

    def work(self) -> None:
        pipeline.advance_marked_leads(now=self.now())

    def watch(self) -> None:
        sales.watch_handovers(now=self.now())

    def nurture(self) -> None:
        advance_due_enrollments(now=self.now())

    def act(self) -> None:
        acts = [self.send] * 4 + [self.sell] * 6 + [self.decide] * 2 + [self.work] * 4 + [self.watch, self.nurture]
        while time.monotonic() < self.began + SECONDS:
            try:
                random.choice(acts)()
            except REFUSED:
                continue
            except Exception as exc:
                self.faults[f"{type(exc).__name__}: {exc}"[:200]] += 1


@pytest.fixture
def office() -> Office:
    team, now = make_team(), timezone.now()
    ensure_starter_sequence(now)
    return Office(
        forms=[create_form(template=template, name=template, by=None, now=now) for template in ("demo", "guide")],
        reps=[make_user(team=team) for _ in range(3)],
        admin=make_user(Role.ADMIN),
    )


def test_eight_threads_on_six_leads_leave_everything_true(office):
    threads = [in_thread(office.act) for _ in range(THREADS)]
    for thread in threads:
        thread.join()

    assert office.faults == {}
    put_off = list(Mark.objects.exclude(error="").values_list("error", flat=True))
    assert put_off == []
    until_rest(office)
    facts = list(Activity.objects.filter(kind="form_submitted").values_list("payload__submission", flat=True))
    assert sorted(facts) == sorted(set(office.accepted)) and len(facts) > 10
    open_ones = Handover.objects.filter(closed_at=None).values("lead").annotate(count=Count("pk"))
    assert [row["count"] for row in open_ones] == [1] * len(open_ones)
    assert not Handover.objects.filter(closed_at=None, state__in=["claimed", "accepted"], owner=None).exists()
    for lead in Lead.objects.select_related("state"):
        stages = list(Transition.objects.filter(lead=lead).order_by("pk").values_list("from_stage", "to_stage"))
        assert [to for _, to in stages[:-1]] == [start for start, _ in stages[1:]]
        assert not stages or stages[-1][1] == lead.state.stage


def until_rest(office: Office) -> None:
    """Let time pass until nothing is due, then look again: judging twice at one moment changes nothing."""
    now = office.now() + timedelta(days=1)
    for _ in range(3):
        office.work()
        pipeline.advance_marked_leads(now=now)
        sales.watch_handovers(now=now)
    assert not Mark.objects.filter(due_at__lte=now).exists()
    pipeline.advance(lead_ids=list(Lead.objects.values_list("pk", flat=True)), now=now)
    before = picture()
    pipeline.advance(lead_ids=list(Lead.objects.values_list("pk", flat=True)), now=now)
    assert picture() == before


def picture() -> tuple[list[tuple], list[int]]:
    """Return what is thought of every lead, and how many rows follow from it."""
    counts = [model.objects.count() for model in (Transition, Handover, Enrollment, Message, Activity)]
    return list(LeadState.objects.order_by("pk").values_list("pk", *JUDGED)), counts
