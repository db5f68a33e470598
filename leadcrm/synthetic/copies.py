"""Writes many leads by COPY, table by table, straight into the tables of all apps.

That no service is asked is on purpose and for this alone: a million leads in minutes, in a database made to be thrown
away. The rows are those of leads that the services made (``patterns.py``).
"""

import io
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from random import Random

from django.db import connection, transaction
from django.db.models import Model

from capture.models import Submission
from common.ids import uuid7
from leadcrm.demo.play import load_sample_data
from leadcrm.synthetic.bulk import bare_tables
from leadcrm.synthetic.patterns import NUMBERED, TABLES, Pattern, columns, read_patterns
from leads.models import Activity, Lead, Transition
from sales.models import Handover

SEED = 7
PLAYED = 150
BATCH = 5_000
SHIFTS = 60  # copies of one lead came up to an hour before it, by the minute
# What sales works on depends on its people, not on how many leads there are: the rest of the copies are decided ones.
WITH_SALES = 300
FREELY_NUMBERED: tuple[type[Model], ...] = (Activity, Transition)  # ids from a sequence, not by time
SYLLABLES = "an bar ber dal den el fel gar hol in jan kas ker lan lin mar mon nes or pel ras sen tal tor ul var wen zil"
FIRST_NAMES = ("Ada", "Bela", "Carl", "Dora", "Emil", "Fina", "Gero", "Hedda", "Ivo", "Jule", "Karl", "Lotte", "Mats")


class NotEmpty(RuntimeError):
    """There are leads already; made-up leads are for a database of their own."""


@dataclass(frozen=True)
class Person:
    """Who a copy is."""

    number: int
    first: str
    last: str
    domain: str

    @property
    def email(self) -> str:
        """An address nobody can own and no other copy has."""
        return f"{self.first}.{self.last}.{self.number}@{self.domain}".lower()


def generate_leads(*, count: int, activities: int, now: datetime) -> dict[str, int]:
    """Bring the sample leads and their copies to ``count``, each with at least ``activities`` facts.

    Where there are no sample leads yet they are played first, under a moved clock. Returns the rows of each table.
    Raises NotEmpty. No worker may run meanwhile.
    """
    if Lead.objects.filter(is_sample=False).exists():
        raise NotEmpty("There are leads in this database. Made-up leads belong in one that may be thrown away.")
    if not Lead.objects.exists():
        load_sample_data(now=now, leads=min(count, PLAYED))
    patterns = read_patterns(activities=activities)
    plan = _plan(patterns, count - len(patterns))
    random = Random(SEED)
    number = 0
    with bare_tables([table._meta.db_table for table in TABLES]):
        while batch := list(islice(plan, BATCH)):
            _write(batch, number, random)
            number += len(batch)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {table._meta.db_table: table._default_manager.count() for table in TABLES}


def _plan(patterns: Sequence[Pattern], count: int) -> Iterator[Pattern]:
    """Yield which lead to copy, ``count`` times, oldest first as leads come; few of them are with sales now."""
    busy = [pattern for pattern in patterns if pattern.is_with_sales]
    calm = [pattern for pattern in patterns if not pattern.is_with_sales]
    of_busy = min(WITH_SALES, count) if busy else 0
    times = _shares(len(busy), of_busy) + _shares(len(calm), count - of_busy)
    for pattern, share in sorted(zip([*busy, *calm], times, strict=True), key=lambda pair: pair[0].created_at):
        for _ in range(share):
            yield pattern


def _shares(parts: int, total: int) -> list[int]:
    return [total // parts + (part < total % parts) for part in range(parts)]


@lru_cache(maxsize=SHIFTS)
def _text(pattern: Pattern, minutes: int) -> dict[type[Model], str]:
    return pattern.text(timedelta(minutes=minutes))


@transaction.atomic
def _write(batch: Sequence[Pattern], first_number: int, random: Random) -> None:
    texts: dict[type[Model], list[str]] = {table: [] for table in TABLES}
    ids: dict[type[Model], Iterator[int]] = {
        table: _reserve(table, sum(len(p.rows[table]) for p in batch)) for table in FREELY_NUMBERED
    }
    for number, pattern in enumerate(batch, first_number):
        names = _names(pattern, number, random)
        for table, free in ids.items():
            for place in range(len(pattern.rows[table])):
                names[f"{NUMBERED[table]}{place}"] = next(free)
        for table, text in _text(pattern, number % SHIFTS).items():
            if text:
                texts[table].append(text % names)
    for table in TABLES:
        _copy(table, "".join(texts[table]))


def _names(pattern: Pattern, number: int, random: Random) -> dict[str, object]:
    sample = pattern.rows[Lead][0]
    last = "".join(random.choices(SYLLABLES.split(), k=3)).capitalize()
    person = Person(number, random.choice(FIRST_NAMES), last, sample["email"].rpartition("@")[2])
    names: dict[str, object] = {
        "lead": uuid7(pattern.created_at - timedelta(minutes=number % SHIFTS)),
        "first": person.first,
        "last": person.last,
        "email": person.email,
        "key": secrets.token_urlsafe(16),
    }
    for place, handover in enumerate(pattern.rows[Handover]):
        names[f"h{place}"] = uuid7(handover["opened_at"])
    for place, submission in enumerate(pattern.rows[Submission]):
        names[f"s{place}"] = uuid7(submission["received_at"])
        names[f"s{place}_key"], names[f"s{place}_hash"] = secrets.token_urlsafe(16), secrets.token_hex(16)
    return names


def _reserve(table: type[Model], count: int) -> Iterator[int]:
    """Take the next ``count`` ids of a table from its sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table._meta.db_table])
        (sequence,) = cursor.fetchone()
        cursor.execute("SELECT setval(%s, nextval(%s) + %s)", [sequence, sequence, count])
        (last,) = cursor.fetchone()
    return iter(range(last - count + 1, last + 1))


def _copy(table: type[Model], text: str) -> None:
    names = ", ".join(str(field.column) for field in columns(table))
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table._meta.db_table} ({names}) FROM STDIN", io.StringIO(text))
