"""Reading the audit log: a page of it, all of it, and whether it is as it was written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import AuditChain, AuditEntry, User
from accounts.sealing import seal_of
from common.pages import Page, keyset_page

EXPORT_PAGE = 500
PROOF_PAGE = 2000


@dataclass(frozen=True)
class AuditFilter:
    """Which entries: of whom (an id, ``product`` or ""), what (its beginning), of which kind, object and days."""

    by: str = ""
    action: str = ""
    kind: str = ""
    object_id: str = ""
    since: date | None = None
    until: date | None = None

    def entries(self) -> QuerySet[AuditEntry]:
        """Return the entries, in no order yet; days are those of the active time zone."""
        found = AuditEntry.objects.all()
        if self.by == "product":
            found = found.filter(by=None)
        elif self.by.isascii() and self.by.isdigit():
            found = found.filter(by_id=int(self.by[:18]))
        exact = {"kind": self.kind, "object_id": self.object_id, "action__istartswith": self.action}
        found = found.filter(**{name: value for name, value in exact.items() if value})
        if self.since:
            found = found.filter(at__gte=_midnight(self.since))
        return found.filter(at__lt=_midnight(self.until + timedelta(days=1))) if self.until else found


def audit_page(wanted: AuditFilter, *, cursor: str | None = None) -> Page[AuditEntry]:
    """One page of entries, newest first. Raises BadCursor."""
    return keyset_page(wanted.entries(), order=("-at", "-id"), cursor=cursor)


def every_audit_entry(wanted: AuditFilter, *, limit: int) -> Iterator[AuditEntry]:
    """Yield entries newest first, a page at a time, so that a long log is never in memory."""
    cursor: str | None = None
    for _ in range(0, limit, EXPORT_PAGE):
        page = keyset_page(wanted.entries(), order=("-at", "-id"), cursor=cursor, size=EXPORT_PAGE)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def actors() -> list[tuple[int, str]]:
    """Everybody who can stand in the log: people and the accounts of keys, by name."""
    return list(User.objects.order_by("is_service", "name").values_list("pk", "name"))


@dataclass(frozen=True)
class AuditProof:
    """What a look at every seal found. ``trouble`` is empty where the log is as it was written.

    ``entry`` is the first that does not fit, None where it is missing; ``unsealed`` counts those still to be sealed.
    """

    count: int
    last_position: int
    last_seal: str
    unsealed: int
    oldest_unsealed_at: datetime | None = None
    trouble: str = ""
    entry: AuditEntry | None = None


def prove_audit_log() -> AuditProof:
    """Follow the seals from where the log begins, and name the first entry that was changed, removed or slipped in.

    Reads the whole log, in order and a page at a time.
    """
    chain = AuditChain.objects.filter(pk=1).first() or AuditChain()
    unsealed = AuditEntry.objects.filter(position=None)
    oldest = unsealed.order_by("id").values_list("at", flat=True).first()
    count, before, trouble, wrong = 0, chain.seal_before, "", None
    for entry in _sealed(chain.begins_after):
        expected = chain.begins_after + count + 1
        if entry.position != expected:
            trouble = f"Entry {expected} is missing"
        elif entry.seal != seal_of(entry, position=expected, before=before):
            trouble, wrong = f"Entry {expected} is not as it was written", entry
        if trouble:
            break
        count, before = count + 1, entry.seal
    else:
        end = chain.begins_after + count
        # Entries sealed since the first look are no trouble, so only what is missing at the end is.
        trouble = f"Entries {end + 1} to {chain.last_position} are missing" if end < chain.last_position else ""
    return AuditProof(count, chain.last_position, chain.last_seal, unsealed.count(), oldest, trouble, wrong)


def _sealed(after: int) -> Iterator[AuditEntry]:
    while True:
        page = list(AuditEntry.objects.filter(position__gt=after).order_by("position")[:PROOF_PAGE])
        yield from page
        if len(page) < PROOF_PAGE:
            return
        after = page[-1].position or after


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
