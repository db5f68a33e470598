"""People, teams, the keys machines use, webhooks, and the record of what each did."""

from accounts.models.audit import AuditChain, AuditEntry
from accounts.models.invitations import Invitation, PasswordReset, ResetRequest
from accounts.models.keys import ApiKey, KeyScope
from accounts.models.notifications import Need, Notification
from accounts.models.people import ROLE_SCOPES, Card, Role, Scope, SetupLink, Team, User
from accounts.models.sessions import Session
from accounts.models.webhooks import TEST_EVENT, Delivery, Event, Webhook

__all__ = [
    "ROLE_SCOPES",
    "TEST_EVENT",
    "ApiKey",
    "AuditChain",
    "AuditEntry",
    "Card",
    "Delivery",
    "Event",
    "Invitation",
    "KeyScope",
    "Need",
    "Notification",
    "PasswordReset",
    "ResetRequest",
    "Role",
    "Scope",
    "Session",
    "SetupLink",
    "Team",
    "User",
    "Webhook",
]
