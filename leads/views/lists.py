"""The list of leads."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.permissions import can_edit_leads
from accounts.requests import SignedInRequest
from common import clock
from common.pages import BadCursor
from leads import selectors
from leads.forms import LeadFilterForm
from leads.kinds import Channel, Stage, Temperature
from leads.models import Source
from leads.narrowing import NARROWINGS
from leads.selectors.lists import LeadFilter

CHIP_WORDS = {
    "grade": "Fit is {}",
    "came_from": "Came on or after {}",
    "came_to": "Came on or before {}",
    "reached": "Reached {}",
    "done_from": "Done on or after {}",
    "done_to": "Done on or before {}",
    "in_play": "Neither customer nor disqualified",
    "put_off": "Could not be judged",
}
CHOICES = {"stages": Stage.choices, "temperatures": Temperature.choices, "channels": Channel.choices}
OWN_CONTROLS = ("q", "stage", "temperature", "channel", "cursor")


@dataclass(frozen=True)
class Chip:
    """An active filter in words, and the URL of the list without it."""

    text: str
    remove_url: str


@require_GET
@login_required
def lead_list(request: SignedInRequest) -> HttpResponse:
    """Show one page of leads; the whole state of the list is in the URL."""
    form = LeadFilterForm(request.GET)
    wanted = form.wanted()
    try:
        listing = selectors.lead_listing(request.user, wanted, cursor=request.GET.get("cursor"))
    except BadCursor:
        return redirect(f"{request.path}?{_without(request.GET, 'cursor')}")
    older = listing.page.next_cursor
    context = {
        **vars(listing),
        "older_url": f"?{_without(request.GET)}&cursor={older}" if older else "",
        "newer_url": f"?{_without(request.GET)}" if "cursor" in request.GET else "",
        "kept": [(name, value) for name, value in request.GET.items() if name not in OWN_CONTROLS],
        "chips": _chips(request.GET, wanted),
        "errors": form.errors,
        "wanted": wanted,
        **CHOICES,
        "is_narrowed": wanted != LeadFilter(),
        "can_edit": can_edit_leads(request.user),
        "filter": _without(request.GET),
        "now": clock.now(),
    }
    return render(request, "leads/list.html", context)


def _chips(query: QueryDict, wanted: LeadFilter) -> list[Chip]:
    """Filters that have no control of their own in the bar."""
    chips = [
        Chip(words.format(_value_words(getattr(wanted, name))), f"?{_without(query, name)}")
        for name, words in CHIP_WORDS.items()
        if getattr(wanted, name)
    ]
    if wanted.did:
        chips.insert(0, Chip(NARROWINGS[wanted.did].words, f"?{_without(query, 'did', 'done_from', 'done_to')}"))
    if wanted.source:
        source = Source.objects.filter(pk=wanted.source).first() if wanted.source.isdecimal() else None
        chips.append(Chip(f"Source is {source or 'not known'}", f"?{_without(query, 'source')}"))
    if wanted.owner:
        name = {"me": "me", "nobody": "nobody"}.get(wanted.owner, f"person {wanted.owner}")
        chips.append(Chip(f"Owner is {name}", f"?{_without(query, 'owner')}"))
    return chips


def _value_words(value: Any) -> str:
    words = " or ".join(value) if isinstance(value, tuple) else str(value)
    return words.upper() if words in Stage.values else words.replace("_", " ")


def _without(query: QueryDict, *names: str) -> str:
    rest = query.copy()
    for name in (*names, "cursor"):
        rest.pop(name, None)
    return rest.urlencode()
