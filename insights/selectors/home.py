"""The one page opened every morning: are we on track, where do leads leak, what is to be done now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from common.models import Installation
from common.ui import FEW, duration_text
from insights.models import Goal
from insights.periods import Period, before, month_end, period, working_days
from insights.selectors.answers import Answers
from insights.selectors.attention import Attention, attention
from insights.selectors.links import leads_url
from leads.kinds import Channel, Stage
from leads.models import Source

STEPS = ("new", "iql", "mql", "sql", "accepted", "won")
STEP_NAMES = {"new": "New", "iql": "IQL", "mql": "MQL", "sql": "SQL", "accepted": "Accepted", "won": "Won"}
SOURCES_SHOWN = 8
# Fewer working days say nothing about a month: one accepted SQL on the first would be a pace of twenty.
TELLING_DAYS = 3


@dataclass(frozen=True)
class GoalLine:
    """The shared goal of this month, by the days on which things happened."""

    target: int | None
    accepted: int
    accepted_url: str
    customers: int
    customers_url: str
    revenue: float
    currency: str
    expected: int
    pace: int
    days_gone: int
    days_left: int

    @property
    def text(self) -> str:
        """One sentence: the pace, and whether it is enough."""
        days = f"{self.days_left} working day{'' if self.days_left == 1 else 's'} left"
        if not self.target:
            return days
        if self.days_gone < TELLING_DAYS and self.accepted < self.target:
            return f"{days}. Too early in the month to tell the pace."
        gap = self.target - self.pace
        verdict = "At this rate you reach the goal." if gap <= 0 else f"At this rate you miss the goal by {gap}."
        return f"{days}. Pace: {self.pace}. {verdict}"


@dataclass(frozen=True)
class FunnelStep:
    name: str
    count: int
    url: str
    note: str


@dataclass(frozen=True)
class SourceRow:
    """A source and what it brought; each number comes with the leads behind it."""

    name: str
    detail: str
    customers: int
    accepted: int
    decided: int
    leads: int
    revenue: float
    customers_url: str
    accepted_url: str
    decided_url: str
    leads_url: str
    filter_value: int | None


@dataclass(frozen=True)
class FirstContact:
    """How sales kept its promise to make contact in time; ``urls`` leads from each count to its leads."""

    handovers: int
    contacted: int
    due: int
    in_time: int
    median_minutes: float | None
    urls: Mapping[str, str]

    @property
    def is_telling(self) -> bool:
        """Whether there are enough handovers for a percentage."""
        return self.due >= FEW

    @property
    def median_text(self) -> str:
        """The median in words, such as "42 min"."""
        return duration_text(timedelta(minutes=float(self.median_minutes or 0)))


@dataclass(frozen=True)
class Home:
    period: Period
    source: Source | None
    goal: GoalLine
    funnel: list[FunnelStep]
    reached_sql: int
    cohort: int
    sql_before: int
    cohort_before: int
    cohort_url: str
    cohort_before_url: str
    temperature: Mapping[str, int]
    temperature_urls: Mapping[str, str]
    sources: list[SourceRow]
    first_contact: FirstContact
    attention: list[Attention]
    as_of: datetime | None
    has_leads: bool

    @property
    def most(self) -> dict[str, int]:
        """The largest number of each column of the sources, which its bars are drawn against."""
        columns = ("customers", "accepted", "leads")
        return {name: max((getattr(row, name) for row in self.sources), default=0) for name in columns}


def home(*, period_key: str, source_id: int | None, now: datetime) -> Home:
    """Return every number of the home page; leads by the period in which they came, sales' acts by their day."""
    installation = Installation.current()
    chosen = period(period_key, now=now, zone=ZoneInfo(installation.time_zone))
    source = Source.objects.filter(pk=source_id).first() if source_id else None
    answers = Answers.current()
    steps = _steps(answers, chosen, source)
    steps_before = _steps(answers, before(chosen), source)
    temperature = {row["temperature"]: row["leads"] for row in answers.temperature()}
    return Home(
        period=chosen,
        source=source,
        goal=_goal(answers, installation, now),
        funnel=_funnel(steps, chosen, source),
        reached_sql=_count(steps, "sql"),
        cohort=_count(steps, "new"),
        sql_before=_count(steps_before, "sql"),
        cohort_before=_count(steps_before, "new"),
        cohort_url=leads_url(**_cohort(chosen, source)),
        cohort_before_url=leads_url(**_cohort(before(chosen), source)),
        temperature={name: temperature.get(name, 0) for name in ("hot", "warm", "cold")},
        temperature_urls={name: leads_url(temperature=name, in_play=1) for name in ("hot", "warm", "cold")},
        sources=_sources(answers, chosen),
        first_contact=_first_contact(answers, chosen, now),
        attention=attention(now=now),
        as_of=answers.as_of,
        has_leads=bool(temperature) or _count(steps, "new") > 0,
    )


