"""Leads and their facts as the API writes and reads them; the shape is a promise (docs/api.md)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from rest_framework import serializers

from accounts.api.fields import JsonObjectField, StrictSerializer
from common import clock
from common.mailboxes import check_mailbox
from leads.kinds import Channel, Grade, Kind, Stage, Temperature
from leads.models import Activity, Lead, LeadState, Transition
from leads.words import FIELD_LABELS, fact_words

OUTSIDE_KINDS = (
    Kind.PAGE_VIEWED,
    Kind.EMAIL_CLICKED,
    Kind.EMAIL_REPLIED,
    Kind.WEBINAR_ATTENDED,
    Kind.DEMO_REQUESTED,
    Kind.CONTACT_REQUESTED,
    Kind.CALL_LOGGED,
    Kind.NOTE_ADDED,
)
ATTRIBUTE_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
CLOCK_SKEW = timedelta(minutes=5)


def points_number(hundredths: int) -> int | float:
    """Return points as the API shows them: 25, or 12.5."""
    return hundredths // 100 if hundredths % 100 == 0 else hundredths / 100


class AttributesField(JsonObjectField):
    """Fields of the company's own: names in lower case, values kept as text."""

    default_error_messages = {
        "name": "“{name}” cannot be a name: use up to 60 lower-case letters, digits and underscores.",
        "own": "“{name}” is a field of the lead itself; write it beside attributes.",
        "value": "“{name}” has to be text of at most 1,000 characters, a number, true, false or null.",
    }

    def to_internal_value(self, data: Any) -> dict[str, str]:
        return {name: self._text(name, value) for name, value in super().to_internal_value(data).items()}

    def _text(self, name: str, value: Any) -> str:
        if not ATTRIBUTE_NAME.fullmatch(name):
            self.fail("name", name=name[:80])
        if name in FIELD_LABELS:
            self.fail("own", name=name)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, str | int | float) or len(str(value)) > 1000:
            self.fail("value", name=name)
        return str(value)


class SourceSerializer(serializers.Serializer):
    channel = serializers.ChoiceField(choices=Channel.choices)
    source = serializers.CharField()  # type: ignore[assignment]
    medium = serializers.CharField()
    campaign = serializers.CharField()


class LeadSerializer(StrictSerializer):
    """A lead; what the rules made of it is read-only. A lead not judged yet is new and cold."""

    id = serializers.UUIDField(read_only=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True, validators=[check_mailbox])
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    first_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    last_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    company = serializers.CharField(max_length=200, required=False, allow_blank=True)
    job_title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    country = serializers.RegexField(
        r"^[A-Za-z]{2}$", required=False, allow_blank=True, help_text="Two letters, ISO 3166-1."
    )
    stage = serializers.ChoiceField(choices=Stage.choices, read_only=True)
    temperature = serializers.ChoiceField(choices=Temperature.choices, read_only=True)
    fit = serializers.FloatField(read_only=True, help_text="Points, 0 to 100.")
    grade = serializers.ChoiceField(choices=Grade.choices, read_only=True)
    engagement = serializers.FloatField(read_only=True, help_text="Points, 0 to 100.")
    level = serializers.IntegerField(read_only=True, help_text="1 to 3.")
    probability = serializers.FloatField(read_only=True, allow_null=True)
    owner = serializers.IntegerField(read_only=True, allow_null=True, help_text="The id of a person.")
    source = SourceSerializer(read_only=True, allow_null=True)  # type: ignore[assignment]
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    attributes = AttributesField(required=False, help_text="Fields of your own; values are kept as text.")

    def validate_country(self, value: str) -> str:
        return value.upper()

    def to_representation(self, instance: Lead) -> dict[str, Any]:
        state = getattr(instance, "state", None) or LeadState()
        source = instance.source
        return {
            "id": str(instance.pk),
            "email": instance.email,
            "phone": instance.phone,
            "first_name": instance.first_name,
            "last_name": instance.last_name,
            "company": instance.company,
            "job_title": instance.job_title,
            "country": instance.country,
            "stage": str(state.stage),
            "temperature": str(state.temperature),
            "fit": points_number(state.fit),
            "grade": str(state.grade),
            "engagement": points_number(state.engagement),
            "level": state.level,
            "probability": None,
            "owner": instance.owner_id,
            "source": source and {name: getattr(source, name) for name in ("channel", "source", "medium", "campaign")},
            "created_at": _moment(instance.created_at),
            "updated_at": _moment(instance.updated_at),
            "attributes": instance.attributes,
        }


class PayloadSerializer(StrictSerializer):
    """What is known of a fact from outside."""

    path = serializers.CharField(max_length=1000, required=False, help_text="Of a page, such as /pricing.")
    title = serializers.CharField(max_length=300, required=False)
    subject = serializers.CharField(max_length=200, required=False, help_text="What it was about.")
    offer = serializers.CharField(max_length=120, required=False)
    offer_name = serializers.CharField(max_length=200, required=False)
    message = serializers.CharField(max_length=10_000, required=False)
    note = serializers.CharField(max_length=10_000, required=False)
    result = serializers.CharField(max_length=200, required=False)


class NewActivitySerializer(StrictSerializer):
    kind = serializers.ChoiceField(choices=[(kind.value, kind.label) for kind in OUTSIDE_KINDS])
    occurred_at = serializers.DateTimeField(required=False, help_text="Now, where it is missing.")
    payload = PayloadSerializer(required=False)
    external_id = serializers.CharField(
        max_length=180, required=False, help_text="Your id of this fact: sent twice, it is recorded once."
    )

    def validate_occurred_at(self, value: datetime) -> datetime:
        if not EARLIEST <= value <= clock.now() + CLOCK_SKEW:
            raise serializers.ValidationError("This has to lie between the year 2000 and now.")
        return value


class ActivitySerializer(serializers.Serializer):
    """One line of the timeline: a fact, or (kind ``transition``) a stage the lead entered."""

    id = serializers.CharField()
    kind = serializers.CharField()
    text = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    by = serializers.CharField(help_text="The name of a person, or empty.")
    payload = JsonObjectField()

    def to_representation(self, instance: Activity | Transition) -> dict[str, Any]:
        return transition_json(instance) if isinstance(instance, Transition) else activity_json(instance)


def activity_json(activity: Activity) -> dict[str, Any]:
    return {
        "id": f"activity-{activity.pk}",
        "kind": activity.kind,
        "text": fact_words(activity.kind, activity.payload),
        "occurred_at": _moment(activity.occurred_at),
        "recorded_at": _moment(activity.recorded_at),
        "by": str(activity.by or ""),
        "payload": activity.payload,
    }


def transition_json(transition: Transition) -> dict[str, Any]:
    return {
        "id": f"transition-{transition.pk}",
        "kind": "transition",
        "text": f"{Stage(transition.from_stage).label} → {Stage(transition.to_stage).label}: {transition.cause}",
        "occurred_at": _moment(transition.at),
        "recorded_at": _moment(transition.at),
        "by": str(transition.by or ""),
        "payload": {
            "from": transition.from_stage,
            "to": transition.to_stage,
            "cause": transition.cause,
            "cause_kind": transition.cause_kind,
            "rule_set_version": transition.rule_set_version,
        },
    }


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
