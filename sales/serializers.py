"""Handovers as the API writes and reads them; the shape is a promise (docs/api.md)."""

from typing import Any

from rest_framework import serializers

from accounts.api.fields import StrictSerializer
from sales.models import ContactAttempt, Handover
from sales.reasons import LOST_REASONS, REJECT_REASONS

Reasons = dict[int, Any]


class ReasonField(serializers.Field):
    """A reason by its number or its word: 5 or "bad_timing"."""

    default_error_messages = {"unknown": "This is no reason. Allowed are: {allowed}."}

    def __init__(self, reasons: Reasons, **kwargs: Any) -> None:
        self.reasons = reasons
        words = ", ".join(f"{reason.key} {reason.slug}" for reason in reasons.values())
        super().__init__(help_text=f"A number or its word: {words}.", **kwargs)

    def to_internal_value(self, value: Any) -> int:
        for reason in self.reasons.values():
            if not isinstance(value, bool) and value in (reason.key, str(reason.key), reason.slug):
                return reason.key
        allowed = ", ".join(f"{reason.key} {reason.slug}" for reason in self.reasons.values())
        return self.fail("unknown", allowed=allowed)

    def to_representation(self, value: int) -> dict[str, Any]:
        reason = self.reasons[value]
        return {"key": reason.key, "name": reason.slug, "text": reason.text}


class HandoverSerializer(serializers.ModelSerializer):
    """A lead given to sales. A verdict can be undone until ``settles_at``; ``closed_at`` is when it held."""

    offer_reason = serializers.CharField(read_only=True, help_text="Why it was offered to this person.")
    reject_reason = ReasonField(REJECT_REASONS, read_only=True)
    lost_reason = ReasonField(LOST_REASONS, read_only=True)

    class Meta:
        model = Handover
        fields = [
            "id",
            "lead",
            "state",
            "team",
            "owner",
            "offered_to",
            "offer_reason",
            "is_hot",
            "cause_kind",
            "cause",
            "cause_at",
            "opened_at",
            "claimed_at",
            "accepted_at",
            "first_contact_at",
            "first_contact_due_at",
            "verdict_due_at",
            "returned_count",
            "value_key",
            "note",
            "reject_reason",
            "lost_reason",
            "amount",
            "currency",
            "won_on",
            "recycle_on",
            "decided_at",
            "settles_at",
            "closed_at",
        ]
        read_only_fields = fields


class NothingSerializer(StrictSerializer):
    """An act that takes no fields."""


class AcceptSerializer(StrictSerializer):
    value_key = serializers.IntegerField(min_value=1, max_value=3, required=False, help_text="1 low to 3 high.")
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class RejectSerializer(StrictSerializer):
    reason = ReasonField(REJECT_REASONS)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    recycle_on = serializers.DateField(required=False, help_text="The day the lead may come back by itself.")


class ContactSerializer(StrictSerializer):
    result = serializers.ChoiceField(choices=ContactAttempt.Result.choices)
    means = serializers.ChoiceField(choices=ContactAttempt.Means.choices, required=False)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    value_key = serializers.IntegerField(min_value=1, max_value=3, required=False)


class WonSerializer(StrictSerializer):
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False)
    currency = serializers.RegexField(r"^[A-Za-z]{3}$", required=False, help_text="ISO 4217, the company's by default.")
    won_on = serializers.DateField(required=False, help_text="Any day of the month; the present month by default.")
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class LostSerializer(StrictSerializer):
    reason = ReasonField(LOST_REASONS)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class RecycleSerializer(StrictSerializer):
    until = serializers.DateField(help_text="The day the lead may come back by itself.")
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
