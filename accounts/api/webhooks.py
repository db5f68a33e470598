"""``/api/v1/webhooks``: for admins and keys of that role only, since a webhook hears of every lead."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors, services
from accounts.api.errors import Conflict
from accounts.api.fields import StrictSerializer
from accounts.api.filters import NEWEST_FIRST, KeysetPagination
from accounts.api.viewsets import UUID_PATTERN, ApiViewSet
from accounts.models import Delivery, Event, Webhook
from accounts.permissions import can_administer
from accounts.requests import caller
from common import clock
from common.outbound import MAX_URL, UnsafeUrl


class WebhookSerializer(StrictSerializer):
    """A receiver. ``secret`` comes once, in the answer to the POST that made it."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(max_length=120)
    url = serializers.CharField(max_length=MAX_URL, help_text="https:// or http://, in the public internet.")
    events = serializers.ListField(child=serializers.ChoiceField(choices=Event.choices), allow_empty=False)
    is_active = serializers.BooleanField(required=False)
    state = serializers.CharField(read_only=True, help_text="active, failing or off.")
    off_because = serializers.CharField(read_only=True)
    failing_since = serializers.DateTimeField(read_only=True, allow_null=True)
    delivered_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="The last success.")
    created_at = serializers.DateTimeField(read_only=True)


class NewWebhookSerializer(WebhookSerializer):
    secret = serializers.CharField(read_only=True)


class DeliverySerializer(serializers.ModelSerializer):
    """One event for one receiver, with every try and the beginning of the last answer."""

    body = serializers.JSONField(source="content", help_text="What was sent.")
    tries = serializers.JSONField(help_text="at, status (null: no answer), error, ms")

    class Meta:
        model = Delivery
        fields = [
            "id", "event", "event_id", "state", "reason", "attempts", "tries", "answer", "body", "due_at", "created_at",
            "finished_at",
        ]  # fmt: skip


class RedeliverSerializer(StrictSerializer):
    delivery = serializers.UUIDField(help_text="The id of a delivery that ended.")


class WebhookViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Who hears what happens."""

    queryset = Webhook.objects.none()
    serializer_class = WebhookSerializer
    lookup_value_regex = UUID_PATTERN
    sorts = NEWEST_FIRST
    may_read = staticmethod(can_administer)
    may_write = staticmethod(can_administer)

    def get_queryset(self) -> QuerySet[Webhook]:
        return Webhook.objects.all()

    @extend_schema(request=WebhookSerializer, responses={201: NewWebhookSerializer})
    def create(self, request: Request) -> Response:
        """Add a webhook; the answer holds its secret, once."""
        fields = _valid(WebhookSerializer(data=request.data))
        is_active = fields.pop("is_active", True)
        by, now = caller(request), clock.now()
        try:
            webhook = services.create_webhook(**fields, by=by, now=now)
        except UnsafeUrl as exc:
            raise ValidationError({"url": [str(exc)]}) from exc
        if not is_active:
            services.set_webhook_active(webhook=webhook, is_active=False, by=by, now=now)
            webhook.refresh_from_db()
        return Response(NewWebhookSerializer(webhook).data, status=201)

    @extend_schema(request=WebhookSerializer, responses=WebhookSerializer)
    def partial_update(self, request: Request, pk: Any = None) -> Response:
        """Change the fields sent; is_active switches it on or off."""
        fields = _valid(WebhookSerializer(data=request.data, partial=True))
        webhook, by, now = self.get_object(), caller(request), clock.now()
        is_active = fields.pop("is_active", None)
        try:
            services.edit_webhook(webhook=webhook, changes=fields, by=by, now=now)
        except UnsafeUrl as exc:
            raise ValidationError({"url": [str(exc)]}) from exc
        if is_active is not None:
            services.set_webhook_active(webhook=webhook, is_active=is_active, by=by, now=now)
        return Response(WebhookSerializer(self.get_object()).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: Any = None) -> Response:
        """Remove a webhook with its log."""
        services.delete_webhook(webhook=self.get_object(), by=caller(request), now=clock.now())
        return Response(status=204)

    @extend_schema(request=None, responses={202: DeliverySerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: Any = None) -> Response:
        """Send webhook.test to this webhook."""
        delivery = services.send_test_event(webhook=self.get_object(), by=caller(request), now=clock.now())
        return Response(DeliverySerializer(delivery).data, status=202)

    @extend_schema(responses=DeliverySerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=KeysetPagination)
    def deliveries(self, request: Request, pk: Any = None) -> Response:
        """What was sent to this webhook and what became of it, newest first."""
        page = self.paginate_queryset(selectors.deliveries(self.get_object()))
        return self.get_paginated_response(DeliverySerializer(page, many=True).data)

    @extend_schema(request=RedeliverSerializer, responses={202: DeliverySerializer, 409: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def redeliver(self, request: Request, pk: Any = None) -> Response:
        """Send a delivery that ended once more, with the same id."""
        wanted: UUID = _valid(RedeliverSerializer(data=request.data))["delivery"]
        delivery = selectors.deliveries(self.get_object()).filter(pk=wanted).first()
        if delivery is None:
            raise NotFound("This webhook has no such delivery.")
        if not services.redeliver(delivery=delivery, by=caller(request), now=clock.now()):
            raise Conflict("This delivery is still on its way.")
        delivery.refresh_from_db()
        return Response(DeliverySerializer(delivery).data, status=202)


def _valid(serializer: serializers.Serializer) -> dict[str, Any]:
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
