"""``/api/v1/reports/…``: the numbers marketing and sales share, for whoever sees all leads."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import BadParameter
from accounts.api.filters import refuse_unknown
from accounts.api.viewsets import ApiViewSet
from accounts.models import Scope
from accounts.requests import caller
from common import clock
from insights.selectors import reports
from insights.serializers import (
    AlignmentReport,
    FunnelQuery,
    FunnelReport,
    RejectsReport,
    ReportQuery,
    SourcesReport,
    SpeedReport,
    period_json,
)


class ReportViewSet(ApiViewSet):
    """Reports; those of the product's home are the same numbers."""

    filter_backends: list = []
    pagination_class = None
    serializer_class = ReportQuery

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if caller(request).scope != Scope.ALL:
            raise PermissionDenied("Reports count all leads; this key or person sees some of them only.")

    @extend_schema(parameters=[FunnelQuery], responses=FunnelReport)
    @action(detail=False, methods=["get"])
    def funnel(self, request: Request) -> Response:
        """How far the leads that came in a period have got."""
        query = _query(request, FunnelQuery)
        chosen = reports.reported_period(query["period"], now=clock.now())
        return _answer(FunnelReport, chosen, steps=reports.funnel(chosen, source_id=query.get("source")))

    @extend_schema(parameters=[ReportQuery], responses=SourcesReport)
    @action(detail=False, methods=["get"])
    def sources(self, request: Request) -> Response:
        """Sources, ranked by customers and then by accepted SQLs."""
        chosen = reports.reported_period(_query(request, ReportQuery)["period"], now=clock.now())
        return _answer(SourcesReport, chosen, sources=reports.sources(chosen))

    @extend_schema(parameters=[ReportQuery], responses=SpeedReport)
    @action(detail=False, methods=["get"])
    def speed(self, request: Request) -> Response:
        """How fast sales first contacted what was handed over in a period."""
        now = clock.now()
        chosen = reports.reported_period(_query(request, ReportQuery)["period"], now=now)
        return _answer(SpeedReport, chosen, first_contact=reports.speed(chosen, now=now))

    @extend_schema(parameters=[ReportQuery], responses=RejectsReport)
    @action(detail=False, methods=["get"])
    def rejects(self, request: Request) -> Response:
        """Why sales said no in a period, and where those leads came from."""
        chosen = reports.reported_period(_query(request, ReportQuery)["period"], now=clock.now())
        return _answer(RejectsReport, chosen, reasons=reports.rejects(chosen))

    @extend_schema(parameters=[ReportQuery], responses=AlignmentReport)
    @action(detail=False, methods=["get"])
    def alignment(self, request: Request) -> Response:
        """How marketing and sales kept their promises: verdicts, first contact, the reason rejected for most."""
        now = clock.now()
        chosen = reports.reported_period(_query(request, ReportQuery)["period"], now=now)
        return _answer(AlignmentReport, chosen, **vars(reports.alignment(chosen, now=now)))


def _query(request: Request, shape: type[serializers.Serializer]) -> dict[str, Any]:
    """Return the parameters. Raises BadParameter for one that is not known or cannot be read."""
    query = shape(data=request.query_params)
    refuse_unknown(request, list(query.fields))
    if not query.is_valid():
        raise BadParameter(" ".join(f"{name}: {' '.join(texts)}" for name, texts in query.errors.items()))
    return query.validated_data


def _answer(shape: type[serializers.Serializer], chosen: Any, **found: Any) -> Response:
    return Response(shape({"period": period_json(chosen), **found}).data)
