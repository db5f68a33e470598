"""The base of all endpoints."""

from functools import partial
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.idempotency import HEADER, answer_once

UUID_PATTERN = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class ApiViewSet(GenericViewSet):
    """Gives every POST ``Idempotency-Key``.

    Override ``may_write`` (a staticmethod from a user to a bool) where writing needs more than editing leads,
    ``sorts`` (name -> columns for ``keyset_page``, default first) and ``filterset_class`` for lists.
    """

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Cache-Control": "private, no-store"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get(HEADER, "").strip()
        act = getattr(self, "post", None)
        if request.method == "POST" and key and act:
            # Signed in and permitted by now; the framework looks the handler up after this.
            setattr(self, "post", partial(self._post_once, act, key))  # noqa: B010

    def _post_once(self, act: Any, key: str, request: Request, *args: Any, **kwargs: Any) -> Response:
        return answer_once(request, partial(act, request, *args, **kwargs), key=key)
