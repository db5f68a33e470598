"""Where a name leads, and whom the view there lets in."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, get_urlconf, resolve, reverse

Rule = Callable[[Any], bool]


def url_of(name: str) -> str:
    """Return the URL of a name, or an empty string where nothing answers to it."""
    return _route(name, _urlconf())[0]


def may_open(user: Any, name: str) -> bool:
    """Whether something answers to the name, and its view lets this person in; it says so by a rule, as ``lets_in``."""
    url, lets_in = _route(name, _urlconf())
    return bool(url) and (lets_in is None or (user is not None and lets_in(user)))


def url_for(user: Any, name: str) -> str:
    """Return the URL of a name for whom its view lets in, else an empty string."""
    return url_of(name) if may_open(user, name) else ""


def _urlconf() -> str:
    return get_urlconf() or settings.ROOT_URLCONF


@lru_cache(maxsize=256)
def _route(name: str, urlconf: str) -> tuple[str, Rule | None]:
    try:
        url = reverse(name, urlconf)
    except NoReverseMatch:
        return "", None
    return url, getattr(resolve(url, urlconf).func, "lets_in", None)
