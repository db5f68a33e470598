"""The send ledger: one row per mail to one address, and the addresses that must not be written to."""

from django.db import models
from django.db.models import F, Q

from common.ids import uuid7


class Kind(models.TextChoices):
    """Why a mail is sent; it decides which suppressions hold and how long sending is tried."""

    MARKETING = "marketing", "Marketing"
    REQUESTED = "requested", "Requested by the person"
    STAFF = "staff", "Notice to a colleague"
    ACCOUNT = "account", "Account"


class Status(models.TextChoices):
    """Where a message stands; the last five are final."""

    PENDING = "pending", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    SUPPRESSED = "suppressed", "Suppressed"
    CANCELLED = "cancelled", "Cancelled"
    UNCERTAIN = "uncertain", "Uncertain"


class Phase(models.TextChoices):
    """How far the hand-over to the mail server got."""

    NONE = "", "Not begun"
    CONNECTED = "connected", "Connected"
    DATA_SENT = "data_sent", "Body on its way"


NEEDS_REASON = [Status.FAILED, Status.SUPPRESSED, Status.CANCELLED, Status.UNCERTAIN]
ALL_MARKETING = "all"
ADDRESS = "address"


class Message(models.Model):
    """One mail to one address. ``dedupe_key`` names the act that asked for it, so it is planned once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    dedupe_key = models.CharField(max_length=200, db_collation="C")
    kind = models.CharField(max_length=12, choices=Kind)
    topic = models.CharField(max_length=80, blank=True, default="")
    about = models.UUIDField(null=True, blank=True)

    from_email = models.CharField(max_length=320)
    to_email = models.CharField(max_length=320)
    reply_to = models.CharField(max_length=320, blank=True, default="")
    subject = models.CharField(max_length=500)
    text = models.TextField()
    html = models.TextField(blank=True, default="")
    unsubscribe_url = models.CharField(max_length=500, blank=True, default="")
    list_id = models.CharField(max_length=200, blank=True, default="")
    message_id = models.CharField(max_length=320)

    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    due_at = models.DateTimeField()
    give_up_at = models.DateTimeField()
    claim_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    phase = models.CharField(max_length=10, choices=Phase, blank=True, default=Phase.NONE)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker_deaths = models.PositiveSmallIntegerField(default=0)
    smtp_code = models.PositiveSmallIntegerField(null=True, blank=True)
    smtp_reply = models.CharField(max_length=500, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    caught = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # also serves cancel_messages by prefix, thanks to the collation
            models.UniqueConstraint(fields=["dedupe_key"], name="message_planned_once"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="message_status_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="message_kind_known"),
            models.CheckConstraint(
                condition=~Q(status=Status.SENT) | Q(sent_at__isnull=False), name="message_sent_has_sent_at"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=NEEDS_REASON) | ~Q(reason=""), name="message_not_sent_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.SENDING) | Q(claim_token__isnull=False, lease_until__isnull=False),
                name="message_sending_is_claimed",
            ),
        ]
        indexes = [
            # services.claims.claim_batch, first choice: mail that a person waits for
            models.Index(
                fields=["due_at", "id"],
                condition=Q(status=Status.PENDING) & ~Q(kind=Kind.MARKETING),
                name="message_due_awaited",
            ),
            # services.claims.claim_batch, second choice
            models.Index(
                fields=["due_at", "id"],
                condition=Q(status=Status.PENDING, kind=Kind.MARKETING),
                name="message_due_marketing",
            ),
            # selectors.messages_about
            models.Index(F("about"), F("id").desc(), condition=Q(about__isnull=False), name="message_about"),
            # selectors.messages (status filter), claims.settle_expired_leases (the few being sent)
            models.Index(fields=["status", "id"], name="message_status"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to_email}"

    @property
    def shown_status(self) -> str:
        """The status as people see it: mail that was sent to nobody is ``caught``."""
        return "caught" if self.caught else self.status

    @property
    def shown_status_label(self) -> str:
        if self.caught:
            return "Caught"
        is_retry = self.status == Status.PENDING and self.attempts > 0
        return "Waiting to try again" if is_retry else Status(self.status).label

    @property
    def is_account(self) -> bool:
        return self.kind == Kind.ACCOUNT

    @property
    def is_marketing(self) -> bool:
        return self.kind == Kind.MARKETING


class Suppression(models.Model):
    """An address (as keyed hash, so it outlives erasure) that gets no mail of a topic.

    Topics: a topic's slug, ``all`` (every marketing mail), ``address`` (nothing can be delivered there).
    """

    address_hmac = models.CharField(max_length=64)
    topic = models.CharField(max_length=80)
    reason = models.CharField(max_length=500)
    created_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            # also the index of every check before a send
            models.UniqueConstraint(
                fields=["address_hmac", "topic"], condition=Q(lifted_at=None), name="suppression_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.reason}"


class Relay(models.Model):
    """What is known of the mail server: after failures in a row it is left alone until ``open_until``."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    failures_in_row = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True, default="")
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="relay_single")]

    def __str__(self) -> str:
        return self.last_error or "no failure"


class Restore(models.Model):
    """The last restore from a backup. Mail is held back until somebody decides about what was due before it."""

    class Decision(models.TextChoices):
        NONE = "", "Not decided"
        UNCERTAIN = "uncertain", "Not sent again"
        SEND = "send", "Sent"

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    backup_at = models.DateTimeField()
    restored_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision, blank=True, default=Decision.NONE)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="restore_single"),
            models.CheckConstraint(condition=Q(decision__in=["", "uncertain", "send"]), name="restore_decision_known"),
        ]

    def __str__(self) -> str:
        return f"restore of {self.restored_at:%Y-%m-%d %H:%M}"

    @property
    def reason(self) -> str:
        """Why a message that was due before it is not sent by itself."""
        return (
            f"It was due before the data were restored from the backup of {self.backup_at:%Y-%m-%d %H:%M} UTC. It may "
            "have been sent already, so it is not sent again by itself."
        )
