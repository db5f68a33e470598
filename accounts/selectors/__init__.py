"""Reading people, keys and webhooks; the audit log has a file of its own."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, F, Q, QuerySet

from accounts.models import ApiKey, Delivery, Invitation, Role, Session, Team, User, Webhook
from accounts.models.sessions import device_words


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


def deliveries_due_before(moment: datetime) -> QuerySet[Delivery]:
    """Deliveries that were due by then and, as far as is known, are still to be made."""
    waiting = [Delivery.State.PENDING, Delivery.State.SENDING]
    return Delivery.objects.filter(state__in=waiting, due_at__lte=moment)


def teams() -> QuerySet[Team]:
    """All teams by name, with ``size``, the number of active people in each."""
    active = Q(members__is_active=True, members__is_service=False)
    return Team.objects.annotate(size=Count("members", filter=active)).order_by("name")


def has_users() -> bool:
    """Whether the first admin has been made."""
    return User.objects.exists()
