"""One-time ways in: for somebody who is invited, and for somebody who forgot the password. Only hashes are stored."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models.people import Role, Team, User


class Invitation(models.Model):
    """Lets one person make their own account; open until it is used, withdrawn or a week old."""

    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=10, choices=Role.choices)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_one_open_per_address",
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitation_email_lower"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
        ]

    def __str__(self) -> str:
        return f"invitation of {self.email}"


class ResetRequest(models.Model):
    """Somebody asked for a new password for an address; a task looks whether it is known, so asking tells nothing."""

    email = models.EmailField(max_length=254)
    ip = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], condition=Q(handled_at=None), name="reset_request_waiting"),
            models.Index(fields=["email", "created_at"], name="reset_request_of_address"),
            models.Index(fields=["ip", "created_at"], name="reset_request_from_ip"),
        ]

    def __str__(self) -> str:
        return f"request of {self.created_at:%Y-%m-%d %H:%M}"


class PasswordReset(models.Model):
    """Lets one person choose a new password, once and within the hour, unless password or address changed since."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    standing = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"reset of {self.created_at:%Y-%m-%d %H:%M}"
