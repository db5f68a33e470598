"""Pages whose address is a secret."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters


def token_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep the address out of caches, error reports and the Referer, of which only the host is left.

    With ``no-referrer`` browsers would send ``Origin: null``, and the form would be refused.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = "strict-origin"
        return response

    return never_cache(sensitive_post_parameters()(guarded))
