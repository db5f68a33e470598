"""The brief of a handover: at most 90 words, put together from facts by template; each sentence leads to its fact."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from common.ui import ago_text

MAX_WORDS = 90
MAX_WORD_LENGTH = 60
SIGNALS = 3
QUOTED_WORDS = 22
NAME_WORDS = 8
SECTIONS = ("why_now", "asked", "open_with", "contact", "history")


@dataclass(frozen=True)
class Sentence:
    """One statement and the place that proves it."""

    text: str
    href: str


@dataclass(frozen=True)
class Signal:
    """Something the lead did; ``weight`` is its points times how fresh it is."""

    text: str
    at: datetime
    weight: int
    activity_id: int
    count: int = 1


@dataclass(frozen=True)
class Quote:
    """Words of the lead, or the name of something they read."""

    text: str
    at: datetime
    activity_id: int


@dataclass(frozen=True)
class ContactWay:
    """One way to reach the lead, and what they allowed."""

    name: str
    address: str
    consent: str


@dataclass(frozen=True)
class Past:
    """An earlier handover: what became of it, when, by whom."""

    text: str
    at: datetime
    activity_id: int | None


@dataclass(frozen=True)
class BriefFacts:
    """All a brief may speak of. ``grade`` is empty where the fit is not known."""

    lead_url: str
    now: datetime
    zone: ZoneInfo
    is_zone_known: bool
    grade: str = ""
    signals: tuple[Signal, ...] = ()
    asked: Quote | None = None
    content: Quote | None = None
    contact_ways: tuple[ContactWay, ...] = ()
    past: tuple[Past, ...] = ()


@dataclass(frozen=True)
class Brief:
    """The brief by section; an empty section is left out of the page."""

    why_now: tuple[Sentence, ...] = ()
    asked: tuple[Sentence, ...] = ()
    open_with: tuple[Sentence, ...] = ()
    contact: tuple[Sentence, ...] = ()
    history: tuple[Sentence, ...] = ()

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(sentence for section in SECTIONS for sentence in getattr(self, section))

    @property
    def word_count(self) -> int:
        return sum(len(sentence.text.split()) for sentence in self.sentences)


def write_brief(facts: BriefFacts) -> Brief:
    """Return the brief; where 90 words are not enough, what matters least is left out whole."""
    parts: dict[str, list[Sentence]] = {section: [] for section in (*SECTIONS, "fit")}
    left = MAX_WORDS
    for section, sentence in _by_importance(facts):
        words = len(sentence.text.split())
        if words <= left:
            parts[section].append(sentence)
            left -= words
    parts["why_now"] += parts.pop("fit")
    return Brief(**{section: tuple(sentences) for section, sentences in parts.items()})


def _by_importance(facts: BriefFacts) -> Iterable[tuple[str, Sentence]]:
    top = sorted(facts.signals, key=lambda signal: (-signal.weight, -signal.at.timestamp()))[:SIGNALS]
    yield from (("why_now", _signal(signal, facts)) for signal in top[:1])
    if facts.asked:
        yield "asked", Sentence(f"“{clip(facts.asked.text, QUOTED_WORDS)}”", _activity(facts, facts.asked.activity_id))
    yield from (("contact", _contact_way(way, facts)) for way in facts.contact_ways[:2])
    yield "open_with", _local_time(facts)
    yield "fit", _fit(facts)
    yield from (("why_now", _signal(signal, facts)) for signal in top[1:2])
    yield from (("history", _past(past, facts)) for past in facts.past[:1])
    if facts.content:
        words = f"Mention “{clip(facts.content.text, NAME_WORDS)}”, read {_day(facts.content.at, facts)}."
        yield "open_with", Sentence(words, _activity(facts, facts.content.activity_id))
    yield from (("why_now", _signal(signal, facts)) for signal in top[2:])
    yield from (("history", _past(past, facts)) for past in facts.past[1:2])


def _signal(signal: Signal, facts: BriefFacts) -> Sentence:
    times = f" {signal.count} times, last" if signal.count > 1 else ""
    when = ago_text(signal.at.astimezone(facts.zone), facts.now.astimezone(facts.zone))
    words = f"{clip(signal.text, NAME_WORDS)}{times} {when}."
    return Sentence(words, _activity(facts, signal.activity_id))


def _fit(facts: BriefFacts) -> Sentence:
    return Sentence(f"Fit {facts.grade}." if facts.grade else "Fit not known.", f"{facts.lead_url}#why-panel")


def _contact_way(way: ContactWay, facts: BriefFacts) -> Sentence:
    words = f"{way.name} {clip(way.address, 5)}: {clip(way.consent, NAME_WORDS)}."
    return Sentence(words, f"{facts.lead_url}#facts-title")


def _local_time(facts: BriefFacts) -> Sentence:
    local = facts.now.astimezone(facts.zone)
    if not facts.is_zone_known:
        return Sentence(f"Time zone not known; {local:%H:%M} here.", f"{facts.lead_url}#facts-title")
    city = facts.zone.key.rpartition("/")[2].replace("_", " ")
    return Sentence(f"{city}, {local:%a} {local:%H:%M}, {_part_of_day(local)}.", f"{facts.lead_url}#facts-title")


def _part_of_day(local: datetime) -> str:
    names = ((5, "night"), (12, "morning"), (17, "afternoon"), (22, "evening"), (24, "night"))
    return next(name for until, name in names if local.hour < until)


def _past(past: Past, facts: BriefFacts) -> Sentence:
    words = f"{clip(past.text, NAME_WORDS + 4)}, {past.at.astimezone(facts.zone):%b %Y}."
    return Sentence(words, _activity(facts, past.activity_id))


def _activity(facts: BriefFacts, activity_id: int | None) -> str:
    return f"{facts.lead_url}#activity-{activity_id}" if activity_id else f"{facts.lead_url}#timeline"


def _day(at: datetime, facts: BriefFacts) -> str:
    local, today = at.astimezone(facts.zone), facts.now.astimezone(facts.zone).date()
    if local.date() == today:
        return "today"
    if today - local.date() < timedelta(days=7):
        return f"{local:%a}"
    return f"{local.day} {local:%b}"


def clip(text: str, words: int) -> str:
    """Return at most so many words of ``text``, each of bearable length, with an ellipsis where something is cut."""
    found = text.split()
    kept = [word if len(word) <= MAX_WORD_LENGTH else f"{word[:MAX_WORD_LENGTH]}…" for word in found[:words]]
    cut = "…" if len(found) > words else ""
    return " ".join(kept).rstrip(".,;: " if cut else ". ") + cut
