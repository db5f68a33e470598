"""``/api/v1/sequences`` and ``/api/v1/enrollments``: read only; people enter and leave by what they do."""

import django_filters
from django.db.models import QuerySet
from rest_framework import mixins, serializers

from accounts.api.filters import ChoicesFilter
from accounts.api.viewsets import UUID_PATTERN, ApiViewSet
from accounts.models import Scope
from accounts.requests import caller
from leads.selectors.visibility import visible_leads
from nurturing.models import Enrollment, EnrollmentState, Sequence, Step


class StepSerializer(serializers.ModelSerializer):
    class Meta:
        model = Step
        fields = ["position", "delay_hours", "subject", "body"]


class SequenceSerializer(serializers.ModelSerializer):
    """A sequence with the mails of its live version."""

    topic = serializers.CharField(source="topic.slug", read_only=True)
    version = serializers.IntegerField(source="live.number", read_only=True, allow_null=True, default=None)
    steps = StepSerializer(source="live.steps", many=True, read_only=True, default=())

    class Meta:
        model = Sequence
        fields = ["id", "name", "topic", "starts_on", "start_value", "is_active", "version", "steps", "created_at"]


class EnrollmentSerializer(serializers.ModelSerializer):
    """One lead's run through a sequence; ``due_at`` is when the mail at ``next_position`` is due."""

    version = serializers.IntegerField(source="sequence_version.number", read_only=True)

    class Meta:
        model = Enrollment
        fields = [
            "id",
            "sequence",
            "version",
            "lead",
            "state",
            "next_position",
            "due_at",
            "stop_kind",
            "stop_reason",
            "started_at",
            "ended_at",
        ]


class EnrollmentFilters(django_filters.FilterSet):
    lead = django_filters.UUIDFilter(field_name="lead", help_text="The id of a lead.")
    sequence = django_filters.NumberFilter(field_name="sequence", help_text="The id of a sequence.")
    state = ChoicesFilter(field_name="state", choices=EnrollmentState.choices)


class SequenceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Sequences with their mails."""

    queryset = Sequence.objects.select_related("topic", "live").prefetch_related("live__steps")
    serializer_class = SequenceSerializer
    lookup_value_regex = "[0-9]{1,15}"


class EnrollmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Who is or was in which sequence, of the leads the caller may see."""

    queryset = Enrollment.objects.none()
    serializer_class = EnrollmentSerializer
    filterset_class = EnrollmentFilters
    lookup_value_regex = UUID_PATTERN
    sorts = {"-started_at": ("-started_at", "-id"), "started_at": ("started_at", "id")}

    def get_queryset(self) -> QuerySet[Enrollment]:
        rows = Enrollment.objects.select_related("sequence_version")
        if caller(self.request).scope == Scope.ALL:
            return rows
        return rows.filter(lead__in=visible_leads(caller(self.request)))
