"""``/api/v1/forms`` and ``/api/v1/submissions``."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import Conflict
from accounts.api.fields import StrictSerializer
from accounts.api.filters import ChoicesFilter
from accounts.api.viewsets import UUID_PATTERN, ApiViewSet
from accounts.models import Scope
from accounts.requests import caller
from capture.answers import CONSENT, Wrong
from capture.models import Form, Submission
from capture.reading import Unreadable, fields_of
from capture.services import FormClosed, OtherAnswers, StillRunning, UnknownForm
from capture.services.intake import Caller, receive
from common import clock
from common.client_ip import client_ip
from leads.selectors import visible_leads

OWN_NAMES = ("token", "page", "first_page", "first_referrer", "submission_key")


class FormSerializer(serializers.ModelSerializer):
    """``id`` is the one in ``/f/ID``."""

    class Meta:
        model = Form
        fields = ("id", "name", "template", "state", "created_at")


class SubmissionSerializer(serializers.ModelSerializer):
    """What came in through a form, and the lead it became."""

    source = serializers.SerializerMethodField()  # type: ignore[assignment]  # also the name of an option

    class Meta:
        model = Submission
        fields = ("id", "form", "lead", "status", "answers", "source", "page_url", "spam_reasons", "received_at")

    def get_source(self, row: Submission) -> dict[str, str]:
        first = row.attribution.get("first", {})
        return {name: first.get(name, "") for name in ("channel", "source", "medium", "campaign")}


class NewSubmissionSerializer(StrictSerializer):
    """A form filled in by a server: no token is needed, and nothing is held as spam."""

    form = serializers.CharField(max_length=12)
    answers = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=10_000), help_text="By the names of the form's fields."
    )
    consent = serializers.BooleanField(default=False, help_text="Whether the person ticked the consent box.")
    page = serializers.CharField(required=False, max_length=1000, help_text="The address of the page it was sent from.")
    referrer = serializers.CharField(required=False, max_length=1000)
    submission_key = serializers.CharField(required=False, max_length=200)


class FormViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """The forms websites carry."""

    queryset = Form.objects.all()
    serializer_class = FormSerializer
    lookup_value_regex = "[a-z0-9]{1,12}"
    sorts = {"-created_at": ("-created_at", "-id"), "name": ("name", "id")}


class SubmissionFilters(django_filters.FilterSet):
    form = django_filters.CharFilter(field_name="form_id", help_text="The id of a form.")
    lead = django_filters.UUIDFilter(field_name="lead_id", help_text="The id of a lead.")
    status = ChoicesFilter(field_name="status", choices=Submission.Status.choices)


class SubmissionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Submissions of leads the caller may see; those without a lead are seen by who sees all leads."""

    is_capture = True

    queryset = Submission.objects.none()
    serializer_class = SubmissionSerializer
    filterset_class = SubmissionFilters
    lookup_value_regex = UUID_PATTERN
    sorts = {"-received_at": ("-id",), "received_at": ("id",)}

    def get_queryset(self) -> QuerySet[Submission]:
        if caller(self.request).scope == Scope.ALL:
            return Submission.objects.all()
        return Submission.objects.filter(lead__in=visible_leads(caller(self.request)))

    @extend_schema(request=NewSubmissionSerializer, responses={200: SubmissionSerializer, 201: SubmissionSerializer})
    def create(self, request: Request) -> Response:
        """Send a form for somebody: 201 for a new submission, 200 for a repeat."""
        serializer = NewSubmissionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        try:
            taken, _ = receive(
                form_id=sent["form"], fields=_fields(sent), caller=_caller(request, sent), now=clock.now()
            )
        except (UnknownForm, FormClosed) as exc:
            raise NotFound(str(exc)) from exc
        except Wrong as exc:
            raise ValidationError({"answers": exc.errors}) from exc
        except Unreadable as exc:
            raise ValidationError({exc.field or "answers": [str(exc)]}) from exc
        except (OtherAnswers, StillRunning) as exc:
            raise Conflict(str(exc)) from exc
        row = Submission.objects.get(pk=taken.id)
        code = status.HTTP_201_CREATED if taken.is_new else status.HTTP_200_OK
        return Response(SubmissionSerializer(row).data, status=code)


def _fields(sent: dict[str, Any]) -> dict[str, str]:
    answers = [(name, value) for name, value in sent["answers"].items() if name not in (*OWN_NAMES, CONSENT)]
    own = [("page", sent.get("page", "")), ("first_referrer", sent.get("referrer", ""))]
    own.append((CONSENT, "yes" if sent["consent"] else ""))
    return fields_of([*answers, *own])


def _caller(request: Request, sent: dict[str, Any]) -> Caller:
    return Caller(ip=client_ip(request), user_agent="API", key=sent.get("submission_key", ""), is_trusted=True)
