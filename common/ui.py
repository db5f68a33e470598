"""How values read on a screen: pure functions behind the template tags in ``common/templatetags/ui.py``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

FEW = 20
DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
CURRENCY_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF ", "JPY": "¥"}

STAGES = {
    "new": ("New", "Nothing known yet that qualifies this lead", "pips-0"),
    "iql": ("IQL", "Information-qualified: has shown interest and needs information", "pips-1"),
    "mql": ("MQL", "Marketing-qualified: engages, without clear intent to buy", "pips-2"),
    "sql": ("SQL", "Sales-qualified: fits and shows intent, ready for direct contact", "pips-3"),
    "customer": ("Customer", "Won", "star"),
    "disqualified": ("Disqualified", "Will not become a customer", "strike"),
}
TEMPERATURES = {
    "cold": ("Cold", "Not looking", "cold"),
    "warm": ("Warm", "Interested", "warm"),
    "hot": ("Hot", "May buy now", "hot"),
}
GRADES = {
    "A": "Fit A: the customers we want",
    "B": "Fit B: a good match",
    "C": "Fit C: a weak match",
    "?": "Fit not known yet",
}
STATUS_TONES = {
    "ok": "live running active accepted won sent done delivered confirmed finished healthy kept published succeeded",
    "warn": "draft paused pending queued uncertain waiting unconfirmed due suppressed unpublished",
    "error": "dead failing failed overdue blocked bounced broken spam revoked",
    "info": "claimed sending importing new_version caught scheduled",
}
TONE_OF_STATUS = {status: tone for tone, words in STATUS_TONES.items() for status in words.split()}
TONE_ICONS = {"ok": "check", "warn": "triangle", "error": "octagon"}


@dataclass(frozen=True)
class Badge:
    """What a badge shows: CSS class, word, mark of the sprite, explanation."""

    css: str
    label: str
    mark: str = ""
    title: str = ""


def badge(kind: str, value: str, label: str = "", tone: str = "") -> Badge:
    """Return the badge of a stage, temperature, grade or status; an unknown value is shown neutrally, as a word."""
    value = str(value or "")
    table = {"stage": STAGES, "temperature": TEMPERATURES}.get(kind, {})
    if value in table:
        word, title, mark = table[value]
        return Badge(f"badge-{value}", label or word, mark, title)
    if kind == "grade":
        return Badge("badge-grade", label or value or "?", "", GRADES.get(value, ""))
    tone = tone or TONE_OF_STATUS.get(value, "")
    return Badge(f"badge-{tone}" if tone else "", label or sentence_case(value), TONE_ICONS.get(tone, ""))


def sentence_case(value: str) -> str:
    """Return ``handover_opened`` as "Handover opened"."""
    words = str(value).replace("_", " ")
    return words[:1].upper() + words[1:]


def points_text(points: int | None, *, signed: bool = False) -> str:
    """Return hundredths of a point as people read them: 2500 is "25", 1250 "12.5", signed "+25"."""
    if points is None:
        return DASH
    text = f"{abs(points) / 100:.2f}".rstrip("0").rstrip(".")
    if points < 0 and text != "0":
        return f"{MINUS}{text}"
    return f"+{text}" if signed and text != "0" else text


def whole_points_text(points: int | None) -> str:
    """Return whole points for a table, rounded down so that 59.9 never looks like a reached bound of 60."""
    return DASH if points is None else str(points // 100)


def number_text(value: float | Decimal | None) -> str:
    """Return a number with thousands separators, without trailing zeros."""
    if value is None or value == "":
        return DASH
    if isinstance(value, int):
        return f"{value:,}".replace("-", MINUS)
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def money_text(amount: float | Decimal | None, currency: str = "EUR") -> str:
    """Return "€48,200", with cents only where there are any."""
    if amount is None or amount == "":
        return DASH
    value = Decimal(str(amount))
    digits = f"{abs(value):,.2f}".removesuffix(".00")
    sign = MINUS if value < 0 else ""
    return f"{sign}{CURRENCY_SIGNS.get(currency, f'{currency} ')}{digits}"


def percent_text(part: int, whole: int) -> str:
    """Return "38 % · 57 of 150", or below 20 "too few to say: 3 of 7"; nothing at all is a dash."""
    if not whole:
        return DASH
    counts = f"{number_text(part)} of {number_text(whole)}"
    if whole < FEW:
        return f"too few to say: {counts}"
    return f"{round(100 * part / whole)} % · {counts}"


def rate_text(part: int, whole: int) -> str:
    """Return "38 %" for a place where the counts stand beside it; "too few" below 20."""
    if not whole:
        return DASH
    return "too few" if whole < FEW else f"{round(100 * part / whole)} %"


def share(part: float | Decimal | None, whole: float | Decimal | None) -> str:
    """Return part of whole in percent, 0 to 100, as an SVG attribute reads it: "57.3"."""
    if not whole or not part:
        return "0"
    percent = 100 * float(part) / float(whole)
    return f"{min(100.0, max(0.0, percent)):.2f}".rstrip("0").rstrip(".")


def duration_text(span: timedelta) -> str:
    """Return a length of time in its largest fitting unit: "25 min", "3 h", "2 d"."""
    minutes = int(abs(span.total_seconds()) // 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} d"


def ago_text(value: datetime, now: datetime) -> str:
    """Return "12 min ago" or "in 3 h"; a date where that says more (30 days and beyond)."""
    span = now - value
    if abs(span) < timedelta(seconds=45):
        return "just now"
    if abs(span) >= timedelta(days=30):
        return date_text(value, now)
    minutes = max(timedelta(minutes=1), abs(span))
    return f"{duration_text(minutes)} ago" if span > timedelta(0) else f"in {duration_text(minutes)}"


def date_text(value: datetime, now: datetime) -> str:
    """Return "3 Nov", with the year where it is not the present one."""
    return f"{value.day} {value:%b}" if value.year == now.year else f"{value.day} {value:%b %Y}"


def day_text(day: date, today: date) -> str:
    """Return the heading of a day: "Today", "Yesterday", "Monday, 2 March 2026"."""
    if day == today:
        return "Today"
    return "Yesterday" if today - day == timedelta(days=1) else f"{day:%A}, {day.day} {day:%B %Y}"


@dataclass(frozen=True)
class Clock:
    """A promise's state in words; ``state`` is calm, due or overdue."""

    state: str
    text: str
    mark: str


