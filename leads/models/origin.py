"""Where leads come from."""

from django.db import models
from django.db.models import Q

from leads.kinds import Channel


class Source(models.Model):
    """One distinct origin; few rows, so that reports group by its id."""

    channel = models.CharField(max_length=16, choices=Channel.choices)
    source = models.CharField(max_length=120, default="", blank=True)
    medium = models.CharField(max_length=120, default="", blank=True)
    campaign = models.CharField(max_length=160, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "source", "medium", "campaign"], name="source_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="source_channel_known"),
        ]

    def __str__(self) -> str:
        return " · ".join(part for part in (self.name, self.campaign) if part)

    @property
    def name(self) -> str:
        """The source, else its channel."""
        return self.source or self.get_channel_display()


class Touch(models.Model):
    """One arrival that led to a submission; the first and the last of a lead are its first and last touch."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="touches", db_index=False)
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="touches", db_index=False, db_constraint=False
    )
    at = models.DateTimeField()
    landing_page = models.CharField(max_length=1000, default="", blank=True)
    referrer = models.CharField(max_length=1000, default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["lead", "at"], name="touch_of_lead_by_time")]

    def __str__(self) -> str:
        return f"{self.source} at {self.at:%Y-%m-%d %H:%M}"
