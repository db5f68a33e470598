"""``/api/v1/leads``: list, retrieve, create (upsert by e-mail), update, timeline, activities."""

from datetime import UTC, datetime
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.api.errors import BadParameter, Conflict, Outdated
from accounts.api.filters import (
    NEWEST_FIRST,
    ChoicesFilter,
    KeysetPagination,
    MomentFilter,
    OwnerFilter,
    refuse_unknown,
)
from accounts.api.versions import HEADER as IF_MATCH_HEADER
from accounts.api.versions import asked_versions, tag_of
from accounts.api.viewsets import UUID_PATTERN, ApiViewSet
from accounts.models import User
from accounts.requests import caller
from common import clock
from leads import selectors, services
from leads.kinds import REQUEST_KINDS, Stage, Temperature
from leads.matching import email_key
from leads.models import Activity, Lead, Transition
from leads.selectors.lists import in_stages, in_temperatures
from leads.selectors.search import mentioning
from leads.serializers import ActivitySerializer, LeadSerializer, NewActivitySerializer, activity_json
from leads.serializers_bulk import BulkAnswerSerializer, BulkSerializer, bulk_json

IF_MATCH = OpenApiParameter(
    IF_MATCH_HEADER,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag you read the lead with: where it has changed since, nothing is written (412).",
)
TIMELINE_SORTS = {"-occurred_at": ("-occurred_at", "-id")}


class LeadFilters(django_filters.FilterSet):
    email = django_filters.CharFilter(method="by_email", help_text="One address, however it is written.")
    stage = ChoicesFilter(field_name="stage", choices=Stage.choices, method="by_stage")
    temperature = ChoicesFilter(field_name="temperature", choices=Temperature.choices, method="by_temperature")
    owner = OwnerFilter()
    source = django_filters.CharFilter(method="by_source", help_text="A channel, or a source such as `google`.")
    created_from = MomentFilter(
        field_name="created_at", lookup_expr="gte", help_text="Leads that came at this moment or later."
    )
    created_until = MomentFilter(
        field_name="created_at", lookup_expr="lt", help_text="Leads that came before this moment."
    )
    q = django_filters.CharFilter(method="by_words", help_text="Words of name, e-mail, company or phone.")

    def by_email(self, leads: QuerySet, name: str, value: str) -> QuerySet:
        return leads.filter(email_key=email_key(value))

    def by_stage(self, leads: QuerySet, name: str, value: list[str]) -> QuerySet:
        return leads.filter(in_stages(value))

    def by_temperature(self, leads: QuerySet, name: str, value: list[str]) -> QuerySet:
        return leads.filter(in_temperatures(value))

    def by_source(self, leads: QuerySet, name: str, value: str) -> QuerySet:
        return leads.filter(Q(source__channel=value) | Q(source__source__iexact=value))

    def by_words(self, leads: QuerySet, name: str, value: str) -> QuerySet:
        return mentioning(leads, value)


class LeadViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Leads the caller may see; the others do not exist for them (404)."""

    queryset = Lead.objects.none()
    serializer_class = LeadSerializer
    filterset_class = LeadFilters
    lookup_value_regex = UUID_PATTERN
    sorts = NEWEST_FIRST

    def get_queryset(self) -> QuerySet[Lead]:
        return selectors.visible_leads(caller(self.request)).select_related("state", "source")

    @extend_schema(responses={200: LeadSerializer, 201: LeadSerializer})
    def create(self, request: Request) -> Response:
        """Add a lead, or edit the one with this e-mail: 201 for a new one, 200 for a known one."""
        fields = self._fields(request)
        try:
            lead, is_new = services.enter_lead(fields=fields, by=caller(request), now=clock.now())
        except services.NoAddress as exc:
            raise ValidationError({"email": [str(exc)]}) from exc
        except services.LeadOfOthers as exc:
            raise Conflict(str(exc)) from exc
        return self._answer(lead, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    @extend_schema(request=BulkSerializer, responses=BulkAnswerSerializer)
    @action(detail=False, methods=["post"], url_path="bulk", filterset_class=None, pagination_class=None)
    def bulk(self, request: Request) -> Response:
        """Add or edit up to 1,000 leads by their e-mail; a row that cannot be entered keeps none of the others out."""
        batch = BulkSerializer(data=request.data)
        batch.is_valid(raise_exception=True)
        rows = [self.get_serializer(data=row) for row in batch.validated_data["leads"]]
        good = [row.validated_data for row in rows if row.is_valid()]
        entered = iter(services.enter_leads(rows=good, by=caller(request), now=clock.now()))
        return Response(bulk_json([dict(row.errors) for row in rows], entered))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read one lead; its ETag is the version for If-Match."""
        return self._shown(self.get_object(), status.HTTP_200_OK)

    @extend_schema(
        request=LeadSerializer,
        parameters=[IF_MATCH],
        responses={200: LeadSerializer, 412: OpenApiResponse(description="Changed meanwhile; `conflicts` has both.")},
    )
    def partial_update(self, request: Request, pk: Any = None) -> Response:
        """Change some fields; attributes are merged, and an empty text clears a field."""
        lead, fields = self.get_object(), self._fields(request)
        versions = asked_versions(request)
        try:
            services.edit_lead(lead=lead, changes=fields, versions=versions, by=caller(request), now=clock.now())
        except services.EditConflict as conflict:
            raise _outdated(lead, conflict) from conflict
        except services.NoAddress as exc:
            raise ValidationError({"email": [str(exc)]}) from exc
        except services.EmailTaken as exc:
            raise Conflict(str(exc)) from exc
        return self._answer(lead, status.HTTP_200_OK)

    @extend_schema(
        parameters=[OpenApiParameter("until", OpenApiTypes.DATETIME, description="Comes in `next`.")],
        responses=ActivitySerializer(many=True),
    )
    @action(detail=True, methods=["get"], url_path="timeline", filterset_class=None, sorts=TIMELINE_SORTS)
    def timeline(self, request: Request, pk: Any = None) -> Response:
        """Facts and stages entered, newest first."""
        return TimelinePage(self.get_object(), request, self).response()

    @extend_schema(
        request=NewActivitySerializer,
        responses={201: ActivitySerializer, 409: OpenApiResponse(description="Another lead has this external_id.")},
    )
    @action(detail=True, methods=["post"], url_path="activities", filterset_class=None)
    def activities(self, request: Request, pk: Any = None) -> Response:
        """Record a fact; scores, stage and handover follow within seconds."""
        lead = self.get_object()
        serializer = NewActivitySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        activity = _record(lead, serializer.validated_data, caller(request), clock.now())
        return Response(activity_json(activity), status=status.HTTP_201_CREATED)

    def _fields(self, request: Request) -> dict[str, Any]:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def _answer(self, lead: Lead, code: int) -> Response:
        fresh = Lead.objects.select_related("state", "source").get(pk=lead.pk)
        return self._shown(fresh, code)

    def _shown(self, lead: Lead, code: int) -> Response:
        tag = tag_of(services.version_of(lead))
        return Response(self.get_serializer(lead).data, status=code, headers={"ETag": tag})


def _outdated(lead: Lead, conflict: services.EditConflict) -> Outdated:
    """Return the refusal that shows each field as it was sent and as it is."""
    who = conflict.fact.by if conflict.fact and conflict.fact.by else "Somebody"
    fields = {clash.field: {"yours": clash.mine, "theirs": clash.theirs} for clash in conflict.clashes}
    tag = tag_of(services.version_of(Lead.objects.get(pk=lead.pk)))
    text = f"{who} changed this lead since you read it. Nothing was written; conflicts has both values of each field."
    return Outdated(text, tag=tag, members={"conflicts": fields})


class TimelinePage:
    """One keyset page of facts, and the transitions that lie between its facts."""

    def __init__(self, lead: Lead, request: Request, view: LeadViewSet) -> None:
        refuse_unknown(request, ["cursor", "limit", "until"])
        self.request, self.view, self.paginator = request, view, KeysetPagination()
        facts = lead.activities.select_related("by")
        self.facts: list[Activity] = self.paginator.paginate_queryset(facts, request, view)
        self.transitions = lead.transitions.select_related("by").filter(at__lt=self._until())
        if self.paginator.next_url:
            self.transitions = self.transitions.filter(at__gte=self.facts[-1].occurred_at)

    def response(self) -> Response:
        items: list[Activity | Transition] = [*self.facts, *self.transitions]
        items.sort(key=lambda item: item.at if isinstance(item, Transition) else item.occurred_at, reverse=True)
        if self.paginator.next_url:
            until = self.facts[-1].occurred_at.isoformat()
            self.paginator.next_url = replace_query_param(self.paginator.next_url, "until", until)
        return self.paginator.get_paginated_response(ActivitySerializer(items, many=True).data)

    def _until(self) -> datetime:
        text = self.request.query_params.get("until", "")
        try:
            until = parse_datetime(text) if text else datetime.max.replace(tzinfo=UTC)
        except ValueError:
            until = None
        if until is None or until.tzinfo is None:
            raise BadParameter("until: has to be a moment as it comes in next.")
        return until


@transaction.atomic
def _record(lead: Lead, fields: dict[str, Any], user: User, now: datetime) -> Activity:
    """Record the fact. External ids have a room of their own, so that none of ours can be taken."""
    external_id = fields.get("external_id")
    activity = services.record_activity(
        lead_id=lead.pk,
        kind=fields["kind"],
        now=now,
        by=user,
        occurred_at=fields.get("occurred_at"),
        payload=dict(fields.get("payload", {})),
        external_id=f"api:{external_id}" if external_id else None,
        urgent=fields["kind"] in REQUEST_KINDS,
    )
    if activity.lead_id != lead.pk:
        raise Conflict("This external_id was used for another lead.")
    return activity
