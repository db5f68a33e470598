"""The shell around each page: which destinations exist, which of them this person sees, and how it looks."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_urlconf, reverse

from common.models import Installation
from common.shortcuts import PAGE, Shortcut, shortcuts

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Place:
    """A destination by the name of its URL; left out while nothing answers to that name. No roles: for everybody.

    ``act`` is the entry in the table of keys; ``also`` names URLs elsewhere that belong to it.
    """

    label: str
    icon: str
    act: str
    name: str
    roles: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    label: str
    icon: str
    act: str
    url: str
    is_current: bool = False
    count_url: str = ""


EDITORS = ("admin", "marketer")
WRITERS = ("admin", "marketer", "manager", "rep")
PLACES = (
    Place("Home", "home", "home", "home", also=("insights:goal",)),
    Place("Leads", "users", "leads", "leads:list"),
    Place("Inbox", "inbox", "inbox", "sales:inbox"),
    Place("Forms", "document-text", "forms", "capture:forms"),
    Place("Nurture", "envelope", "nurture", "nurturing:list"),
    Place("Scoring", "adjustments-horizontal", "scoring", "scoring:rules"),
    Place("Reports", "chart-bar", "reports", "insights:reports"),
    Place("Settings", "cog-6-tooth", "settings", "accounts:settings"),
)
CREATE = (
    Place("Lead", "user-plus", "new_lead", "lead_add", WRITERS),
    Place("Import leads", "arrow-up-tray", "import", "leads:import", EDITORS),
    Place("Form", "document-plus", "new_form", "capture:form_create", EDITORS),
    Place("Sequence", "envelope", "new_sequence", "nurturing:create", EDITORS),
)


@lru_cache(maxsize=256)
def _resolved(name: str, _urlconf: str | None) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def first_url(*names: str) -> str:
    """Return the URL of the first name that something answers to, or an empty string."""
    urlconf = get_urlconf() or settings.ROOT_URLCONF
    return next((url for name in names if (url := _resolved(name, urlconf))), "")


@dataclass(frozen=True)
class Notice:
    """A banner above every page: what is so, and where to change it; ``act_url`` takes a POST that ends it."""

    tone: str
    text: str
    url: str = ""
    link: str = ""
    act_url: str = ""
    act: str = ""


@dataclass(frozen=True)
class Shell:
    """All that ``base.html`` needs besides the page."""

    company: str
    theme: str
    is_rail_narrow: bool
    items: tuple[Item, ...]
    create: tuple[Item, ...]
    notices: tuple[Notice, ...]
    current: Item | None
    search_url: str
    palette_url: str
    acts_url: str
    theme_url: str
    keys_url: str
    keyboard_url: str
    are_keys_on: bool
    sign_out_url: str
    account_url: str
    banners_url: str
    first_steps_url: str
    bell_url: str

    @property
    def shortcuts(self) -> dict[str, dict[str, Shortcut]]:
        """The table of keys by group, for the sheet and the scripts; what is on one page only, the page brings."""
        groups: dict[str, dict[str, Shortcut]] = {}
        for act, row in shortcuts().items():
            if row.group != PAGE:
                groups.setdefault(row.group, {})[act] = row
        return groups

    @property
    def phone_items(self) -> tuple[Item, ...]:
        """The three destinations of the phone's bottom bar; the fourth place is More."""
        return self.items[:3]


def shell(request: HttpRequest) -> Shell:
    """Return the shell for this person and path; one query, for the installation."""
    user = getattr(request, "user", None)
    role = getattr(user, "role", "")
    items = _items(PLACES, role, request.path)
    if role == "rep":
        items = tuple(sorted(items, key=lambda item: item.label != "Inbox"))
    installation = Installation.current()
    return Shell(
        company=installation.name or "LeadCRM",
        theme=theme_of(request),
        is_rail_narrow=request.COOKIES.get("rail") == "narrow",
        items=items,
        create=create_items(role),
        notices=_notices(installation, user),
        current=next((item for item in items if item.is_current), None),
        search_url=first_url("leads:list"),
        palette_url=first_url("palette"),
        acts_url=first_url("acts"),
        keys_url=first_url("accounts:single_keys"),
        keyboard_url=first_url("accounts:keyboard"),
        are_keys_on=getattr(user, "single_keys", True),
        theme_url=first_url("accounts:theme"),
        sign_out_url=first_url("accounts:sign_out"),
        account_url=first_url("accounts:profile"),
        banners_url=first_url("system_banners") if role == "admin" else "",
        bell_url=first_url("notifications"),
        first_steps_url=first_url("insights:first_steps") if role in EDITORS else "",
    )


def places_of(role: str) -> tuple[Item, ...]:
    """Return the destinations of the rail for this role."""
    return _items(PLACES, role, "")


def create_items(role: str) -> tuple[Item, ...]:
    """Return what this role may make; nothing for a signed-out visitor."""
    return _items(CREATE, role, "") if role else ()


def theme_of(request: HttpRequest) -> str:
    """Return auto, light or dark: the person's setting where accounts keeps one, else this browser's cookie."""
    chosen = getattr(getattr(request, "user", None), "theme", "")
    if not first_url("accounts:theme"):
        chosen = request.COOKIES.get("theme", chosen)
    return chosen if chosen in THEMES else "auto"


def _items(places: tuple[Place, ...], role: str, path: str) -> tuple[Item, ...]:
    found: list[Item] = []
    for place in places:
        url = first_url(place.name)
        if url and (not place.roles or role in place.roles):
            count_url = first_url("sales:count") if place.label == "Inbox" else ""
            is_current = any(_is_under(path, of_place) for of_place in (url, *map(first_url, place.also)))
            found.append(Item(place.label, place.icon, place.act, url, is_current, count_url))
    return tuple(found)


def _is_under(path: str, url: str) -> bool:
    return path == url if url == "/" else bool(url) and path.startswith(url)


def _notices(installation: Any, user: Any) -> tuple[Notice, ...]:
    notices = []
    if role := getattr(user, "sees_as", ""):
        text = f"You see the product as {role}. Nothing can be changed."
        notices.append(Notice("warn", text, act_url=first_url("stop_seeing"), act="End preview"))
    if installation.has_sample_data:
        # Who came with the sample data would go with it.
        may_remove = getattr(user, "role", "") == "admin" and not user.is_sample
        act_url = first_url("remove_samples") if may_remove else ""
        remedy = " To remove it, sign in as an admin of your own." if getattr(user, "is_sample", False) else ""
        text = f"Sample data is among the leads and people.{remedy}"
        notices.append(Notice("sample", text, act_url=act_url, act="Remove it"))
    if installation.sending_paused:
        notices.append(Notice("warn", "Sending is paused. No mail leaves until an admin resumes it."))
    if not settings.EMAIL_URL:
        url = first_url("mail:caught") if getattr(user, "scope", "") == "all" else ""
        notices.append(Notice("info", "Mail is caught, not sent.", url, "See caught mail" if url else ""))
    return tuple(notices)
