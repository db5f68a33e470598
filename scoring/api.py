"""The receipt as the API gives it; the lead endpoints mount it at ``leads/ID/receipt``."""

from typing import Any

from rest_framework import serializers

from scoring.selectors import Receipt, ReceiptLine


class ReceiptQuery(serializers.Serializer):
    """Parameters of the endpoint: judge at a moment, by what was known at a moment."""

    at = serializers.DateTimeField(required=False, help_text="Judge at this moment; default: the last judgement.")
    known_at = serializers.DateTimeField(
        required=False, help_text="Use only what was recorded until this moment; default: the same as at."
    )


class LineOut(serializers.Serializer):
    """One line; points as people read them, at most two decimals."""

    rule = serializers.CharField()
    text = serializers.CharField()
    occurred_at = serializers.DateTimeField(allow_null=True)
    points = serializers.FloatField()
    remaining = serializers.FloatField()


class FitOut(serializers.Serializer):
    score = serializers.FloatField()
    grade = serializers.ChoiceField(choices=["A", "B", "C", "?"])
    lines = LineOut(many=True)


class EngagementOut(serializers.Serializer):
    score = serializers.FloatField()
    level = serializers.IntegerField(min_value=1, max_value=3)
    lines = LineOut(many=True)


class NeedOut(serializers.Serializer):
    axis = serializers.ChoiceField(choices=["fit", "engagement", "new"])
    points = serializers.FloatField()


class NextStageOut(serializers.Serializer):
    stage = serializers.CharField()
    needs = NeedOut(many=True)
    text = serializers.CharField()


class ReceiptOut(serializers.Serializer):
    """Why a lead is judged as it is; the lines of an axis add up to its score."""

    fit = FitOut()
    engagement = EngagementOut()
    stage = serializers.CharField()
    temperature = serializers.CharField()
    scored_at = serializers.DateTimeField()
    next_change_at = serializers.DateTimeField(allow_null=True)
    to_next_stage = NextStageOut(allow_null=True)


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt in the promised shape."""
    way = receipt.to_next_stage
    return ReceiptOut(
        {
            "fit": {"score": receipt.fit / 100, "grade": receipt.grade, "lines": _lines(receipt.fit_lines)},
            "engagement": {
                "score": receipt.engagement / 100,
                "level": receipt.level,
                "lines": _lines(receipt.engagement_lines),
            },
            "stage": receipt.stage,
            "temperature": receipt.temperature,
            "scored_at": receipt.scored_at,
            "next_change_at": receipt.next_change_at,
            "to_next_stage": way
            and {
                "stage": way.stage,
                "needs": [{"axis": need.axis, "points": need.points / 100} for need in way.needs],
                "text": way.text,
            },
        }
    ).data


def _lines(lines: list[ReceiptLine]) -> list[dict[str, Any]]:
    return [
        {
            "rule": line.rule,
            "text": line.what,
            "occurred_at": line.at,
            "points": line.points / 100,
            "remaining": line.remaining / 100,
        }
        for line in lines
    ]
