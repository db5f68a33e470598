"""The shell around each page: which destinations exist, which of them this person sees, and how it looks."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from common.composition import composed
from common.models import Installation
from common.places import Notice, Place
from common.routes import url_for, url_of
from common.shortcuts import PAGE, Shortcut, shortcuts

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class Item:
    label: str
    icon: str
    act: str
    url: str
    is_current: bool = False
    count_url: str = ""


@dataclass(frozen=True)
class Shell:
    """All that ``base.html`` needs besides the page. Each ``…_url`` is a link that an app brings under that name."""

    company: str
    theme: str
    is_rail_narrow: bool
    items: tuple[Item, ...]
    create: tuple[Item, ...]
    notices: tuple[Notice, ...]
    current: Item | None
    are_keys_on: bool
    search_url: str
    palette_url: str
    acts_url: str
    theme_url: str
    keys_url: str
    keyboard_url: str
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
    items = places_of(user, request.path)
    if role == "rep":
        items = tuple(sorted(items, key=lambda item: item.label != "Inbox"))
    installation = Installation.current()
    return Shell(
        company=installation.name or "LeadCRM",
        theme=theme_of(request),
        is_rail_narrow=request.COOKIES.get("rail") == "narrow",
        items=items,
        create=create_items(user),
        notices=tuple(filter(None, (notice(installation, user) for notice in composed("NOTICES")))),
        current=next((item for item in items if item.is_current), None),
        are_keys_on=getattr(user, "single_keys", True),
        **{link: url_for(user, name) for link, name in composed("LINKS").items()},
    )


def places_of(user: Any, path: str = "") -> tuple[Item, ...]:
    """Return the destinations of the rail for this person."""
    return _items(composed("PLACES"), user, path)


def create_items(user: Any) -> tuple[Item, ...]:
    """Return what this person may make; nothing for a signed-out visitor."""
    return _items(composed("CREATE"), user, "") if getattr(user, "is_authenticated", False) else ()


def theme_of(request: HttpRequest) -> str:
    """Return auto, light or dark: the person's setting where accounts keeps one, else this browser's cookie."""
    chosen = getattr(getattr(request, "user", None), "theme", "")
    if not url_of(composed("LINKS")["theme_url"]):
        chosen = request.COOKIES.get("theme", chosen)
    return chosen if chosen in THEMES else "auto"


def _items(places: tuple[Place, ...], user: Any, path: str) -> tuple[Item, ...]:
    found: list[Item] = []
    for place in places:
        if url := url_for(user, place.name):
            is_current = any(_is_under(path, part) for part in (url, *map(url_of, place.also), *place.below))
            found.append(Item(place.label, place.icon, place.act, url, is_current, url_of(place.count)))
    return tuple(found)


def _is_under(path: str, url: str) -> bool:
    return path == url if url == "/" else bool(url) and path.startswith(url)
