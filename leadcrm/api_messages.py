"""``/api/v1/messages``: the mails of the leads a caller may see, and what became of each."""

import django_filters
from django.db.models import QuerySet
from rest_framework import mixins, serializers

from accounts.api.filters import ChoicesFilter
from accounts.api.viewsets import UUID_PATTERN, ApiViewSet
from accounts.models import Scope
from accounts.requests import caller
from leads.selectors import visible_leads
from mail.models import Kind, Message, Status
from mail.selectors import messages

TO_LEADS = (Kind.MARKETING, Kind.REQUESTED)


class MessageSerializer(serializers.ModelSerializer):
    """One mail to one address; ``reason`` says why it was not sent."""

    lead = serializers.UUIDField(source="about", allow_null=True)

    class Meta:
        model = Message
        fields = (
            "id", "lead", "kind", "topic", "to_email", "subject", "status", "caught", "reason", "attempts",
            "smtp_code", "message_id", "created_at", "due_at", "sent_at",
        )  # fmt: skip


class MessageFilters(django_filters.FilterSet):
    lead = django_filters.UUIDFilter(field_name="about", help_text="The id of a lead.")
    status = ChoicesFilter(field_name="status", choices=Status.choices)
    kind = ChoicesFilter(field_name="kind", choices=[(kind.value, kind.label) for kind in TO_LEADS])


class MessageViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Mails to leads the caller may see; notices to colleagues are not among them."""

    queryset = Message.objects.none()
    serializer_class = MessageSerializer
    filterset_class = MessageFilters
    lookup_value_regex = UUID_PATTERN
    sorts = {"-created_at": ("-id",), "created_at": ("id",)}

    def get_queryset(self) -> QuerySet[Message]:
        rows = messages().filter(kind__in=TO_LEADS)
        if caller(self.request).scope == Scope.ALL:
            return rows
        return rows.filter(about__in=visible_leads(caller(self.request)).values("pk"))
