"""Versions of the rules: what they say is compiled by ``scoring.engine``."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from leads.kinds import Grade, Kind, Stage, Temperature


class RuleSet(models.Model):
    """One version of rules, matrix and triggers. Only a draft may change; at most one is live."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        LIVE = "live", "Live"
        RETIRED = "retired", "Retired"

    version = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.DRAFT)
    note = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    fit_a_from = models.PositiveIntegerField(default=7_000)
    fit_b_from = models.PositiveIntegerField(default=4_000)
    level_1_from = models.PositiveIntegerField(default=6_000)
    level_2_from = models.PositiveIntegerField(default=3_000)
    matrix = models.JSONField()
    groups = models.JSONField(default=list, blank=True)
    default_half_life_days = models.FloatField(default=30)
    hold_hours = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["draft", "live", "retired"]), name="rule_set_state_known"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="live"), name="rule_set_one_live"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False), name="rule_set_published_at"
            ),
            models.CheckConstraint(
                condition=Q(fit_b_from__gt=0, fit_a_from__gt=F("fit_b_from"), fit_a_from__lte=10_000),
                name="rule_set_fit_bounds",
            ),
            models.CheckConstraint(
                condition=Q(level_2_from__gt=0, level_1_from__gt=F("level_2_from"), level_1_from__lte=10_000),
                name="rule_set_engagement_bounds",
            ),
            models.CheckConstraint(condition=Q(default_half_life_days__gt=0), name="rule_set_half_life"),
        ]

    def __str__(self) -> str:
        return f"v{self.version} ({self.state})"


class Rule(models.Model):
    """Points for who a lead is or what it does, or a reason never to sell to it."""

    class Axis(models.TextChoices):
        FIT = "fit", "Fit"
        ENGAGEMENT = "engagement", "Engagement"
        DISQUALIFIER = "disqualifier", "Disqualifier"

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="rules")
    key = models.SlugField(max_length=60)
    axis = models.CharField(max_length=12, choices=Axis.choices)
    name = models.CharField(max_length=120)
    points = models.IntegerField(default=0)
    definition = models.JSONField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "key"], name="rule_key_once"),
            models.CheckConstraint(condition=Q(axis__in=["fit", "engagement", "disqualifier"]), name="rule_axis_known"),
            models.CheckConstraint(condition=Q(points__range=(-10_000, 10_000)), name="rule_points_range"),
            models.CheckConstraint(
                condition=Q(axis="disqualifier", points=0) | (~Q(axis="disqualifier") & ~Q(points=0)),
                name="rule_points_where_they_count",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Trigger(models.Model):
    """An activity that beats the matrix for some days."""

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="triggers")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    conditions = models.JSONField(default=dict, blank=True)
    count = models.PositiveSmallIntegerField(default=1)
    within_days = models.FloatField(default=14)
    grades = ArrayField(models.CharField(max_length=1, choices=Grade.choices))
    stage = models.CharField(max_length=12, choices=Stage.choices)
    temperature = models.CharField(max_length=4, choices=Temperature.choices)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "key"], name="trigger_key_once"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="trigger_kind_known"),
            models.CheckConstraint(condition=Q(stage__in=["new", "iql", "mql", "sql"]), name="trigger_stage_known"),
            models.CheckConstraint(condition=Q(temperature__in=Temperature.values), name="trigger_temperature_known"),
            models.CheckConstraint(condition=Q(count__gte=1, within_days__gt=0), name="trigger_window"),
            models.CheckConstraint(
                condition=Q(grades__contained_by=Grade.values) & Q(grades__len__gt=0), name="trigger_grades_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name
