"""What happened, for the receivers that asked for it: rows in the same commit as the fact."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder

from accounts.models import Delivery, Webhook
from common.arrays import AnyOf
from common.ids import uuid7
from common.wake import wake

DELIVER = "accounts.deliver_webhooks"


@dataclass(frozen=True)
class NewEvent:
    """One event. ``about`` is the lead or submission whose erasure takes it away; ``fact`` names what undoes it."""

    name: str
    occurred_at: datetime
    content: dict[str, Any]
    about: UUID | None = None
    fact: str = ""
    due_at: datetime | None = None
    id: UUID = field(default_factory=uuid7)

    @property
    def body(self) -> str:
        """The exact text that is sent, and signed."""
        whole = {"id": self.id, "event": self.name, "occurred_at": self.occurred_at, "data": self.content}
        return json.dumps(whole, cls=DjangoJSONEncoder, ensure_ascii=False)


def publish(*, events: Sequence[NewEvent], now: datetime, only_to: Webhook | None = None) -> int:
    """Queue each event for every active webhook that asked for it. Returns how many deliveries that made."""
    receivers = [only_to] if only_to else list(Webhook.objects.filter(is_active=True))
    rows = [
        Delivery(
            webhook=receiver,
            event=event.name,
            event_id=event.id,
            about=event.about,
            fact=event.fact,
            body=event.body,
            due_at=event.due_at or now,
            created_at=now,
        )
        for event in events
        for receiver in receivers
        if only_to or event.name in receiver.events
    ]
    if rows:
        Delivery.objects.bulk_create(rows)
        wake(DELIVER)
    return len(rows)


def withdraw(*, fact: str, now: datetime) -> int:
    """Take back what waits to be told of a fact that was undone. Returns how many deliveries that were."""
    waiting = Delivery.objects.filter(fact=fact, state=Delivery.State.PENDING)
    return waiting.update(state=Delivery.State.WITHDRAWN, reason="It was undone in time.", finished_at=now)


def erase_deliveries(*, about: Collection[UUID]) -> int:
    """Delete what was or would be told about these leads. Returns how many deliveries that were."""
    return Delivery.objects.filter(AnyOf("about", about)).delete()[0]
