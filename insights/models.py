"""What marketing and sales agreed on, and numbers kept counted; these can be counted anew from the facts any time."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from leads.models import Source


class Goal(models.Model):
    """How many accepted SQLs a month is to bring; ``month`` is its first day."""

    month = models.DateField(unique=True)
    accepted_sqls = models.PositiveIntegerField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="goal_month_is_first_day"),
            models.CheckConstraint(condition=Q(accepted_sqls__gte=1), name="goal_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.accepted_sqls} accepted SQLs in {self.month:%B %Y}"


class CohortStep(models.Model):
    """How many of the leads that came on a day have reached a step by now: those of one source, or (total) all.

    ``quarter_days`` is how many by the quarters of a day that it took them, which medians are read from. A lead without
    a source counts for the source NULL.
    """

    class Step(models.TextChoices):
        NEW = "new", "New"
        IQL = "iql", "IQL"
        MQL = "mql", "MQL"
        SQL = "sql", "SQL"
        ACCEPTED = "accepted", "Accepted"
        WON = "won", "Won"

    day = models.DateField()
    source = models.ForeignKey(
        Source, null=True, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    is_total = models.BooleanField()
    step = models.CharField(max_length=8, choices=Step.choices)
    leads = models.PositiveIntegerField()
    quarter_days = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(step__in=["new", "iql", "mql", "sql", "accepted", "won"]),
                name="cohort_step_known",
            ),
            models.CheckConstraint(condition=Q(is_total=False) | Q(source=None), name="cohort_total_has_no_source"),
        ]
        # the funnel of all leads, or of one source, over some days
        indexes = [models.Index(fields=["is_total", "day"], name="cohort_by_day")]

    def __str__(self) -> str:
        return f"{self.leads} of {self.day} reached {self.step}"


class RollUp(models.Model):
    """How far the counting has got: one row, due at ``due_at``.

    The numbers hold as of ``as_of``; None while there are few leads or they were never counted, then the facts are
    asked. A pass that began at ``pass_at`` still has the days ``pending``. ``answers`` are whole answers by question.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    due_at = models.DateTimeField()
    as_of = models.DateTimeField(null=True)
    zone = models.CharField(max_length=64, default="")
    whole_on = models.DateField(null=True)
    pass_at = models.DateTimeField(null=True)
    pending = models.JSONField(default=list)
    answers = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="roll_up_single")]

    def __str__(self) -> str:
        return f"numbers as of {self.as_of:%Y-%m-%d %H:%M}" if self.as_of else "numbers are not kept"
