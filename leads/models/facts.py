"""What happened, what it made of the lead, and who is to be looked at: rows that are only ever added (marks: taken)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.arrays import OneOf
from leads.kinds import CauseKind, Kind, Stage
from leads.models.lead import Lead


class Activity(models.Model):
    """A fact about a lead. Fading counts from ``occurred_at``; ``recorded_at`` is when we knew."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="activities", db_index=False)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    payload = models.JSONField(default=dict)
    external_id = models.CharField(max_length=200, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=OneOf("kind", Kind.values), name="activity_kind_known"),
            models.UniqueConstraint(
                fields=["external_id"], condition=Q(external_id__isnull=False), name="activity_external_id_once"
            ),
        ]
        # Partial where most rows have nothing to index: every capture pays for each entry.
        indexes = [
            models.Index(fields=["by", "recorded_at"], condition=Q(by__isnull=False), name="activity_of_person"),
            models.Index(fields=["lead", "-occurred_at", "-id"], name="activity_timeline"),
            models.Index(fields=["kind", "occurred_at"], name="activity_report_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.occurred_at:%Y-%m-%d %H:%M}"


class Transition(models.Model):
    """A lead entering a stage, with its cause."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="transitions", db_index=False)
    from_stage = models.CharField(max_length=12, choices=Stage.choices)
    to_stage = models.CharField(max_length=12, choices=Stage.choices)
    at = models.DateTimeField()
    cause_kind = models.CharField(max_length=12, choices=CauseKind.choices)
    cause = models.CharField(max_length=300)
    rule_set_version = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    activity = models.ForeignKey(Activity, null=True, blank=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(to_stage__in=Stage.values), name="transition_to_known"),
            models.CheckConstraint(condition=~Q(from_stage=models.F("to_stage")), name="transition_moves"),
        ]
        indexes = [
            models.Index(fields=["lead", "at", "id"], name="transition_history"),
            models.Index(fields=["to_stage", "at"], name="transition_report_by_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.from_stage} to {self.to_stage} at {self.at:%Y-%m-%d %H:%M}"


class Mark(models.Model):
    """A lead to be looked at from ``due_at`` on: because of a fact (``activity``), or by the clock (``is_time``)."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="marks", db_index=False)
    due_at = models.DateTimeField()
    urgent = models.BooleanField(default=False)
    is_time = models.BooleanField(default=False)
    # A mark is taken with what it names or without it, so nothing is checked; the check would also lock the new fact.
    activity = models.ForeignKey(
        Activity,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(is_time=True), name="mark_one_time_mark_per_lead"),
        ]
        indexes = [
            models.Index(fields=["-urgent", "due_at"], name="mark_due_urgent_first"),
            models.Index(fields=["lead"], name="mark_of_lead"),
            # the leads that could not be judged: few, among a time mark for almost every lead
            models.Index(fields=["lead"], name="mark_put_off", condition=~Q(error="")),
        ]

    def __str__(self) -> str:
        return f"mark of {self.lead_id} due {self.due_at:%Y-%m-%d %H:%M:%S}"
