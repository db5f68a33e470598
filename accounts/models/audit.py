"""The record of what each did."""

from django.db import models

from accounts.models.people import User


class AuditEntry(models.Model):
    """Who changed what; only ever added."""

    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="audit_entries")
    by_name = models.CharField(max_length=160)
    action = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    changes = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["kind", "object_id"], name="audit_of_one_object"),
        ]

    def __str__(self) -> str:
        return f"{self.by_name}: {self.action} {self.kind} {self.object_id}"

    @property
    def subject(self) -> str:
        """What kind of thing was changed, in words: "API key", "rule set"."""
        return "API key" if self.kind == "api_key" else self.kind.replace("_", " ")

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """(field, old, new) of each change; other shapes than ``[old, new]`` count as new."""
        pairs = {
            name: change if isinstance(change, list) and len(change) == 2 else ("", change)
            for name, change in self.changes.items()
        }
        return [(name, _shown(old), _shown(new)) for name, (old, new) in pairs.items()]


def _shown(value: object) -> str:
    if value is None or value == "":
        return ""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
