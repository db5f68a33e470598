"""Rows of a span of time, in batches, by the columns that are indexed."""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from common.ids import uuid7_floor
from common.retention import Span

Row = TypeVar("Row", bound=Model)


def by_id(rows: QuerySet[Row], span: Span) -> QuerySet[Row]:
    """Rows of the span by their time-ordered id, oldest first."""
    bounds: dict[str, Any] = {"id__lt": uuid7_floor(span.before)}
    if span.since:
        bounds["id__gte"] = uuid7_floor(span.since)
    return rows.filter(**bounds).order_by("id")


def by_column(rows: QuerySet[Row], span: Span, column: str) -> QuerySet[Row]:
    """Rows of the span by a moment, oldest first."""
    bounds: dict[str, datetime] = {f"{column}__lt": span.before}
    if span.since:
        bounds[f"{column}__gte"] = span.since
    return rows.filter(**bounds).order_by(column)
