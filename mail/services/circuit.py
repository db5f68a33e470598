"""A mail server in trouble is left alone for a minute: five failures in a row open the circuit."""

from datetime import datetime, timedelta

from django.db.models import F

from mail.models import Relay

FAILURES_TO_OPEN = 5
OPEN_FOR = timedelta(seconds=60)


def is_circuit_open(*, now: datetime) -> bool:
    """Whether the mail server is being left alone at ``now``."""
    return Relay.objects.filter(pk=1, open_until__gt=now).exists()


def has_failed() -> bool:
    """Whether the last conversation with the mail server went wrong."""
    return Relay.objects.filter(pk=1, failures_in_row__gt=0).exists()


def note_failure(*, error: str, now: datetime) -> bool:
    """Count a failure and return whether the circuit is open now. One more failure after the rest opens it again."""
    Relay.objects.get_or_create(pk=1)
    relay = Relay.objects.filter(pk=1)
    relay.update(failures_in_row=F("failures_in_row") + 1, last_error=error[:500], failed_at=now)
    return bool(relay.filter(failures_in_row__gte=FAILURES_TO_OPEN).update(open_until=now + OPEN_FOR))


def note_success() -> None:
    """Forget the failures."""
    Relay.objects.filter(pk=1).update(failures_in_row=0, open_until=None)
