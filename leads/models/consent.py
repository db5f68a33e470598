"""What a person agreed to, in the words they saw."""

from django.db import models

from leads.models.lead import Lead


class Topic(models.Model):
    """A kind of mail a person can want or not want."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200, default="", blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Consent(models.Model):
    """A yes or a no to one topic; only ever added, the last one holds."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="consents", db_index=False)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    given = models.BooleanField()
    at = models.DateTimeField()
    how = models.CharField(max_length=80)
    wording = models.TextField(default="", blank=True)
    form_version = models.CharField(max_length=60, default="", blank=True)
    page_url = models.CharField(max_length=1000, default="", blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["lead", "topic", "-at", "-id"], name="consent_last_word")]

    def __str__(self) -> str:
        return f"{'yes' if self.given else 'no'} to {self.topic_id} at {self.at:%Y-%m-%d %H:%M}"
