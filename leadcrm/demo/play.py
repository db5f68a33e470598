"""Plays the sample story through capture, pipeline, nurture, mail and sales, each act at its own moment."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random

from accounts.models import Role, Team, User
from accounts.services import create_team, create_user, new_password
from capture import live
from capture.answers import judge_answers
from capture.attribution import arrival
from capture.models import Form
from capture.services import Received, create_form, submit
from capture.spam import Verdict
from common.installation import lock_installation, save_installation
from insights.models import Goal
from insights.services import set_goal
from leadcrm import pipeline
from leadcrm.demo.sales_force import SalesForce
from leadcrm.demo.story import Event, story
from leads.kinds import Kind
from leads.models import Lead
from leads.services import mark_as_sample, record_activity
from mail.services import send_due_messages
from nurturing.services import advance_due_enrollments
from sales.services import watch_handovers

SEED = 20
TICK = timedelta(hours=6)
LEFT_WAITING = timedelta(hours=1)
PEOPLE = (
    ("Mira Admin", "admin@demo.example", Role.ADMIN),
    ("Noah Marketer", "marketer@demo.example", Role.MARKETER),
    ("Lea Manager", "manager@demo.example", Role.MANAGER),
    ("Rep One", "rep1@demo.example", Role.REP),
    ("Rep Two", "rep2@demo.example", Role.REP),
    ("Rep Three", "rep3@demo.example", Role.REP),
    ("Vera Viewer", "viewer@demo.example", Role.VIEWER),
)
FACTS = {"view": Kind.PAGE_VIEWED, "webinar": Kind.WEBINAR_ATTENDED}
Act = Callable[[datetime], None]


class SampleDataPresent(RuntimeError):
    """There is sample data already; remove it first."""


@dataclass(frozen=True)
class Loaded:
    """What was made."""

    leads: int
    people: list[User]


def load_sample_data(*, now: datetime, leads: int = 300, days: int = 90) -> Loaded:
    """Make the sample people, forms and history up to ``now``. Raises SampleDataPresent.

    No worker may run meanwhile: it would look at the history with today's clock.
    """
    if Lead.objects.filter(is_sample=True).exists():
        raise SampleDataPresent("The sample data is there already. Remove it with `seed_demo --remove`.")
    lock_installation()
    save_installation(changes={"has_sample_data": True})
    start = now - timedelta(days=days + 1)
    people = _people(start)
    stage = _Stage(Random(SEED), people, start, leaves=now - LEFT_WAITING)
    for event in story(seed=SEED, now=now, count=leads, days=days):
        stage.plan(event.at, stage.act_of(event))
    stage.play(until=now)
    if not Goal.objects.filter(month=now.date().replace(day=1)).exists():
        set_goal(month=now.date(), accepted_sqls=max(leads // 12, 1), by=people[1], now=now)
    return Loaded(Lead.objects.filter(is_sample=True).count(), people)


def _people(now: datetime) -> list[User]:
    password = new_password()
    team = Team.objects.order_by("pk").first() or create_team(name="Sales", by=None, now=now)
    return [
        create_user(name=name, email=email, role=role, password=password, by=None, now=now, team=team, is_sample=True)
        for name, email, role in PEOPLE
    ]


class _Stage:
    """The moved clock: acts wait in a heap, and after each one everything that is due at its moment is done."""

    def __init__(self, random: Random, people: list[User], start: datetime, leaves: datetime) -> None:
        self._heap: list[tuple[datetime, int, Act]] = []
        self._numbers = count()
        self._start = start
        self._worth: dict[str, float] = {}
        reps = [person for person in people if person.role == Role.REP]
        self._sales = SalesForce(random=random, reps=reps, worth=self._worth, plan=self.plan, leaves=leaves)
        by = people[1]
        self._forms = {
            template: create_form(
                template=template, name=Form.Template(template).label, by=by, now=start, is_sample=True
            )
            for template in Form.Template.values
        }

    def plan(self, at: datetime, act: Act) -> None:
        heapq.heappush(self._heap, (at, next(self._numbers), act))

    def act_of(self, event: Event) -> Act:
        self._worth[event.person.email] = event.person.worth
        return lambda now: self._submit(event, now) if event.kind == "submit" else self._record(event, now)

    def play(self, *, until: datetime) -> None:
        tick = self._start
        while tick <= until:
            self.plan(tick, self._beat)
            tick += TICK
        while self._heap and self._heap[0][0] <= until:
            now, _, act = heapq.heappop(self._heap)
            act(now)
            pipeline.advance_marked_leads(now=now)
            self._sales.notice(now)
        self._beat(until)

    def _beat(self, now: datetime) -> None:
        """Do what the beat would wake the workers for, a few times a day."""
        advance_due_enrollments(now=now)
        send_due_messages(now=now, is_caught=True)
        watch_handovers(now=now)

    def _submit(self, event: Event, now: datetime) -> None:
        form = self._forms[event.details["template"]]
        head = live.head(form.pk)
        assert head is not None and head.version is not None
        person = event.person
        fields = {
            "email": person.email,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "company": person.company,
            "job_title": person.job_title,
            "message": event.details.get("message", ""),
            "consent": event.details.get("consent", ""),
        }
        came = arrival(page=event.details["page"], referrer=event.details["referrer"])
        received = Received(key=f"sample-{next(self._numbers)}", page_url=event.details["page"], first=came, last=came)
        answers = judge_answers(version=head.version, fields=fields)
        submit(version=head.version, answers=answers, received=received, verdict=Verdict(0, ()), now=now)
        mark_as_sample(email_key=answers.email_key)
        pipeline.advance_marked_leads(now=now)
        send_due_messages(now=now, is_caught=True)

    def _record(self, event: Event, now: datetime) -> None:
        lead_id = Lead.objects.values_list("pk", flat=True).get(email_key=event.person.email)
        record_activity(lead_id=lead_id, kind=FACTS[event.kind], payload=event.details, now=now)
