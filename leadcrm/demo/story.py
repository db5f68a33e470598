"""What the people of the sample data do, planned before anything happens: pure, and the same for the same seed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from leadcrm.demo.people import Person, people

DAYS = 90
COUNT = 300
SITE = "https://www.northgate.example"


@dataclass(frozen=True)
class Road:
    """A way to the website: how many take it, how good they are, which page and referrer it shows."""

    weight: int
    worth: float
    page: str
    referrer: str = ""


ROADS = (
    Road(26, 1.0, "/guide/", "https://www.google.com/"),
    Road(
        30, 0.25, "/guide/?utm_source=google&utm_medium=cpc&utm_campaign=crm-free&gclid=x1", "https://www.google.com/"
    ),
    Road(12, 1.7, "/webinar/?utm_source=webinar&utm_medium=event&utm_campaign=autumn-webinar"),
    Road(12, 0.9, "/?utm_source=linkedin&utm_medium=paid_social&utm_campaign=ops-leaders", "https://www.linkedin.com/"),
    Road(10, 1.2, "/pricing/"),
    Road(6, 1.1, "/blog/handover/", "https://partner.example/review"),
    Road(4, 1.0, "/guide/?utm_source=newsletter&utm_medium=email&utm_campaign=october"),
)
PAGES = (("/pricing/", "Pricing"), ("/customers/", "Customers"), ("/integrations/", "Integrations"), ("/blog/", "Blog"))
WISHES = (
    "We need to replace our spreadsheet before January.",
    "Can you show us how the handover to sales works?",
    "Do you integrate with our ERP? We are 40 people in sales.",
    "Our current tool cannot explain its scores. How does yours?",
    "Please call me in the morning, we compare three products.",
)
# How long the leads that sales finds in its queue have been waiting.
WAITING_MINUTES = (2, 5, 9, 13, 19, 50)


@dataclass(frozen=True)
class Event:
    """One thing a person does. ``kind`` is submit, view, webinar or click."""

    at: datetime
    kind: str
    person: Person
    details: dict[str, str] = field(default_factory=dict)


def story(*, seed: int, now: datetime, count: int = COUNT, days: int = DAYS) -> list[Event]:
    """Return everything that happens in the ``days`` before ``now``, in order."""
    random = Random(seed)
    events = [event for person in people(random, count) for event in _life(random, person, now, days)]
    past = sorted((event for event in events if event.at < now), key=lambda event: event.at)
    return sorted([*past, *_waiting(random, past, now)], key=lambda event: event.at)


def _waiting(random: Random, past: Sequence[Event], now: datetime) -> Iterator[Event]:
    """Let those who did most and asked sales for nothing yet do so in the last hour."""
    first = {event.person: event for event in reversed(past) if event.kind == "submit"}
    asked = {event.person for event in past if event.details.get("template") in ("demo", "contact")}
    busiest = Counter(event.person for event in past if event.person not in asked).most_common()
    for number, (minutes, (person, _)) in enumerate(zip(WAITING_MINUTES, busiest, strict=False)):
        came = first[person].details
        details = {
            "template": "contact" if number % 3 == 1 else "demo",
            "page": came["page"],
            "referrer": came["referrer"],
            "message": random.choice(WISHES),
        }
        yield Event(now - timedelta(minutes=minutes), "submit", person, details)


def _life(random: Random, person: Person, now: datetime, days: int) -> Iterator[Event]:
    road = random.choices(ROADS, [road.weight for road in ROADS])[0]
    # More people come late than early, so that the newest month is the fullest.
    first = min(_daytime(random, now - timedelta(days=days * random.random() ** 1.3)), now - timedelta(minutes=5))
    drive = person.worth * road.worth
    template = "demo" if random.random() < drive * 0.22 else random.choices(("guide", "contact"), (9, 1))[0]
    yield _submission(random, first, person, template, road)
    at = first
    for _ in range(int(random.expovariate(1.0) * (1 + 7 * drive))):
        at = _later(random, at, days=random.expovariate(0.22))
        path, title = random.choice(PAGES)
        yield Event(at, "view", person, {"path": path, "title": title})
    if random.random() < drive * 0.3:
        yield Event(_later(random, first, days=6), "webinar", person, {"subject": "Autumn webinar"})
    if template == "guide" and random.random() < drive * 0.35:
        asked = _later(random, at, days=1 + random.expovariate(0.2))
        yield _submission(random, asked, person, "demo", road)


def _submission(random: Random, at: datetime, person: Person, template: str, road: Road) -> Event:
    details = {"template": template, "page": SITE + road.page, "referrer": road.referrer}
    if template != "guide":
        details["message"] = random.choice(WISHES)
    if random.random() < 0.7:
        details["consent"] = "yes"
    return Event(at, "submit", person, details)


def _later(random: Random, at: datetime, *, days: float) -> datetime:
    """Return some time of the day ``days`` later, at least five minutes later."""
    return max(_daytime(random, at + timedelta(days=days)), at + timedelta(minutes=5))


def _daytime(random: Random, at: datetime) -> datetime:
    """Move a moment to some time between 8 and 19 o'clock of its day."""
    return at.replace(
        hour=8 + int(random.random() * 11), minute=int(random.random() * 60), second=int(random.random() * 60)
    )
