"""Six made-up handovers to learn the keys with. They live in the page alone: none of these objects is ever stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from leads.models import Lead, LeadState
from sales.brief import Brief, Sentence
from sales.models import Handover, HandoverCause
from sales.selectors.inbox import Row
from sales.selectors.panes import Pane
from sales.sla import Clock

HERE = "#brief"


@dataclass(frozen=True)
class Lesson:
    """One thing to try; ``act`` is what the page waits for, ``keys`` the entries in the table of keys."""

    act: str
    text: str
    keys: tuple[str, ...]
    then: str = ""


@dataclass(frozen=True)
class Pupil:
    """A made-up lead; ``minutes`` are left until its first contact is due."""

    first_name: str
    last_name: str
    job_title: str
    company: str
    temperature: str
    grade: str
    minutes: int
    why_now: str
    asked: str = ""


@dataclass(frozen=True)
class Exercise:
    """A made-up handover as list and brief show it."""

    row: Row
    pane: Pane


LESSONS = (
    Lesson("move", "Go to the next lead, and back", ("next", "previous")),
    Lesson("accept", "Accept one: it is yours, and the next one opens", ("accept",)),
    Lesson("reject", "Reject one because of bad timing", ("reject",), "5"),
    Lesson("undo", "Take that back: for ten minutes every act can be undone", ("undo",)),
    Lesson("contact", "Log that you reached somebody: it stops the clock", ("log",), "1"),
)
PUPILS = (
    Pupil(
        *("Mara", "Example", "Head of Operations", "Example Freight", "hot", "A", 12),
        why_now="Requested a demo 3 min ago.",
        asked="“We need to replace our spreadsheet before January.”",
    ),
    Pupil(
        *("Otto", "Example", "VP Sales", "Example Robotics", "hot", "B", 14),
        why_now="Asked to be contacted 1 min ago.",
        asked="“Does it work with our telephone system?”",
    ),
    Pupil(
        *("Aisha", "Example", "Marketing Manager", "Example Clinics", "warm", "A", 45),
        why_now="Viewed Pricing 4 times this week.",
    ),
    Pupil(
        *("Jonas", "Example", "Student", "", "warm", "C", 47),
        why_now="Requested a demo 2 min ago.",
        asked="“I write my thesis about CRM systems.”",
    ),
    Pupil(
        *("Ines", "Example", "Managing Director", "Example Timber", "warm", "B", 50),
        why_now="Attended the webinar on Tuesday.",
        asked="“Interesting, but not before next summer.”",
    ),
    Pupil(
        *("Viktor", "Example", "COO", "Example Insurance", "warm", "A", 55),
        why_now="Downloaded the guide, then viewed Pricing.",
    ),
)


def exercises(*, now: datetime) -> list[Exercise]:
    """Return the six, the first of them opened."""
    return [_exercise(number, pupil, now) for number, pupil in enumerate(PUPILS)]


def _exercise(number: int, pupil: Pupil, now: datetime) -> Exercise:
    handover = _handover(UUID(int=number + 1), pupil, now)
    due_at = now + timedelta(minutes=pupil.minutes)
    clock = Clock("neutral", f"due in {pupil.minutes} min", due_at=due_at, warn_at=due_at - timedelta(minutes=5))
    brief = Brief(
        why_now=(Sentence(pupil.why_now, HERE),),
        asked=(Sentence(pupil.asked, HERE),) if pupil.asked else (),
        contact=(Sentence(f"{handover.lead.email}, may be mailed.", HERE),),
    )
    pane = Pane(handover, brief, clock, HERE, attempts=(), can_act=True, can_undo=False)
    return Exercise(Row(handover, clock, is_current=number == 0), pane)


def _handover(pk: UUID, pupil: Pupil, now: datetime) -> Handover:
    lead = Lead(
        pk=pk,
        email=f"{pupil.first_name.lower()}@practice.example",
        first_name=pupil.first_name,
        last_name=pupil.last_name,
        job_title=pupil.job_title,
        company=pupil.company,
    )
    LeadState(lead=lead, stage="sql", temperature=pupil.temperature, grade=pupil.grade)
    return Handover(
        pk=pk,
        lead=lead,
        is_hot=pupil.temperature == "hot",
        cause_kind=HandoverCause.TRANSITION,
        cause="Became SQL",
        opened_at=now - timedelta(minutes=3),
    )
