"""The rules in words, and the panel that says why a lead has its score."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.models import User
from common import clock
from leads.selectors import visible_leads
from scoring import selectors
from scoring.pages import rules_page


@require_GET
@login_required
def rules(request: HttpRequest) -> HttpResponse:
    """Show the live rules as sentences, the matrix, and a worked example."""
    return render(request, "scoring/rules.html", {"page": rules_page(now=clock.now())})


@require_GET
@login_required
def lead_panel(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """Show why a lead is judged as it is; 404 for leads this person may not see."""
    lead = get_object_or_404(visible_leads(cast(User, request.user)), pk=lead_id)
    receipt = selectors.shown_receipt(lead, now=clock.now())
    return render(request, "scoring/_lead_panel.html", {"lead": lead, "receipt": receipt})
