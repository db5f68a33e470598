"""Mail to be sent in a story, and the wait until all of it has come to an end."""

import time
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from chaos.checker import due_work
from chaos.run import Run
from mail.models import Kind
from mail.services import queue_message

# Lease 6 s instead of 120 s, and every time-out in proportion.
HASTE = 20
HASTY = {"CHAOS_HASTE": str(HASTE)}
BATCH = 500


def queue_mail(run: Run, count: int, *, domain: str = "reader.example", kind: str = "") -> list[str]:
    """Plan ``count`` mails, marketing and requested ones by turns of the dice; return the addresses."""
    addresses = [f"r{number}-{run.dice.getrandbits(24):06x}@{domain}" for number in range(count)]
    for start in range(0, count, BATCH):
        with transaction.atomic():
            for address in addresses[start : start + BATCH]:
                chosen = kind or run.dice.choice([Kind.REQUESTED, Kind.MARKETING])
                queue_one(address, chosen)
    return addresses


def queue_one(address: str, kind: str, *, subject: str = "News", text: str = "Hello") -> None:
    """Plan one mail."""
    queue_message(
        dedupe_key=f"chaos:{address}",
        kind=kind,
        topic="newsletter" if kind == Kind.MARKETING else "",
        to_email=address,
        subject=subject,
        text=text,
        html="",
        unsubscribe_url="https://sender.example/u/x" if kind == Kind.MARKETING else "",
        now=timezone.now(),
    )


def send_until_rest(run: Run, seconds: float) -> tuple[float, list[str]]:
    """Ring until no mail is due; return how long it took, and a sentence where it did not end."""
    began = time.monotonic()
    while left := due_work(run):
        if time.monotonic() - began > seconds:
            return seconds, [f"{left} rows are still due after {seconds:.0f} s"]
        run.ring()
        time.sleep(0.3)
    return time.monotonic() - began, []


def statuses(run: Run, addresses: Sequence[str] = ()) -> dict[str, int]:
    """Return how many mails stand where, of all or of some addresses."""
    rows = run.servers.sql(
        "SELECT status, count(*) FROM mail_message WHERE %(all)s OR to_email = ANY(%(addresses)s) GROUP BY 1",
        {"all": not addresses, "addresses": list(addresses)},
        database=run.database,
    )
    return dict(rows)
