"""The keys machines use."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.models.people import Role, User


class KeyScope(models.TextChoices):
    """How much of its role's rights a key has."""

    READ = "read", "Read only"
    WRITE = "write", "Read and write"
    CAPTURE = "capture", "Send in forms only"


class ApiKey(models.Model):
    """A machine's key; only its hash is stored, the key itself is shown once."""

    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)
    key_hash = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=10, choices=Role.choices)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    scope = models.CharField(max_length=8, choices=KeyScope.choices, default=KeyScope.WRITE)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_ip = models.GenericIPAddressField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="api_key_role_known"),
            models.CheckConstraint(condition=Q(scope__in=KeyScope.values), name="api_key_scope_known"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def works_at(self, now: datetime) -> bool:
        """Whether it lets anybody in at ``now``."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)
