"""Reports as the API gives them; the shapes are a promise (docs/api.md)."""

from typing import Any

from rest_framework import serializers

from insights.periods import CHOICES, DEFAULT, Period


class ReportQuery(serializers.Serializer):
    """Parameters of every report."""

    period = serializers.ChoiceField(choices=list(CHOICES), default=DEFAULT, help_text="Which stretch of time.")


class FunnelQuery(ReportQuery):
    source = serializers.IntegerField(  # type: ignore[assignment]  # also the name of an option
        required=False, min_value=1, max_value=2**63 - 1, help_text="The id of a source, as the report on sources has."
    )


class PeriodOut(serializers.Serializer):
    """Whole days, both inclusive, in a time zone."""

    key = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    time_zone = serializers.CharField()


class StepOut(serializers.Serializer):
    step = serializers.ChoiceField(choices=["new", "iql", "mql", "sql", "accepted", "won"])
    leads = serializers.IntegerField()
    median_days = serializers.FloatField(allow_null=True, help_text="From the lead's creation to the step.")


class SourceOut(serializers.Serializer):
    """A source and what became of its leads; ``decided`` is what sales accepted or rejected."""

    source_id = serializers.IntegerField(allow_null=True)
    channel = serializers.CharField(allow_null=True)
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    campaign = serializers.CharField(allow_null=True)
    customers = serializers.IntegerField()
    accepted = serializers.IntegerField()
    decided = serializers.IntegerField()
    leads = serializers.IntegerField()
    revenue = serializers.FloatField(help_text="In the currency of the installation.")


class SpeedOut(serializers.Serializer):
    """First contact of what was handed over; ``due`` leaves out whose time has not run out yet."""

    handovers = serializers.IntegerField()
    contacted = serializers.IntegerField()
    due = serializers.IntegerField()
    in_time = serializers.IntegerField()
    median_minutes = serializers.FloatField(allow_null=True)


class RejectSourceOut(serializers.Serializer):
    channel = serializers.CharField(allow_null=True)
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    campaign = serializers.CharField(allow_null=True)
    handovers = serializers.IntegerField()


class RejectOut(serializers.Serializer):
    key = serializers.IntegerField()
    slug = serializers.CharField()
    text = serializers.CharField()
    handovers = serializers.IntegerField()
    sources = RejectSourceOut(many=True)


class VerdictsOut(serializers.Serializer):
    """Answers to what was handed over; accepted counts whatever the outcome is later."""

    handovers = serializers.IntegerField()
    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()
    waiting = serializers.IntegerField()
    mean_value = serializers.FloatField(allow_null=True, help_text="Of the value keys 1 to 3 that sales gave.")


class FunnelReport(serializers.Serializer):
    period = PeriodOut()
    steps = StepOut(many=True)


class SourcesReport(serializers.Serializer):
    period = PeriodOut()
    sources = SourceOut(many=True)


class SpeedReport(serializers.Serializer):
    period = PeriodOut()
    first_contact = SpeedOut()


class RejectsReport(serializers.Serializer):
    period = PeriodOut()
    reasons = RejectOut(many=True)


class AlignmentReport(serializers.Serializer):
    period = PeriodOut()
    verdicts = VerdictsOut()
    first_contact = SpeedOut()
    top_reject = RejectOut(allow_null=True)


def period_json(period: Period) -> dict[str, Any]:
    """Return a period as ``PeriodOut`` takes it."""
    return {"key": period.key, "first": period.first, "last": period.last, "time_zone": period.zone.key}
