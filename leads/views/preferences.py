"""The preference page and the unsubscribe links: without session, cookie or sign-in; GET and HEAD change nothing."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from common import clock
from common.client_ip import client_ip
from common.models import Installation
from leads.forms_preferences import PreferenceForm
from leads.models import Lead
from leads.selectors.preferences import Choice, choices, lead_and_topic, lead_of_key
from leads.services.consent import Proof, give_consent, save_preferences, withdraw_consent

METHODS = ["GET", "HEAD", "POST"]


@csrf_exempt
@require_http_methods(METHODS)
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    lead = lead_of_key(token)
    if lead is None:
        return _unknown()
    topics = choices(lead)
    if request.method == "POST":
        return _change(request, lead, topics, now=clock.now())
    form = PreferenceForm(choices=topics)
    was = set(request.GET.get("was", "").split(","))
    context = {
        "form": form,
        "address": _masked(lead.email),
        "wanted": [choice.topic.name for choice in topics if choice.is_on],
        "came_for": next((c.topic for c in topics if c.topic.slug == request.GET.get("topic")), None),
        "done": request.GET.get("done", ""),
        "undo": [c.topic.slug for c in topics if c.topic.slug in was and not c.is_on],
    }
    return _page("leads/preferences.html", context)


@csrf_exempt
@require_http_methods(METHODS)
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    found = lead_and_topic(token)
    if found is None:
        return _unknown()
    lead, topic = found
    is_done = request.method == "POST"
    if is_done:
        proof = _proof(request, "Unsubscribe link of a mail")
        withdraw_consent(lead=lead, topics=[topic] if topic else None, proof=proof, now=clock.now())
    context = {
        "topic": topic,
        "is_done": is_done,
        "address": _masked(lead.email),
        "preferences": reverse("preferences:page", args=[lead.preference_key]),
    }
    return _page("leads/preferences_unsubscribe.html", context)


def _change(request: HttpRequest, lead: Lead, topics: list[Choice], *, now: datetime) -> HttpResponse:
    """Do what the pressed button says, then show the page anew, so that a reload repeats nothing."""
    act = request.POST.get("act", "save")
    said = {"done": act}
    if act == "everything":
        before = withdraw_consent(lead=lead, topics=None, proof=_proof(request, "Preference page"), now=now)
        said["was"] = ",".join(topic.slug for topic in before)
    elif act == "undo":
        wanted = [choice.topic for choice in topics if choice.topic.slug in request.POST.getlist("topics")]
        give_consent(lead=lead, topics=wanted, proof=_proof(request, "Preference page, undo"), now=now)
    else:
        form = PreferenceForm(request.POST, choices=topics)
        form.full_clean()
        save_preferences(lead=lead, wanted=form.wanted, proof=_proof(request, "Preference page"), now=now)
    page = reverse("preferences:page", args=[lead.preference_key])
    return HttpResponse(status=303, headers={"Location": f"{page}?{urlencode(said)}", "Cache-Control": "no-store"})


def _proof(request: HttpRequest, how: str) -> Proof:
    agent = request.headers.get("User-Agent", "").replace("\x00", "")
    return Proof(how=how, page_url=request.path, ip=client_ip(request) or None, user_agent=agent)


def _masked(email: str) -> str:
    """Enough for the owner to know the address, too little for somebody the mail was forwarded to."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}…{at}{domain}" if at else ""


def _unknown() -> HttpResponse:
    return _page("leads/preferences_unknown.html", {}, status=404)


def _page(template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Rendered without the request: its context processors would ask for a session."""
    body = render_to_string(template, {**context, "installation": Installation.current()})
    # The address is a key to the page: it must not be kept by proxies or told to the sites linked from here.
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
    return HttpResponse(body, status=status, headers=headers)
