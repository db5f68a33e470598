"""Reading people, keys and the audit log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.models import ApiKey, AuditEntry, Delivery, Invitation, Role, Session, Team, User, Webhook
from accounts.models.sessions import device_words
from common.pages import Page, keyset_page

EXPORT_PAGE = 500
NAMED: dict[str, type[User] | type[Team] | type[ApiKey] | type[Webhook]] = {
    "user": User,
    "team": Team,
    "api_key": ApiKey,
    "webhook": Webhook,
}


def people() -> QuerySet[User]:
    """Everybody who can sign in, by name; never the accounts of API keys."""
    return User.objects.filter(is_service=False).select_related("team").order_by("-is_active", "name", "email")


def open_invitations() -> QuerySet[Invitation]:
    """Invitations nobody has used or withdrawn, those that ran out among them, newest first."""
    waiting = Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
    return waiting.select_related("team", "invited_by").order_by("-created_at", "-pk")


def sellers(team: Team | None = None) -> QuerySet[User]:
    """Active reps and managers, of one team where given: those a lead can be handed to."""
    reps = User.objects.filter(is_service=False, is_active=True, role__in=[Role.REP, Role.MANAGER])
    return (reps.filter(team=team) if team else reps).select_related("team").order_by("name", "pk")


def api_keys() -> QuerySet[ApiKey]:
    """All keys, working ones first, newest first."""
    rows = ApiKey.objects.select_related("user", "user__team", "created_by")
    return rows.order_by(F("revoked_at").desc(nulls_first=True), "-created_at", "-pk")


def api_key_for(key_hash: str, *, now: datetime) -> ApiKey | None:
    """The working key with this hash, with its user, in one query."""
    rows = ApiKey.objects.select_related("user", "user__team")
    return rows.filter(_not_expired(now), key_hash=key_hash, revoked_at=None, user__is_active=True).first()


def keys_made_by(person: User) -> QuerySet[ApiKey]:
    """Keys this person made that nobody has revoked."""
    return ApiKey.objects.filter(created_by=person, revoked_at=None)


def _not_expired(now: datetime) -> Q:
    return Q(expires_at=None) | Q(expires_at__gt=now)


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


@dataclass(frozen=True)
class SignedIn:
    """One place where a person is signed in."""

    handle: str
    device: str
    ip: str
    at: datetime | None
    is_here: bool


def signed_in(user: User, *, here: str, now: datetime) -> list[SignedIn]:
    """Where this person is signed in, this browser first, then the latest."""
    places = [_place(row, here) for row in Session.objects.filter(user=user, expire_date__gt=now)]
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(places, key=lambda place: (place.is_here, place.at or oldest), reverse=True)


def _place(row: Session, here: str) -> SignedIn:
    said = row.get_decoded()
    at = datetime.fromisoformat(said["signed_in_at"]) if "signed_in_at" in said else None
    device = device_words(said.get("agent", ""))
    return SignedIn(row.handle, device, said.get("ip", ""), at, row.session_key == here)


def actors() -> list[tuple[int, str]]:
    """Everybody who can stand in the log: people and the accounts of keys, by name."""
    return list(User.objects.order_by("is_service", "name").values_list("pk", "name"))


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def names_of(entries: Sequence[AuditEntry]) -> dict[int, str]:
    """Return entry id -> name of the person, team or key it is about; of other kinds only the id is known here."""
    names: dict[tuple[str, str], str] = {}
    for kind, model in NAMED.items():
        ids = {entry.object_id for entry in entries if entry.kind == kind and entry.object_id.isdigit()}
        if ids:
            names |= {(kind, str(pk)): name for pk, name in model.objects.filter(pk__in=ids).values_list("pk", "name")}
    return {entry.pk: names.get((entry.kind, entry.object_id), "") for entry in entries}


def audited_kinds() -> list[str]:
    """The kinds of objects the log knows, by name."""
    return list(AuditEntry.objects.order_by("kind").values_list("kind", flat=True).distinct())


def wanted_events(*names: str) -> set[str]:
    """Return those of the events that any active webhook asks for, so that nobody writes what nobody reads."""
    asked = Webhook.objects.filter(is_active=True, events__overlap=list(names)).values_list("events", flat=True)
    return set(names).intersection(*[{name for events in asked for name in events}])


def webhooks() -> QuerySet[Webhook]:
    """All webhooks, active ones first, by name, with ``waiting`` and ``dead``: how many deliveries are so."""
    waiting = Count("deliveries", filter=Q(deliveries__state=Delivery.State.PENDING))
    dead = Count("deliveries", filter=Q(deliveries__state=Delivery.State.DEAD))
    return Webhook.objects.annotate(waiting=waiting, dead=dead).order_by("-is_active", "name", "pk")


def deliveries(webhook: Webhook, *, state: str = "") -> QuerySet[Delivery]:
    """The log of one webhook, of one state or of all."""
    found = Delivery.objects.filter(webhook=webhook)
    return found.filter(state=state) if state else found


def teams() -> QuerySet[Team]:
    """All teams by name, with ``size``, the number of active people in each."""
    active = Q(members__is_active=True, members__is_service=False)
    return Team.objects.annotate(size=Count("members", filter=active)).order_by("name")


def has_users() -> bool:
    """Whether the first admin has been made."""
    return User.objects.exists()
