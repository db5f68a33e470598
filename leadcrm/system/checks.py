"""Judges what was measured: each check says how it stands, what follows from it, and the command that mends it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import DatabaseError

from leadcrm.launch import missing_migrations
from leadcrm.system import writes
from leadcrm.system.measures import Disk, Health, disks
from leadcrm.system.remedies import command
from leads.models import MAX_WORKER_DEATHS
from leads.selectors import put_aside
from mail.selectors import relay_trouble, restore_hold

# Twelve ticks: with a worker at work nothing due stands this long.
OVERDUE_SECONDS = 120
GIGABYTE = 1_000_000_000
# A weekly backup that ran is never late.
LATE_BACKUP = timedelta(days=8)
LITTLE_ROOM, NO_ROOM = 2 * GIGABYTE, GIGABYTE // 2


class State(StrEnum):
    """How a check came out."""

    OK = "ok"
    NOTE = "note"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. ``remedy`` is a command or a setting to change, empty where nothing is to do.

    ``said`` is the state in a word of its own, where the usual one would say too little.
    """

    name: str
    state: State
    text: str
    remedy: str = ""
    said: str = ""

    @property
    def tone(self) -> str:
        """The look of a banner or badge."""
        return {State.OK: "ok", State.NOTE: "", State.WARN: "warn", State.FAIL: "error"}[self.state]

    @property
    def word(self) -> str:
        """The state for people."""
        return (
            self.said
            or {
                State.OK: "Fine",
                State.NOTE: "Not known",
                State.WARN: "Look at it",
                State.FAIL: "Broken",
            }[self.state]
        )


def system_checks(health: Health) -> list[Check]:
    """Return how everything stands that runs beside this process."""
    found = [database(health)]
    if health.can_read:
        found.append(migrations())
    found += [broker(health)]
    if health.broker == "ok":
        found += [worker(health), clock(health)]
    if health.queues:
        found += [due_work(health), judging(), mail(health.at), backup(health)]
    return [*found, *map(disk, disks())]


def problems(checks: Iterable[Check]) -> list[Check]:
    """Return what is not as it should be, the worst first."""
    found = (check for check in checks if check.state in (State.WARN, State.FAIL))
    return sorted(found, key=lambda check: check.state != State.FAIL)


def database(health: Health) -> Check:
    if health.can_serve:
        return Check("Database", State.OK, "PostgreSQL answers and takes writes.")
    if health.database == writes.FULL:
        text = "The disk of the database is full: what is stored can be read, but no form is taken and no mail sent."
        return Check("Database", State.FAIL, text, command("room"))
    if health.database == writes.READ_ONLY:
        text = "The database takes no writes: it is a replica, or default_transaction_read_only is on."
        return Check("Database", State.FAIL, text, "DATABASE_URL")
    return Check("Database", State.FAIL, "The database does not answer: nothing can be stored.", command("database"))


def migrations() -> Check:
    try:
        missing = missing_migrations()
    except DatabaseError:
        return Check("Migrations", State.WARN, "The state of the tables cannot be read.", command("migrate"))
    if not missing:
        return Check("Migrations", State.OK, "All tables are as this version needs them.")
    names = ", ".join(f"{app}.{name}" for app, name in sorted(missing)[:3])
    changes = "1 change" if len(missing) == 1 else f"{len(missing)} changes"
    text = f"The database lacks {changes} that this version needs ({names}): pages that need them fail."
    return Check("Migrations", State.FAIL, text, command("migrate"))


def broker(health: Health) -> Check:
    if health.broker == "ok":
        return Check("Broker", State.OK, "Valkey or Redis answers.")
    text = "The broker does not answer. Forms still take leads, but nothing is judged or sent until it is back."
    return Check("Broker", State.FAIL, text, command("broker"))


def worker(health: Health) -> Check:
    names = health.pulse.live_workers(health.at)
    if not names:
        text = "No worker runs. Forms still take leads, but none is judged, mailed or handed over."
        return Check("Worker", State.FAIL, text, command("worker"))
    # The clock gets its own line while it is not to blame: a beat that is late then lies with the worker.
    if health.pulse.is_beat_late(health.at) and not health.pulse.is_clock_late(health.at):
        return Check("Worker", State.FAIL, "The worker runs but takes no work from the broker.", command("deaf"))
    return Check("Worker", State.OK, f"{len(names)} at work: {', '.join(names)}.")


def clock(health: Health) -> Check:
    if not health.pulse.is_beat_late(health.at) or not health.pulse.is_clock_late(health.at):
        return Check("Clock", State.OK, "The clock (beat) ticks every 10 s.")
    text = (
        "The clock (beat) does not run. What becomes due by itself waits: steps of sequences, fading scores, retries."
    )
    return Check("Clock", State.FAIL, text, command("clock"))


def due_work(health: Health) -> Check:
    late = [queue for queue in health.queues if (queue.oldest_seconds or 0) > OVERDUE_SECONDS]
    if not late:
        return Check("Due work", State.OK, "Nothing has waited longer than two minutes.")
    worst = max(late, key=lambda queue: queue.oldest_seconds or 0)
    text = f"The oldest {worst.what} has been due for {worst.oldest_seconds:.0f} s."
    return Check("Due work", State.WARN, text, command("doctor"))


def judging() -> Check:
    count = put_aside().count()
    if not count:
        return Check("Judging", State.OK, "No lead was put aside because it killed its worker.")
    what = "1 lead is not judged: it" if count == 1 else f"{count} leads are not judged: each"
    text = f"{what} killed its worker {MAX_WORKER_DEATHS} times and was put aside. Mend the cause, often memory; then"
    return Check("Judging", State.WARN, f"{text} let it be judged again.", command("rescore"))


def mail(now: datetime) -> Check:
    if hold := restore_hold():
        text = f"No mail and no webhook leaves: the data are as of {hold.backup_at:%Y-%m-%d %H:%M} UTC. Decide under"
        return Check("Mail", State.FAIL, f"{text} Settings, System what becomes of what was due before the restore.")
    if trouble := relay_trouble(now=now):
        return Check("Mail", State.FAIL, trouble, "EMAIL_URL")
    if not settings.EMAIL_URL:
        text = "No mail leaves and nobody gets any: it is caught, to be read under Settings, Mail. To send it, set this"
        remedy = "EMAIL_URL=smtp+tls://user:password@smtp.example.com:587"
        return Check("Mail", State.NOTE, f"{text} and restart.", remedy, said="Caught")
    return Check("Mail", State.OK, "Mail is handed to the mail server.")


def backup(health: Health) -> Check:
    age = health.at - health.backup_at if health.backup_at else None
    if age is None:
        return Check("Backup", State.NOTE, "None was made with manage.py backup yet.", command("backup"))
    days = f"{age.days} day{'' if age.days == 1 else 's'} ago" if age.days else "within the last 24 hours"
    if age > LATE_BACKUP:
        text = f"The last one was made {days}: what came since would be lost with the disk."
        return Check("Backup", State.WARN, text, command("backup"))
    return Check("Backup", State.OK, f"The last one was made {days}.")


def disk(found: Disk) -> Check:
    free = f"{found.free / GIGABYTE:.1f} of {found.total / GIGABYTE:.1f} GB are free at {found.folder}."
    if found.free < NO_ROOM:
        text = f"{free} A full disk stops the database: no form can be taken."
        return Check("Disk", State.FAIL, text, f"df -h {found.folder}")
    if found.free < LITTLE_ROOM:
        return Check("Disk", State.WARN, f"{free} Make room before it is full.", f"df -h {found.folder}")
    return Check("Disk", State.OK, free)
