"""Other systems that want to hear what happens, and every request that tells them."""

import json

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.models.people import User
from common.ids import uuid7


class Event(models.TextChoices):
    """What a webhook can ask for; ``webhook.test`` is sent by its button only."""

    LEAD_CREATED = "lead.created", "A lead is new"
    LEAD_STAGE_CHANGED = "lead.stage_changed", "A lead entered another stage"
    HANDOVER_OPENED = "handover.opened", "A lead was handed over to sales"
    HANDOVER_ACCEPTED = "handover.accepted", "Sales accepted a lead"
    HANDOVER_REJECTED = "handover.rejected", "Sales rejected a lead"
    HANDOVER_WON = "handover.won", "A lead became a customer"
    HANDOVER_LOST = "handover.lost", "A lead was lost"
    SUBMISSION_HELD = "submission.held", "A submission is held as suspected spam"


TEST_EVENT = "webhook.test"


class Webhook(models.Model):
    """One receiver. While it fails it rests until ``resting_until``; after three days of failing it is switched off."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    url = models.CharField(max_length=1000)
    events = ArrayField(models.CharField(max_length=40))
    secret = models.CharField(max_length=80)
    former_secret = models.CharField(max_length=80, default="", blank=True)
    former_secret_until = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    off_because = models.CharField(max_length=300, default="", blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    resting_until = models.DateTimeField(null=True, blank=True)
    failures_in_row = models.PositiveIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(events__contained_by=Event.values), name="webhook_events_known"),
            models.CheckConstraint(condition=~Q(events=[]), name="webhook_wants_something"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """How it stands, in one word for a badge: active, failing or off."""
        if not self.is_active:
            return "off"
        return "failing" if self.failing_since else "active"

    @property
    def event_labels(self) -> list[str]:
        return [Event(name).label for name in self.events]


class Delivery(models.Model):
    """One event for one receiver: a row of the queue first, of the log afterwards."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        SENDING = "sending", "Being sent"
        DELIVERED = "delivered", "Delivered"
        DEAD = "dead", "Given up"
        WITHDRAWN = "withdrawn", "Withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.CharField(max_length=40)
    event_id = models.UUIDField()
    about = models.UUIDField(null=True, blank=True)
    fact = models.CharField(max_length=80, default="", blank=True)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    due_at = models.DateTimeField()
    claim_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    tries = models.JSONField(default=list)
    answer = models.TextField(default="", blank=True)
    reason = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sending", "delivered", "dead", "withdrawn"]),
                name="delivery_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(claim_token__isnull=False, lease_until__isnull=False),
                name="delivery_sending_is_claimed",
            ),
        ]
        indexes = [
            # services.claiming: the next one of each receiver
            models.Index(fields=["webhook", "due_at", "id"], condition=Q(state="pending"), name="delivery_due"),
            # services.claiming: those whose sender died
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="delivery_leased"),
            # the log of one receiver, and of one state of it
            models.Index(F("webhook"), F("id").desc(), name="delivery_log"),
            models.Index(F("webhook"), F("state"), F("id").desc(), name="delivery_log_of_state"),
            # erasing what is said about a lead
            models.Index(fields=["about"], condition=Q(about__isnull=False), name="delivery_about"),
            # withdrawing what was taken back
            models.Index(fields=["fact"], condition=Q(state="pending") & ~Q(fact=""), name="delivery_of_fact"),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook_id}"

    @property
    def last_try(self) -> dict:
        """The newest try: ``at``, ``status`` (None: no answer), ``error``, ``ms``; empty before the first."""
        return self.tries[-1] if self.tries else {}

    @property
    def content(self) -> dict:
        """What is said, read from the text that is sent."""
        return json.loads(self.body)

    @property
    def can_be_sent_again(self) -> bool:
        return self.state in (self.State.DELIVERED, self.State.DEAD)
