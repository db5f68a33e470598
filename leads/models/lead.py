"""The person, and what is thought of them now."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from common.ids import uuid7
from leads.kinds import OUT_OF_PLAY, Grade, Stage, Temperature
from leads.models.origin import Source


class Lead(models.Model):
    """A person we may market to, reachable by e-mail or phone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.CharField(max_length=254, default="", blank=True)
    email_key = models.CharField(max_length=254, null=True, blank=True)
    phone = models.CharField(max_length=40, default="", blank=True)
    first_name = models.CharField(max_length=120, default="", blank=True)
    last_name = models.CharField(max_length=120, default="", blank=True)
    company = models.CharField(max_length=200, default="", blank=True)
    job_title = models.CharField(max_length=200, default="", blank=True)
    country = models.CharField(max_length=2, default="", blank=True)
    time_zone = models.CharField(max_length=64, default="", blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="leads",
        db_index=False,
    )
    team = models.ForeignKey(
        "accounts.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="leads", db_index=False
    )
    # Sources are never deleted; a checked key would make all submissions share a lock on one row of them.
    source = models.ForeignKey(
        Source,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="leads",
        db_index=False,
        db_constraint=False,
    )
    preference_key = models.CharField(max_length=24)
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        # Every index is paid for by each capture: uniqueness as a constraint makes one, unique=True on a text two.
        constraints = [
            models.UniqueConstraint(fields=["email_key"], name="lead_email_key_once"),
            models.UniqueConstraint(fields=["preference_key"], name="lead_preference_key_once"),
            models.CheckConstraint(condition=Q(email_key__isnull=False) | ~Q(phone=""), name="lead_has_email_or_phone"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="lead_list_newest"),
            models.Index(fields=["owner", "-created_at"], name="lead_list_of_owner"),
            models.Index(fields=["team", "-created_at"], condition=Q(team__isnull=False), name="lead_list_of_team"),
            models.Index(fields=["source", "-created_at"], name="lead_list_of_source"),
            models.Index(fields=["id"], name="lead_sample", condition=Q(is_sample=True)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What to call this lead: the person's name, else the address, else the number."""
        return f"{self.first_name} {self.last_name}".strip() or self.email or self.phone


class LeadState(models.Model):
    """What the rules and people's decisions make of a lead now; recomputable, written by ``apply_judgements`` only."""

    lead = models.OneToOneField(Lead, primary_key=True, on_delete=models.CASCADE, related_name="state")
    fit = models.IntegerField(default=0)
    grade = models.CharField(max_length=1, choices=Grade.choices, default=Grade.UNKNOWN)
    engagement = models.IntegerField(default=0)
    level = models.PositiveSmallIntegerField(default=3)
    stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.NEW)
    temperature = models.CharField(max_length=4, choices=Temperature.choices, default=Temperature.COLD)
    cause = models.CharField(max_length=300, default="", blank=True)
    evidence_after = models.DateTimeField(null=True, blank=True)
    decided_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    is_pinned = models.BooleanField(default=False)
    pinned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    pinned_at = models.DateTimeField(null=True, blank=True)
    pin_reason = models.CharField(max_length=300, default="", blank=True)
    candidate_stage = models.CharField(max_length=12, choices=Stage.choices, default="", blank=True)
    candidate_since = models.DateTimeField(null=True, blank=True)
    stage_since = models.DateTimeField()
    last_signal = models.CharField(max_length=200, default="", blank=True)
    last_signal_at = models.DateTimeField(null=True, blank=True)
    scored_at = models.DateTimeField()
    next_change_at = models.DateTimeField(null=True, blank=True)
    rule_set_version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="lead_stage_known"),
            models.CheckConstraint(condition=Q(temperature__in=Temperature.values), name="lead_temperature_known"),
            models.CheckConstraint(condition=Q(grade__in=Grade.values), name="lead_grade_known"),
            models.CheckConstraint(condition=Q(fit__range=(0, 10000)), name="lead_fit_range"),
            models.CheckConstraint(condition=Q(engagement__range=(0, 10000)), name="lead_engagement_range"),
            models.CheckConstraint(condition=Q(level__range=(1, 3)), name="lead_level_range"),
        ]
        indexes = [
            models.Index(fields=["stage", "-lead"], name="lead_list_by_stage"),
            # with the stage, so that those in play are counted in the index alone
            models.Index(fields=["temperature", "-lead"], include=["stage"], name="lead_list_by_temperature"),
            # the hot and warm ones in play: few, however many were decided; cold ones, which are most, are not in it
            models.Index(
                fields=["temperature", "-lead"],
                condition=~Q(temperature=Temperature.COLD) & ~Q(stage__in=OUT_OF_PLAY),
                name="lead_list_warm_in_play",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}, {self.temperature}"

    @property
    def shown_temperature(self) -> str:
        """The temperature, empty for a disqualified lead: what it asked for lately makes it no buyer."""
        return "" if self.stage == Stage.DISQUALIFIED else self.temperature


class FieldProposal(models.Model):
    """A value a visitor gave for a field that already has another; a person decides."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="proposals")
    field = models.CharField(max_length=60)
    value = models.CharField(max_length=1000)
    activity = models.ForeignKey("leads.Activity", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    accepted = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lead", "field", "value"], name="proposal_once")]

    def __str__(self) -> str:
        return f"{self.field}: {self.value}"
