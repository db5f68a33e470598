"""What needs a person: a line behind the bell until they have read it."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Need(models.TextChoices):
    """Kinds of notifications; each can be switched off in the profile."""

    HANDOVER = "handover", "A lead is handed over to you"
    LATE = "late", "The first contact with a lead of yours is nearly due"
    SYSTEM = "system", "Something does not run (admins)"


class Notification(models.Model):
    """One thing that needs one person. ``about`` is the id of what it is about; names are read where it is shown."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=10, choices=Need.choices)
    about = models.CharField(max_length=64)
    text = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=120)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="notification_once"),
            models.CheckConstraint(condition=Q(kind__in=Need.values), name="notification_kind_known"),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="notification_page"),
            models.Index(fields=["person"], condition=Q(read_at=None), name="notification_unread"),
            models.Index(fields=["at"], name="notification_age"),
            models.Index(fields=["about"], name="notification_about"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.at:%Y-%m-%d %H:%M})"
