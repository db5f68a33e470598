"""``/api/v1/handovers``: list, retrieve, and the acts of sales."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.filters import ChoicesFilter, OwnerFilter
from accounts.api.viewsets import UUID_PATTERN, ApiViewSet
from accounts.permissions import can_sell
from accounts.requests import caller
from common import clock
from common.failpoint import failpoint
from sales import selectors, services
from sales.models import Handover, State
from sales.serializers import (
    AcceptSerializer,
    ContactSerializer,
    HandoverSerializer,
    LostSerializer,
    NothingSerializer,
    RecycleSerializer,
    RejectSerializer,
    WonSerializer,
)

STATES = [*State.choices, ("snoozed", "Snoozed")]
REFUSED = OpenApiResponse(description="A colleague has it, or it is decided already; the text names who or what.")


class Refused(APIException):
    """What sales refuses, with its status and words."""

    def __init__(self, error: services.SalesError) -> None:
        super().__init__(str(error))
        self.status_code = error.status


class HandoverFilters(django_filters.FilterSet):
    state = ChoicesFilter(field_name="state", choices=STATES)
    lead = django_filters.UUIDFilter(field_name="lead", help_text="The id of a lead.")
    owner = OwnerFilter()


def act(form: type[serializers.Serializer]) -> Callable[..., Any]:
    """Make a method the endpoint ``POST ID/<its name>`` that takes the fields of ``form``."""

    def decorate(method: Callable[..., Response]) -> Callable[..., Response]:
        documented = extend_schema(request=form, responses={200: HandoverSerializer, 409: REFUSED})(method)
        return action(detail=True, methods=["post"], filterset_class=None, serializer_class=form)(documented)

    return decorate


class HandoverViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Handovers the caller may see; those of another team do not exist for them (404)."""

    queryset = Handover.objects.none()
    serializer_class = HandoverSerializer
    filterset_class = HandoverFilters
    lookup_value_regex = UUID_PATTERN
    sorts = {"-opened_at": ("-opened_at", "-id"), "opened_at": ("opened_at", "id")}
    may_write = staticmethod(can_sell)

    def get_queryset(self) -> QuerySet[Handover]:
        return selectors.visible_handovers(caller(self.request))

    def get_object(self) -> Handover:
        try:
            return selectors.handover_for(caller(self.request), UUID(self.kwargs["pk"]))
        except services.HandoverNotFound as exc:
            raise NotFound(str(exc)) from exc

    @act(NothingSerializer)
    def claim(self, request: Request, pk: Any = None) -> Response:
        """Take a queued handover; 409 names the colleague who was faster."""
        return self._act(request, services.claim)

    @act(AcceptSerializer)
    def accept(self, request: Request, pk: Any = None) -> Response:
        """Confirm the lead as SQL, claiming it if needed."""
        return self._act(request, services.accept)

    @act(RejectSerializer)
    def reject(self, request: Request, pk: Any = None) -> Response:
        """Say no with a reason; takes effect in ten minutes, until then it can be undone."""
        return self._act(request, services.reject)

    @act(ContactSerializer)
    def contact(self, request: Request, pk: Any = None) -> Response:
        """Log an attempt to reach the lead; the first stops the clock."""
        return self._act(request, services.log_contact)

    @act(WonSerializer)
    def won(self, request: Request, pk: Any = None) -> Response:
        """Report a customer."""
        return self._act(request, services.win)

    @act(LostSerializer)
    def lost(self, request: Request, pk: Any = None) -> Response:
        """Report that the lead will not buy now, with a reason."""
        return self._act(request, services.lose)

    @act(RecycleSerializer)
    def recycle(self, request: Request, pk: Any = None) -> Response:
        """Send the lead back to nurture until a day to come."""
        return self._act(request, services.recycle)

    @act(NothingSerializer)
    def undo(self, request: Request, pk: Any = None) -> Response:
        """Take back the last act of the last ten minutes."""
        return self._act(request, services.undo)

    def _act(self, request: Request, service: Callable[..., Any]) -> Response:
        handover, entered = self.get_object(), self.get_serializer(data=request.data)
        entered.is_valid(raise_exception=True)
        try:
            service(handover=handover, by=request.user, now=clock.now(), **entered.validated_data)
        except services.SalesError as exc:
            raise Refused(exc) from exc
        failpoint("act.committed")
        return Response(HandoverSerializer(self.get_object()).data)