def _steps(answers: Answers, chosen: Period, source: Source | None) -> dict[str, dict[str, Any]]:
    return {row["step"]: row for row in answers.funnel(chosen, source_id=source.pk if source else None)}


def _count(steps: Mapping[str, Mapping[str, Any]], step: str) -> int:
    return steps[step]["leads"] if step in steps else 0


def _funnel(steps: Mapping[str, Mapping[str, Any]], chosen: Period, source: Source | None) -> list[FunnelStep]:
    cohort = _cohort(chosen, source)
    return [
        FunnelStep(
            name=STEP_NAMES[step],
            count=_count(steps, step),
            url=leads_url(**cohort, **_got_to(step)),
            note=_median(steps.get(step)) if step != "new" else "",
        )
        for step in STEPS
    ]


def _cohort(chosen: Period, source: Source | None) -> dict[str, Any]:
    return {"came_from": chosen.first, "came_to": chosen.last, "source": source.pk if source else None}


def _got_to(step: str) -> dict[str, str]:
    if step == "new":
        return {}
    return {"reached": step} if step in Stage.values else {"did": step}


def _median(row: Mapping[str, Any] | None) -> str:
    if row is None or row["median_days"] is None:
        return ""
    days = row["median_days"]
    return "median same day" if days < 0.5 else f"median {days:.0f} days" if days >= 1.5 else "median 1 day"


def target_of(month: date) -> int | None:
    """Return how many accepted SQLs the month that starts on ``month`` is to bring, None where nobody has said."""
    return Goal.objects.filter(month=month).values_list("accepted_sqls", flat=True).first()


def _goal(answers: Answers, installation: Installation, now: datetime) -> GoalLine:
    month = period("month", now=now, zone=ZoneInfo(installation.time_zone))
    today = now.astimezone(month.zone).date()
    achieved = answers.achieved(month)
    target = target_of(month.first)
    gone = working_days(month.first, today, installation.work_days)
    whole = working_days(month.first, month_end(today), installation.work_days)
    accepted = achieved["accepted"]
    happened = {"done_from": month.first, "done_to": month.last}
    return GoalLine(
        target=target,
        accepted=accepted,
        accepted_url=leads_url(did="accepted", **happened),
        customers=achieved["customers"],
        customers_url=leads_url(did="won", **happened),
        revenue=float(achieved["revenue"]),
        currency=installation.currency,
        expected=round(target * gone / whole) if target and whole else 0,
        pace=round(accepted * whole / gone) if gone else accepted,
        days_gone=gone,
        days_left=whole - gone,
    )


def _sources(answers: Answers, chosen: Period) -> list[SourceRow]:
    return [_source_row(row, chosen) for row in answers.sources(chosen, limit=SOURCES_SHOWN)]


def _source_row(row: Mapping[str, Any], chosen: Period) -> SourceRow:
    channel = Channel(row["channel"]).label if row["channel"] else "Not known"
    of_source = {"source": row["source_id"] or "none"}
    happened = {"done_from": chosen.first, "done_to": chosen.last}
    return SourceRow(
        name=row["source"] or channel,
        detail=" · ".join(part for part in (channel if row["source"] else "", row["campaign"]) if part),
        customers=row["customers"],
        accepted=row["accepted"],
        decided=row["decided"],
        leads=row["leads"],
        revenue=float(row["revenue"]),
        customers_url=leads_url(**of_source, did="won", **happened),
        accepted_url=leads_url(**of_source, did="accepted", **happened),
        decided_url=leads_url(**of_source, did="decided", **happened),
        leads_url=leads_url(**of_source, came_from=chosen.first, came_to=chosen.last),
        filter_value=row["source_id"],
    )


def _first_contact(answers: Answers, chosen: Period, now: datetime) -> FirstContact:
    opened = {"done_from": chosen.first, "done_to": chosen.last}
    return FirstContact(
        urls={
            "handovers": leads_url(did="handover", **opened),
            "contacted": leads_url(did="first_contacted", **opened),
            "due": leads_url(did="contact_due", **opened),
            "in_time": leads_url(did="contact_in_time", **opened),
        },
        **answers.first_contact(chosen, now=now),
    )
