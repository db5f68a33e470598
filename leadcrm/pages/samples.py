"""Taking the sample data away, from the banner that tells of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.models import Role
from accounts.permissions import role_required
from accounts.requests import SignedInRequest
from common import clock
from leadcrm.demo.remove import OwnAccount, remove_sample_data


@require_POST
@role_required(Role.ADMIN)
def remove(request: SignedInRequest) -> HttpResponse:
    """Remove all sample data at once."""
    try:
        removed = remove_sample_data(by=request.user, now=clock.now())
    except OwnAccount as exc:
        messages.error(request, str(exc))
    else:
        messages.success(request, f"The sample data is gone, with {removed} leads.")
    return redirect("home")
