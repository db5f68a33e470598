"""The command palette: leads, places and acts that this person may reach, by a few letters."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.permissions import can_edit_leads, can_manage, can_sell
from accounts.requests import SignedInRequest
from accounts.settings_search import find
from accounts.views.settings import links_of
from common import navigation
from common.shortcuts import shortcut
from leads import selectors
from leads.models import Lead

LONGEST = 200
# More would push leads and acts out of sight.
SETTINGS = 5


@dataclass(frozen=True)
class Command:
    """One line: where it leads or which dialog it opens, and its entry in the table of keys."""

    label: str
    icon: str
    url: str = ""
    act: str = ""
    dialog: str = ""

    def fits(self, words: list[str]) -> bool:
        """Whether each of the words begins a word of the label."""
        own = self.label.lower().split()
        return all(any(part.startswith(word) for part in own) for word in words)


@never_cache
@require_GET
@login_required
def palette(request: SignedInRequest) -> HttpResponse:
    """Show what ``q`` finds; without it the leads opened last (``recent``), and acts on one lead (``lead``)."""
    text = request.GET.get("q", "").strip()[:LONGEST]
    words = text.lower().split()
    about = _lead(request)
    leads = selectors.leads_found(request.user, text) if text else _recent(request)
    context = {
        "text": text,
        "leads": leads,
        "is_cut_short": leads is None,
        "all_url": f"{reverse('leads:list')}?{urlencode({'q': text})}",
        "about": about,
        "acts": [command for command in [*_acts_on(request, about), *_acts(request)] if command.fits(words)],
        "places": _places_found(request, text, words),
    }
    return render(request, "palette/_results.html", context)


def _lead(request: SignedInRequest) -> Lead | None:
    ids = _ids(request.GET.get("lead", ""))
    return selectors.visible_leads(request.user).filter(pk__in=ids).first() if ids else None


def _recent(request: SignedInRequest) -> list[Lead]:
    return selectors.leads_at_hand(request.user, ids=_ids(request.GET.get("recent", "")))


def _ids(text: str) -> list[UUID]:
    found = []
    for part in text[: LONGEST * 2].split(","):
        try:
            found.append(UUID(part))
        except ValueError:
            continue
    return found


def _acts_on(request: SignedInRequest, lead: Lead | None) -> list[Command]:
    if lead is None:
        return []
    page = reverse("lead_page", args=[lead.pk])
    acts = [Command(f"Open {lead.name}", "user", page, "open")]
    if can_edit_leads(request.user):
        acts.append(Command(f"Edit {lead.name}", "pencil-square", reverse("lead_edit", args=[lead.pk])))
    if lead.email:
        acts.append(Command(f"E-mail {lead.name}", "envelope", f"mailto:{lead.email}"))
    if lead.phone:
        acts.append(Command(f"Call {lead.name}", "phone", f"tel:{lead.phone}"))
    return acts


def _acts(request: SignedInRequest) -> list[Command]:
    made = navigation.create_items(request.user)
    acts = [Command(shortcut(item.act).label, item.icon, item.url, item.act) for item in made]
    return [*acts, Command("Keyboard shortcuts", "command-line", act="shortcuts", dialog="#shortcuts")]


def _places_found(request: SignedInRequest, text: str, words: list[str]) -> list[Command]:
    """What is called so, then what under Settings is called otherwise and is still meant."""
    places = [command for command in _places(request, words) if command.fits(words)]
    shown = {command.url for command in places}
    hits = [hit for hit in find(text, user=request.user) if hit.url not in shown]
    return [*places, *(Command(f"Settings {hit.place}: {hit.label}", hit.icon, hit.url) for hit in hits[:SETTINGS])]


def _places(request: SignedInRequest, words: list[str]) -> list[Command]:
    """The rail, and once something is typed the first steps and the pages under Settings too."""
    places = [Command(item.label, item.icon, item.url, item.act) for item in navigation.places_of(request.user)]
    if words and can_manage(request.user):
        places.append(Command("First steps", "rocket-launch", reverse("insights:first_steps")))
    if words and can_sell(request.user):
        places.append(Command("Practice queue", "academic-cap", reverse("sales:practice")))
    if words:
        places += [Command(f"Settings {link.label}", link.icon, link.url) for link in links_of(request)]
    return places
