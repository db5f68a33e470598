"""What marketing and sales agreed on. Everything else insights shows is read from the facts."""

from django.conf import settings
from django.db import models
from django.db.models import Q


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
