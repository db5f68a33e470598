"""Making, publishing, starting and pausing sequences."""

from collections.abc import Sequence as Row
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from common.wake import wake
from leads.models import Topic
from nurturing.content import check_body
from nurturing.models import Sequence, SequenceVersion, StartsOn, Step, Template
from nurturing.services.nurture import ADVANCE
from nurturing.tokens import check_tokens


class NothingToSend(ValueError):
    """A sequence without a published step cannot run; publish its steps first."""


@dataclass(frozen=True)
class NewStep:
    """One mail and how many hours after the one before it (the first: after the start) it is due."""

    delay_hours: int
    subject: str
    body: str
    template: Template | None = None


@transaction.atomic
def create_sequence(
    *,
    name: str,
    topic: Topic,
    steps: Row[NewStep],
    now: datetime,
    by: User | None = None,
    starts_on: str = StartsOn.ANY_GUIDE,
    start_value: str = "",
) -> Sequence:
    """Add a sequence with its first version, not started yet. Raises TokenError, NothingToSend."""
    sequence = Sequence.objects.create(
        name=name, topic=topic, starts_on=starts_on, start_value=start_value, created_at=now, changed_at=now
    )
    publish_steps(sequence=sequence, steps=steps, now=now, by=by)
    return sequence


@transaction.atomic
def publish_steps(*, sequence: Sequence, steps: Row[NewStep], now: datetime, by: User | None = None) -> SequenceVersion:
    """Freeze ``steps`` as the version new people enter; who is on the way stays in theirs.

    Raises TokenError when a mail cannot be rendered, NothingToSend without steps.
    """
    if not steps:
        raise NothingToSend("Add at least one mail before you publish.")
    for step in steps:
        check_tokens(step.subject)
        check_body(step.body)
    locked = Sequence.objects.select_for_update(of=("self",)).get(pk=sequence.pk)
    number = locked.versions.count() + 1
    version = SequenceVersion.objects.create(sequence=locked, number=number, created_at=now, by=by)
    Step.objects.bulk_create(
        Step(version=version, position=position, **vars(step)) for position, step in enumerate(steps, start=1)
    )
    locked.live, locked.changed_at = version, now
    locked.save(update_fields=["live", "changed_at"])
    sequence.live, sequence.changed_at = version, now
    _audit(sequence, "publish", {"version": [number - 1, number]}, by=by, now=now)
    return version


@transaction.atomic
def activate_sequence(*, sequence: Sequence, by: User | None, now: datetime) -> Sequence:
    """Let people in and let due mails go out. Without effect when it runs already. Raises NothingToSend."""
    if sequence.live_id is None:
        raise NothingToSend("Publish the mails of this sequence before you start it.")
    return _switch(sequence, is_active=True, by=by, now=now)


@transaction.atomic
def pause_sequence(*, sequence: Sequence, by: User | None, now: datetime) -> Sequence:
    """Let nobody in and hold the mails that come due; people keep their place. Without effect when paused."""
    return _switch(sequence, is_active=False, by=by, now=now)


def _switch(sequence: Sequence, *, is_active: bool, by: User | None, now: datetime) -> Sequence:
    changed = Sequence.objects.filter(pk=sequence.pk, is_active=not is_active).update(
        is_active=is_active, changed_at=now
    )
    if changed:
        sequence.is_active, sequence.changed_at = is_active, now
        _audit(sequence, "start" if is_active else "pause", {"is_active": [not is_active, is_active]}, by=by, now=now)
        wake(ADVANCE)
    return sequence


def _audit(sequence: Sequence, action: str, changes: dict[str, list[Any]], *, by: User | None, now: datetime) -> None:
    """What the product itself sets up is not an entry: the record is about people."""
    if by:
        audit(by=by, action=action, kind="sequence", object_id=str(sequence.pk), changes=changes, now=now)
