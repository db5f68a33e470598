"""Steps 1 to 3 of the first run; step 4 is the new form's own page below ``/try/``."""

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import selectors, services
from accounts.forms import FirstAdminForm
from accounts.models import Role
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from capture.blueprints import BLUEPRINTS
from capture.models import Form
from capture.selectors import free_names
from capture.services import create_form
from common import clock
from common.models import Installation
from leadcrm.setup.forms import OFFERED, CompanyStepForm, FirstFormForm, YouForm

STEPS = ("You", "Company", "Form", "Test lead")
BACKEND = "django.contrib.auth.backends.ModelBackend"


@sensitive_post_parameters()
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Step 1: whoever has the one-time link makes the first admin."""
    if selectors.has_users():
        return redirect("setup_you" if getattr(request.user, "is_admin", False) else "accounts:sign_in")
    now = clock.now()
    token = request.POST.get("token") or request.GET.get("token") or ""
    if not services.setup_link_works(token=token, now=now):
        return _kept_to_ourselves(render(request, "setup/no_link.html", {"has_token": bool(token)}, status=403))
    form = FirstAdminForm(request.POST or None)
    if form.is_valid():
        try:
            admin = services.create_first_admin(token=token, now=now, **form.cleaned_data)
        except (services.SetupLinkRefused, services.SetupDone):
            return redirect("setup")
        login(request, admin, backend=BACKEND)
        return redirect("setup_company")
    return _kept_to_ourselves(_step(request, 1, "setup/admin.html", {"form": form, "token": token}))


@role_required(Role.ADMIN)
def you(request: SignedInRequest) -> HttpResponse:
    """Step 1 again, for somebody who came back to it."""
    form = YouForm(request.POST or None, initial=YouForm.of(request.user))
    if form.is_valid():
        try:
            services.edit_user(user=request.user, changes=form.cleaned_data, by=request.user, now=clock.now())
        except services.EmailTaken as exc:
            form.add_error("email", str(exc))
        else:
            return redirect("setup_company")
    return _step(request, 1, "setup/you.html", {"form": form})


@role_required(Role.ADMIN)
def company(request: SignedInRequest) -> HttpResponse:
    form = CompanyStepForm(request.POST or None, company=Installation.current())
    if form.is_valid():
        services.edit_company(changes=form.cleaned_data, by=request.user, now=clock.now())
        return redirect("setup_form")
    return _step(request, 2, "setup/company.html", {"form": form})


@role_required(Role.ADMIN)
def first_form(request: SignedInRequest) -> HttpResponse:
    """Step 3: one click makes the form and publishes it; coming back uses the one that is there."""
    form = FirstFormForm(request.POST or None, initial={"template": Form.Template.DEMO})
    if form.is_valid():
        template = form.cleaned_data["template"]
        made = Form.objects.filter(template=template, state=Form.State.LIVE, is_sample=False).first()
        if made is None:
            name = free_names([BLUEPRINTS[template].name])[BLUEPRINTS[template].name]
            made = create_form(template=template, name=name, by=request.user, now=clock.now())
        return redirect(f"/try/{made.pk}")
    cards = [BLUEPRINTS[name] for name in OFFERED]
    return _step(request, 3, "setup/form.html", {"form": form, "cards": cards, "chosen": form["template"].value()})


def _step(request: HttpRequest, number: int, template: str, context: dict[str, Any]) -> HttpResponse:
    context = {"steps": STEPS, "current": number, **context}
    return render(request, template, context, status=422 if context["form"].is_bound else 200)


def _kept_to_ourselves(response: HttpResponse) -> HttpResponse:
    """The address holds a secret, which must not travel on to other sites in a Referer header.

    Not ``no-referrer``: browsers then send ``Origin: null`` with the form, which the CSRF check refuses.
    """
    response.headers["Referrer-Policy"] = "same-origin"
    return response
