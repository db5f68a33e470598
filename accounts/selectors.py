"""Reading people, keys and the audit log."""

from django.db.models import QuerySet

from accounts.models import ApiKey, AuditEntry, Role, Team, User


def people() -> QuerySet[User]:
    """Everybody who can sign in, by name; never the accounts of API keys."""
    return User.objects.filter(is_service=False).select_related("team").order_by("-is_active", "name", "email")


def sellers(team: Team | None = None) -> QuerySet[User]:
    """Active reps and managers, of one team where given: those a lead can be handed to."""
    reps = User.objects.filter(is_service=False, is_active=True, role__in=[Role.REP, Role.MANAGER])
    return (reps.filter(team=team) if team else reps).select_related("team").order_by("name", "pk")


def api_keys() -> QuerySet[ApiKey]:
    """All keys, working ones first, newest first."""
    return ApiKey.objects.select_related("user").order_by("-user__is_active", "-created_at", "-pk")


def api_key_for(key_hash: str) -> ApiKey | None:
    """The working key with this hash, with its user, in one query."""
    return (
        ApiKey.objects.select_related("user", "user__team")
        .filter(key_hash=key_hash, revoked_at=None, user__is_active=True)
        .first()
    )


def audit_log(kind: str = "") -> QuerySet[AuditEntry]:
    """All entries, or those about one kind of object."""
    entries = AuditEntry.objects.select_related("by")
    return entries.filter(kind=kind) if kind else entries


def audited_kinds() -> list[str]:
    """The kinds of objects the log knows, by name."""
    return list(AuditEntry.objects.order_by("kind").values_list("kind", flat=True).distinct())


def has_users() -> bool:
    """Whether the first admin has been made."""
    return User.objects.exists()
