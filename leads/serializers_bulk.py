"""Many leads in one request, and what became of each."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import StrictSerializer
from leads.serializers import LeadSerializer
from leads.services import Entered, RowResult

MOST = 1000


@extend_schema_field(LeadSerializer(many=True))
class RowsField(serializers.ListField):
    """Rows that are judged one by one, so that a wrong one refuses itself only."""


class BulkSerializer(StrictSerializer):
    leads = RowsField(child=serializers.JSONField(), allow_empty=False, max_length=MOST)


class RowSerializer(serializers.Serializer):
    """What became of the row at the same place in the request."""

    outcome = serializers.ChoiceField(choices=RowResult.choices)
    id = serializers.UUIDField(allow_null=True)
    errors = serializers.DictField(  # type: ignore[assignment]  # also the name of a property
        child=serializers.ListField(child=serializers.CharField())
    )


class BulkAnswerSerializer(serializers.Serializer):
    """How many rows had each outcome, and each row's own."""

    added = serializers.IntegerField()
    edited = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = RowSerializer(many=True)


def bulk_json(errors: Sequence[Mapping[str, Any]], entered: Iterator[Entered]) -> dict[str, Any]:
    """Return the answer: a row without errors is the next that was entered."""
    results = [_unread(found) if found else _row(next(entered)) for found in errors]
    counts = Counter(row["outcome"] for row in results)
    return {**{outcome.value: counts[outcome.value] for outcome in RowResult}, "results": results}


def _unread(errors: Mapping[str, Any]) -> dict[str, Any]:
    return {"outcome": RowResult.REFUSED.value, "id": None, "errors": errors}


def _row(row: Entered) -> dict[str, Any]:
    errors = {"email": [row.refusal]} if row.refusal else {}
    return {"outcome": row.outcome.value, "id": row.lead_id and str(row.lead_id), "errors": errors}
