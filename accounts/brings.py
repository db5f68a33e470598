"""What accounts brings to the rail, to Settings and to the matrix of roles."""

from accounts.forms import CompanyForm, ProfileForm
from accounts.roles import Verb, opens
from common.places import COMPANY, YOU, Page, Place, Setting

PLACES = (Place("Settings", "cog-6-tooth", "settings", "accounts:settings"),)
LINKS = {
    "account_url": "accounts:profile",
    "keyboard_url": "accounts:keyboard",
    "keys_url": "accounts:single_keys",
    "sign_out_url": "accounts:sign_out",
    "theme_url": "accounts:theme",
}
SETTINGS_PAGES = (
    Page(
        YOU, "Profile", "Your name, time zone and theme.", "user-circle", "accounts:profile",
        "account me", form=ProfileForm,
        field_words=(
            ("time_zone", "timezone clock hour"),
            ("theme", "dark light mode night appearance color colour"),
            ("single_keys", "keyboard shortcuts hotkeys"),
        ),
    ),
    Page(
        YOU, "Keyboard", "Give single keys to what you do often.", "command-line", "accounts:keyboard",
        "shortcuts hotkeys keys remap change",
    ),
    Page(
        YOU, "Password", "Change the password you sign in with.", "lock-closed", "accounts:change_password",
        "sign in login security forgot reset",
    ),
    Page(
        YOU, "Sessions", "Where you are signed in.", "computer-desktop", "accounts:sessions",
        "devices browsers logout security", (Setting("Sign out everywhere else", "logout devices stolen lost"),),
    ),
    Page(
        YOU, "Notifications", "What the bell tells you.", "bell", "accounts:notifications",
        "alerts bell reminders tell", (Setting("Tell me when", "notify alert mute handover late", "div_id_kinds"),),
    ),
    Page(
        COMPANY, "Company", "Name, time zone, business hours, currency.", "building-office", "accounts:company",
        "organization organisation installation", form=CompanyForm,
        field_words=(
            ("website", "homepage domain url"),
            ("time_zone", "timezone clock hour"),
            ("currency", "money euro dollar price amount"),
            ("work_days", "weekdays working opening week sla"),
            ("work_start", "working opening office hours sla"),
            ("work_end", "working opening office sla"),
            ("holidays", "bank public vacation closed calendar sla"),
            ("sending_paused", "stop hold mails e-mail"),
        ),
    ),
    Page(
        COMPANY, "People", "Who signs in, what they may do, which team they are in.", "users", "accounts:people",
        "users members colleagues staff",
        (
            Setting("Invite people", "add user colleague member new", name="accounts:invite"),
            Setting("Add a person with a password", "user new", name="accounts:add_person"),
            Setting("Teams", "group department add", name="accounts:add_team"),
            Setting("Roles", "permissions rights access may admin marketer manager rep viewer", "roles"),
            Setting("See as a role", "preview impersonate look", "see-as"),
            Setting("Deactivate a person", "leave remove delete disable user offboard"),
        ),
    ),
    Page(
        COMPANY, "API keys", "Let other systems read and write leads.", "key", "accounts:api_keys",
        "token secret bearer integration developers",
        (Setting("New API key", "make token", name="accounts:add_api_key"),),
    ),
    Page(
        COMPANY, "Webhooks", "Tell other systems what happens.", "arrow-top-right-on-square", "accounts:webhooks",
        "callback events integration zapier developers deliveries",
        (Setting("New webhook", "add endpoint url", name="accounts:add_webhook"),),
    ),
)  # fmt: skip
VERBS = (
    Verb("Invite people, change roles and teams", opens("accounts:people")),
    Verb("Make API keys and webhooks", opens("accounts:api_keys")),
    Verb("Change company, retention and pause sending", opens("accounts:company")),
)
