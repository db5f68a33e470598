"""The keys machines use."""

from django.db import models
from django.db.models import Q

from accounts.models.people import Role, User


class ApiKey(models.Model):
    """A machine's key; only its hash is stored, the key itself is shown once."""

    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)
    key_hash = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=10, choices=Role.choices)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(role__in=Role.values), name="api_key_role_known")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
