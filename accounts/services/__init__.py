"""What can be done with people, teams, keys and settings; every change leaves an audit entry."""

from accounts.services.audit import audit, audit_all, difference
from accounts.services.company import edit_company
from accounts.services.delivering import deliver_webhooks
from accounts.services.errors import (
    EmailTaken,
    InvitationRefused,
    KeyEnded,
    LastAdmin,
    ResetRefused,
    SetupDone,
    SetupLinkRefused,
    TeamNameTaken,
)
from accounts.services.events import NewEvent, erase_deliveries, publish, withdraw
from accounts.services.invitations import (
    Invited,
    accept_invitation,
    invite,
    usable_invitation,
    withdraw_invitation,
)
from accounts.services.keys import create_api_key, hash_key, note_key_use, revoke_api_key, rotate_api_key
from accounts.services.notifications import (
    Note,
    choose_notifications,
    erase_notifications,
    mark_read,
    notify,
    settle_notifications,
)
from accounts.services.people import (
    create_team,
    create_user,
    edit_profile,
    edit_user,
    hide_card,
    lock_people,
    lock_person,
    new_password,
    set_own_keys,
    set_password,
    set_single_keys,
    set_theme,
)
from accounts.services.recovery import answer_reset_requests, request_reset, reset_password, usable_reset
from accounts.services.samples import remove_sample_users, renew_sample_password
from accounts.services.sealing import seal_audit_log
from accounts.services.sessions import end_sessions, start_session
from accounts.services.setup import create_first_admin, issue_setup_link, setup_link_works
from accounts.services.webhooks import (
    create_webhook,
    delete_webhook,
    edit_webhook,
    give_up_deliveries,
    redeliver,
    renew_secret,
    send_test_event,
    set_webhook_active,
)

__all__ = [
    "EmailTaken",
    "InvitationRefused",
    "Invited",
    "KeyEnded",
    "LastAdmin",
    "NewEvent",
    "Note",
    "ResetRefused",
    "SetupDone",
    "SetupLinkRefused",
    "TeamNameTaken",
    "accept_invitation",
    "answer_reset_requests",
    "audit",
    "audit_all",
    "choose_notifications",
    "create_api_key",
    "create_first_admin",
    "create_team",
    "create_user",
    "create_webhook",
    "delete_webhook",
    "deliver_webhooks",
    "difference",
    "edit_company",
    "edit_profile",
    "edit_user",
    "edit_webhook",
    "end_sessions",
    "erase_deliveries",
    "erase_notifications",
    "give_up_deliveries",
    "hash_key",
    "hide_card",
    "invite",
    "issue_setup_link",
    "lock_people",
    "lock_person",
    "mark_read",
    "new_password",
    "note_key_use",
    "notify",
    "publish",
    "redeliver",
    "remove_sample_users",
    "renew_sample_password",
    "renew_secret",
    "request_reset",
    "reset_password",
    "revoke_api_key",
    "rotate_api_key",
    "seal_audit_log",
    "send_test_event",
    "set_own_keys",
    "set_password",
    "set_single_keys",
    "set_theme",
    "set_webhook_active",
    "settle_notifications",
    "setup_link_works",
    "start_session",
    "usable_invitation",
    "usable_reset",
    "withdraw",
    "withdraw_invitation",
]
