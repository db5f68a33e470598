"""A lead given to sales, and every attempt to reach it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.ids import uuid7
from leads.models import Activity, Lead, Transition
from sales.reasons import LOST_REASONS, REJECT_REASONS


class State(models.TextChoices):
    QUEUED = "queued", "Queued"
    CLAIMED = "claimed", "Claimed"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    WON = "won", "Won"
    LOST = "lost", "Lost"
    RECYCLED = "recycled", "Recycled"


WORKING_STATES = (State.QUEUED, State.CLAIMED, State.ACCEPTED)
DECIDED_STATES = (State.REJECTED, State.WON, State.LOST, State.RECYCLED)


class HandoverCause(models.TextChoices):
    TRANSITION = "transition", "Became SQL"
    REQUEST = "request", "Asked for sales"


class Handover(models.Model):
    """One lead, given to sales once. Open until ``closed_at``: a verdict can still be undone until ``settles_at``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="handovers", db_index=False)
    team = models.ForeignKey("accounts.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    is_hot = models.BooleanField(default=False)

    cause_kind = models.CharField(max_length=10, choices=HandoverCause.choices)
    cause = models.CharField(max_length=300)
    cause_at = models.DateTimeField()
    transition = models.ForeignKey(
        Transition, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    activity = models.ForeignKey(
        Activity, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    offered_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    offered_at = models.DateTimeField(null=True, blank=True)
    offer_reason = models.CharField(max_length=160, default="", blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="handovers"
    )
    has_taken_lead = models.BooleanField(default=False)

    opened_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    first_contact_at = models.DateTimeField(null=True, blank=True)
    first_contact_due_at = models.DateTimeField()
    verdict_due_at = models.DateTimeField()
    return_at = models.DateTimeField(null=True, blank=True)
    returned_count = models.PositiveSmallIntegerField(default=0)

    value_key = models.PositiveSmallIntegerField(null=True, blank=True)
    note = models.TextField(default="", blank=True)
    # The note that the one of the verdict took the place of; what undoing the verdict brings back.
    earlier_note = models.TextField(default="", db_default="", blank=True)
    reject_reason = models.PositiveSmallIntegerField(null=True, blank=True)
    lost_reason = models.PositiveSmallIntegerField(null=True, blank=True)
    blocked_channel = models.CharField(max_length=5, default="", blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="", blank=True)
    won_on = models.DateField(null=True, blank=True)
    recycle_on = models.DateField(null=True, blank=True)

    decided_at = models.DateTimeField(null=True, blank=True)
    verdict_activity = models.ForeignKey(
        Activity, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    settles_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(closed_at=None), name="handover_one_open_per_lead"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="handover_state_known"),
            models.CheckConstraint(condition=Q(cause_kind__in=HandoverCause.values), name="handover_cause_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[State.CLAIMED, State.ACCEPTED]) | Q(claimed_at__isnull=False),
                name="handover_taken_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.QUEUED) | Q(owner=None, claimed_at=None, accepted_at=None),
                name="handover_queued_is_nobodys",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.ACCEPTED) | Q(accepted_at__isnull=False), name="handover_accepted_has_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=DECIDED_STATES, decided_at__isnull=False, settles_at__isnull=False)
                | Q(state__in=WORKING_STATES, decided_at=None, settles_at=None, closed_at=None),
                name="handover_decided_settles",
            ),
            models.CheckConstraint(
                condition=Q(state=State.REJECTED, reject_reason__range=(1, len(REJECT_REASONS)))
                | (~Q(state=State.REJECTED) & Q(reject_reason=None)),
                name="handover_rejected_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=State.LOST, lost_reason__range=(1, len(LOST_REASONS)))
                | (~Q(state=State.LOST) & Q(lost_reason=None)),
                name="handover_lost_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(value_key=None) | Q(value_key__range=(1, 3)), name="handover_value_key_1_to_3"
            ),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="handover_amount_not_negative"),
        ]
        indexes = [
            models.Index(fields=["lead", "-opened_at"], name="handover_history_of_lead"),
            models.Index(
                fields=["team", "first_contact_due_at"], name="handover_queue_of_team", condition=Q(state="queued")
            ),
            models.Index(fields=["owner", "first_contact_due_at"], name="handover_mine", condition=Q(closed_at=None)),
            # the inbox of who sees all teams, due first
            models.Index(
                fields=["first_contact_due_at", "id"], name="handover_open_by_due", condition=Q(closed_at=None)
            ),
            models.Index(fields=["-decided_at", "-id"], name="handover_done", condition=Q(decided_at__isnull=False)),
            models.Index(
                fields=["owner", "-decided_at", "-id"], name="handover_done_mine", condition=Q(decided_at__isnull=False)
            ),
            models.Index(fields=["offered_to", "-offered_at"], name="handover_last_offer"),
            models.Index(fields=["-opened_at", "-id"], name="handover_newest"),
            models.Index(fields=["team", "-changed_at"], name="handover_changes_of_team"),
            models.Index(fields=["-changed_at"], name="handover_changes"),
            models.Index(
                fields=["settles_at"],
                name="handover_to_settle",
                condition=Q(closed_at=None, settles_at__isnull=False),
            ),
            models.Index(fields=["return_at"], name="handover_to_return", condition=Q(return_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} handover of {self.lead_id}"

    @property
    def is_open(self) -> bool:
        """Whether the lead still belongs to this handover; a verdict that can be undone counts as open."""
        return self.closed_at is None

    @property
    def is_working(self) -> bool:
        """Whether somebody still owes a verdict or an outcome."""
        return self.state in WORKING_STATES

    @property
    def reason_text(self) -> str:
        """The reason of a rejection or a loss in words, empty for everything else."""
        if self.reject_reason:
            return REJECT_REASONS[self.reject_reason].text
        return LOST_REASONS[self.lost_reason].text if self.lost_reason else ""

    @property
    def was_taken_by_verdict(self) -> bool:
        """Whether the verdict itself took it from the queue, so that undoing it gives it back to the queue."""
        return self.claimed_at is not None and self.claimed_at == self.decided_at

    @property
    def was_taken_by_last_act(self) -> bool:
        """Whether undoing the claim, or the accept that claimed it, gives it back to the queue."""
        return self.state == State.CLAIMED or (self.state == State.ACCEPTED and self.claimed_at == self.accepted_at)

    def is_settled(self, now: datetime) -> bool:
        """Whether the verdict holds: its ten minutes are over."""
        return self.settles_at is not None and self.settles_at <= now


class ContactAttempt(models.Model):
    """One try to reach the lead; the first stops the first-contact clock."""

    class Result(models.TextChoices):
        REACHED = "reached", "Reached"
        NO_ANSWER = "no_answer", "No answer"
        LEFT_MESSAGE = "left_message", "Left message"
        WRONG_DATA = "wrong_data", "Wrong data"

    class Means(models.TextChoices):
        PHONE = "phone", "Phone"
        EMAIL = "email", "E-mail"

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="attempts", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    means = models.CharField(max_length=5, choices=Means.choices, default=Means.PHONE)
    result = models.CharField(max_length=12, choices=Result.choices)
    note = models.TextField(default="", blank=True)
    activity = models.ForeignKey(
        Activity, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(result__in=["reached", "no_answer", "left_message", "wrong_data"]),
                name="contact_attempt_result_known",
            ),
            models.CheckConstraint(condition=Q(means__in=["phone", "email"]), name="contact_attempt_means_known"),
        ]
        indexes = [models.Index(fields=["handover", "-at"], name="contact_attempts_of_handover")]

    def __str__(self) -> str:
        return f"{self.get_result_display()} by {self.get_means_display()} at {self.at:%Y-%m-%d %H:%M}"
