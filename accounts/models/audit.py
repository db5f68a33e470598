"""The record of what each did."""

from typing import Any

from django.db import models
from django.db.models import Q

from accounts.models.people import User


class AuditEntry(models.Model):
    """Who changed what; only ever added, which a trigger sees to (``sql/keep_audit_1.sql``).

    ``position`` and ``seal`` come shortly after the entry itself: see ``services/sealing.py``.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="audit_entries")
    by_name = models.CharField(max_length=160)
    action = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    changes = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True, blank=True)
    position = models.BigIntegerField(null=True, blank=True, unique=True)
    seal = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        verbose_name_plural = "audit entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(position=None, seal="") | (Q(position__isnull=False) & ~Q(seal="")),
                name="audit_entry_sealed_whole",
            )
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["kind", "object_id"], name="audit_of_one_object"),
            # services.sealing: what is not sealed yet
            models.Index(fields=["id"], condition=Q(position=None), name="audit_unsealed"),
            # retention: whose address is still known
            models.Index(fields=["at"], condition=Q(ip__isnull=False), name="audit_with_address"),
        ]

    def __str__(self) -> str:
        return f"{self.by_name}: {self.action} {self.kind} {self.object_id}"

    @property
    def lines(self) -> list[tuple[str, Any, Any]]:
        """(field, old, new) of each change; other shapes than ``[old, new]`` count as new."""
        pairs = {
            name: change if isinstance(change, list) and len(change) == 2 else ("", change)
            for name, change in self.changes.items()
        }
        return [(name, old, new) for name, (old, new) in pairs.items()]


class AuditChain(models.Model):
    """Where the sealed log begins and ends: the one row that whoever seals or removes entries locks.

    ``begins_after`` and ``seal_before`` are those of the last entry that was removed; 0 and "" while none was.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    begins_after = models.BigIntegerField(default=0)
    seal_before = models.CharField(max_length=64, default="", blank=True)
    last_position = models.BigIntegerField(default=0)
    last_seal = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="audit_chain_single"),
            models.CheckConstraint(condition=Q(begins_after__lte=models.F("last_position")), name="audit_chain_order"),
        ]

    def __str__(self) -> str:
        return f"audit log {self.begins_after + 1} to {self.last_position}"
