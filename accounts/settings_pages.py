"""What stands under Settings: the pages, the single settings on them, and how both are found by a few letters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.forms.utils import pretty_name
from django.utils.html import strip_tags

from accounts.forms import CompanyForm, ProfileForm
from accounts.models import Role
from common.navigation import first_url

YOU, COMPANY, PRODUCT = "You", "Company", "Product"
ADMIN = (Role.ADMIN,)
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Setting:
    """One thing that is set on a page, or elsewhere by ``name``; ``words`` are what else people call it."""

    label: str
    words: str = ""
    anchor: str = ""
    name: str = ""


@dataclass(frozen=True)
class Page:
    """A page under Settings; ``roles`` empty: everybody's. Left out where none of its URL names resolves.

    The fields of ``form`` are settings of it, each under its own label; ``field_words`` says what else they are called.
    """

    group: str
    label: str
    text: str
    icon: str
    names: tuple[str, ...]
    roles: tuple[Role, ...] = ()
    words: str = ""
    settings: tuple[Setting, ...] = ()
    form: type[forms.Form] | None = None
    field_words: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str:
        """Where it is, or an empty string."""
        return first_url(*self.names)

    @property
    def all_settings(self) -> Iterator[Setting]:
        """Those of its form and those it names."""
        words = dict(self.field_words)
        for name, field in (self.form.base_fields if self.form else {}).items():
            called = f"{words.get(name, '')} {strip_tags(str(field.help_text))}"
            yield Setting(str(field.label or pretty_name(name)), called, f"div_id_{name}")
        yield from self.settings


@dataclass(frozen=True)
class Found:
    """A page or a single setting that fits what somebody typed."""

    label: str
    place: str
    text: str
    icon: str
    url: str


PAGES = (
    Page(
        YOU, "Profile", "Your name, time zone and theme.", "user-circle", ("accounts:profile",), (),
        "account me", form=ProfileForm,
        field_words=(
            ("time_zone", "timezone clock hour"),
            ("theme", "dark light mode night appearance color colour"),
            ("single_keys", "keyboard shortcuts hotkeys"),
        ),
    ),
    Page(
        YOU, "Keyboard", "Give single keys to what you do often.", "command-line", ("accounts:keyboard",), (),
        "shortcuts hotkeys keys remap change",
    ),
    Page(
        YOU, "Password", "Change the password you sign in with.", "lock-closed", ("accounts:change_password",), (),
        "sign in login security forgot reset",
    ),
    Page(
        YOU, "Sessions", "Where you are signed in.", "computer-desktop", ("accounts:sessions",), (),
        "devices browsers logout security", (Setting("Sign out everywhere else", "logout devices stolen lost"),),
    ),
    Page(
        YOU, "Notifications", "What the bell tells you.", "bell", ("accounts:notifications",), (),
        "alerts bell reminders tell", (Setting("Tell me when", "notify alert mute handover late", "div_id_kinds"),),
    ),
    Page(
        COMPANY, "Company", "Name, time zone, business hours, currency.", "building-office", ("accounts:company",),
        ADMIN, "organization organisation installation", form=CompanyForm,
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
        COMPANY, "People", "Who signs in, what they may do, which team they are in.", "users", ("accounts:people",),
        ADMIN, "users members colleagues staff",
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
        COMPANY, "API keys", "Let other systems read and write leads.", "key", ("accounts:api_keys",), ADMIN,
        "token secret bearer integration developers",
        (Setting("New API key", "make token", name="accounts:add_api_key"),),
    ),
    Page(
        COMPANY, "Webhooks", "Tell other systems what happens.", "arrow-top-right-on-square", ("accounts:webhooks",),
        ADMIN, "callback events integration zapier developers deliveries",
        (Setting("New webhook", "add endpoint url", name="accounts:add_webhook"),),
    ),
    Page(
        COMPANY, "Retention", "How long things are kept.", "archive-box-x-mark", ("retention",), ADMIN,
        "delete forget erase gdpr dsgvo privacy days data protection",
        (
            Setting("Suspected spam nobody released", "delete held", "id_held_submissions"),
            Setting("Network address and browser of submissions", "ip", "id_submission_addresses"),
            Setting("Network address and browser of consents", "ip", "id_consent_addresses"),
            Setting("Raw answers of submissions", "forms", "id_submission_answers"),
            Setting("Page views of leads", "tracking visits", "id_page_views"),
            Setting("Text of mails that ended", "e-mail body", "id_mail_bodies"),
            Setting("Log of webhook deliveries", "", "id_deliveries"),
            Setting("What people were told needs them", "notifications bell", "id_notifications"),
            Setting("Audit log", "history", "id_audit_log"),
            Setting("Network address in the audit log", "ip", "id_audit_addresses"),
        ),
    ),
    Page(
        COMPANY, "Audit log", "Who changed what, and when.", "clipboard-document-list", ("audit_log",), ADMIN,
        "history changes trail security export",
    ),
    Page(
        PRODUCT, "Mail", "Every message and what became of it.", "envelope", ("mail:outbox", "mail:caught"),
        (Role.ADMIN, Role.MARKETER, Role.VIEWER), "e-mail emails outbox ledger sent failed smtp",
        (Setting("Suppressed mails", "unsubscribe unsubscribed bounce bounced complaint opt-out blocked",
                 "?status=suppressed"),),
    ),
    Page(
        PRODUCT, "Scoring", "Rules, matrix and triggers.", "adjustments-horizontal",
        ("scoring:rules", "scoring:index"), (), "points score qualification",
        (
            Setting("Fit rules", "who industry size country points", "fit-title"),
            Setting("Engagement rules", "behavior half-life decay points", "engagement-title"),
            Setting("Matrix", "threshold bounds stage temperature mql sql iql grade", "matrix-title"),
            Setting("Triggers", "demo request contact hot", "triggers-title"),
            Setting("Disqualifiers", "competitor student exclude", "disqualifiers-title"),
        ),
    ),
    Page(
        PRODUCT, "System", "What runs, what waits, and what mends it.", "server-stack", ("system",), ADMIN,
        "health status monitoring version upgrade backup disk queue",
        (
            Setting("Due work", "queue backlog waiting", "due-title"),
            Setting("Workers", "celery beat scheduler", "workers-title"),
            Setting("Versions", "release upgrade update", "versions-title"),
        ),
    ),
    Page(
        PRODUCT, "API documentation", "All endpoints, to read and to try.", "code-bracket", ("api:docs",), (),
        "openapi swagger schema developers rest",
    ),
)  # fmt: skip


def pages_of(role: str) -> list[Page]:
    """Return the pages that exist and that this role may open."""
    return [page for page in PAGES if page.url and (not page.roles or role in page.roles)]


def find(text: str, *, role: str) -> list[Found]:
    """Return pages and single settings in which each word of ``text`` begins a word; names before what is told of them.

    An empty text finds nothing.
    """
    wanted = WORD.findall(text.lower())
    if not wanted:
        return []
    ranked = [
        (rank, found)
        for page in pages_of(role)
        for label, words, found in _findable(page)
        if (rank := _rank(wanted, label, words)) is not None
    ]
    return [found for _, found in sorted(ranked, key=lambda pair: pair[0])]


def _findable(page: Page) -> Iterator[tuple[str, str, Found]]:
    """Yield label, words and what is shown, of the page and of each setting on it."""
    yield page.label, f"{page.text} {page.words}", Found(page.label, page.group, page.text, page.icon, page.url)
    for setting in page.all_settings:
        url = first_url(setting.name) if setting.name else f"{page.url}{_target(setting.anchor)}"
        yield setting.label, f"{page.label} {setting.words}", Found(setting.label, page.label, "", page.icon, url)


def _target(anchor: str) -> str:
    return anchor if not anchor or anchor.startswith("?") else f"#{anchor}"


def _rank(wanted: list[str], label: str, words: str) -> int | None:
    """Return 0 where the label alone has all words, 1 where it has some, 2 where none, None where not all are there."""
    own = WORD.findall(label.lower())
    every = [*own, *WORD.findall(words.lower())]
    if not all(any(part.startswith(word) for part in every) for word in wanted):
        return None
    hits = sum(any(part.startswith(word) for part in own) for word in wanted)
    return 0 if hits == len(wanted) else 1 if hits else 2