def sla_clock(due_at: datetime, warn_at: datetime | None, now: datetime) -> Clock:
    """Return "due in 3 h", "due in 12 min" once ``warn_at`` is reached, "overdue 25 min" from ``due_at`` on."""
    if now >= due_at:
        return Clock("overdue", f"overdue {duration_text(now - due_at)}", "octagon")
    text = f"due in {duration_text(max(due_at - now, timedelta(minutes=1)))}"
    if warn_at and now >= warn_at:
        return Clock("due", text, "clock")
    return Clock("calm", text, "clock")


@dataclass(frozen=True)
class Delta:
    """A change against an earlier period: arrow, text, whether it is good, and the sentence for a screen reader."""

    tone: str
    arrow: str
    text: str
    spoken: str


def delta(value: float, *, unit: str = "", than: str = "before", good: str = "up") -> Delta:
    """Return "▲ 4 pt"; ``good`` is the direction that is welcome: up, down or none."""
    amount = number_text(abs(value)) + (f" {unit}" if unit else "")
    if not value:
        return Delta("", "", "no change", f"no change compared with {than}")
    direction = "up" if value > 0 else "down"
    tone = "" if good == "none" else "good" if direction == good else "bad"
    arrow = "▲" if value > 0 else "▼"
    return Delta(tone, arrow, amount, f"{direction} {amount} compared with {than}")


@dataclass(frozen=True)
class Column:
    """One column of a funnel; heights in percent of the tallest."""

    name: str
    count: int
    url: str
    note: str
    height: str
    ghost: str
    rate: str


def funnel_columns(steps: Sequence[object]) -> list[Column]:
    """Return the columns of a funnel from steps with ``name``, ``count`` and, where there is one, ``url`` and ``note``.

    The ghost behind a column is the step before it; the rate is taken from that step.
    """
    rows = [_step(step) for step in steps]
    top = max((row["count"] for row in rows), default=0)
    columns, before = [], None
    for row in rows:
        rate = "" if before is None else rate_text(row["count"], before)
        ghost = share(before, top) if before else "0"
        columns.append(
            Column(row["name"], row["count"], row["url"], row["note"], share(row["count"], top), ghost, rate)
        )
        before = row["count"]
    return columns


def _step(step: object) -> dict:
    read = step.get if isinstance(step, dict) else lambda key, default="": getattr(step, key, default)
    return {
        "name": read("name", ""),
        "count": read("count", 0) or 0,
        "url": read("url", "") or "",
        "note": read("note", "") or "",
    }


def polyline(values: Iterable[float], *, width: int = 100, height: int = 20, top: float | None = None) -> str:
    """Return the points of a line from zero at the bottom to ``top`` (the largest value unless given)."""
    numbers = [float(value) for value in values]
    if not numbers:
        return ""
    top = top or max(*numbers, 0.0) or 1.0
    step = width / max(1, len(numbers) - 1)
    spots = ((index * step, height - height * number / top) for index, number in enumerate(numbers))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)


def initials(name: str) -> str:
    """Return up to two letters for an avatar."""
    words = str(name or "").replace("@", " ").split()
    letters = [word[0] for word in words[:1] + words[1:][-1:]]
    return "".join(letters).upper() or "?"
