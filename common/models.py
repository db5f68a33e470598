"""What the whole installation shares."""

from django.db import models
from django.db.models import Q


def weekdays() -> list[int]:
    """Return Monday to Friday, Monday being 0."""
    return [0, 1, 2, 3, 4]


class Installation(models.Model):
    """The one row of settings that people change in the product."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=120, default="", blank=True)
    website = models.URLField(default="", blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, default="EUR")
    work_days = models.JSONField(default=weekdays)
    work_start = models.TimeField(default="09:00")
    work_end = models.TimeField(default="18:00")
    holidays = models.JSONField(default=dict, blank=True)
    sending_paused = models.BooleanField(default=False)
    last_backup_at = models.DateTimeField(null=True, blank=True)
    has_sample_data = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="installation_single"),
            models.CheckConstraint(condition=Q(work_start__lt=models.F("work_end")), name="installation_work_hours"),
        ]

    def __str__(self) -> str:
        return self.name or "LeadCRM"

    @classmethod
    def current(cls) -> "Installation":
        """Return the settings row, or its defaults where nobody has saved any yet."""
        return cls.objects.filter(pk=1).first() or cls()


class IdempotencyKey(models.Model):
    """The answer given to an API POST, kept so that a repeat gets the same one; of an inbox act the key alone."""

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return f"{self.scope}:{self.key}"


class RetentionRule(models.Model):
    """How many days one kind of thing is kept (0: for ever), and up to when that has been applied."""

    name = models.CharField(max_length=40, primary_key=True)
    days = models.PositiveIntegerField()
    done_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.days or 'no'} days"
