"""Keyset pages: the next page starts after the last row seen, so page 1,000 costs what page 1 costs."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


class BadCursor(ValueError):
    """The cursor was not made by this list; start again from the first page."""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows and the cursor of the next one (None on the last page)."""

    items: Sequence[Row]
    next_cursor: str | None


def keyset_page(
    queryset: QuerySet[Row], *, order: tuple[str, ...], cursor: str | None = None, size: int = 50
) -> Page[Row]:
    """Return up to ``size`` rows after ``cursor`` in ``order``.

    ``order`` names columns that cannot be NULL, ``-`` for descending, and ends with a unique one.
    Raises BadCursor when the cursor is not one of this list's.
    """
    rows = queryset.order_by(*order)
    if cursor:
        rows = rows.filter(_after(order, _decode(cursor, order, queryset.model)))
    items = list(rows[: size + 1])
    more = len(items) > size
    items = items[:size]
    return Page(items, _encode(items[-1], order) if more else None)


def _after(order: tuple[str, ...], values: list[Any]) -> Q:
    """Row-value comparison written out, so that columns may run in different directions.

    The bound on the first column alone says nothing new, but it is what lets an index start where the page does.
    """
    condition = Q()
    equal = Q()
    for name, value in zip(order, values, strict=True):
        column = name.lstrip("-")
        step = "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{column}__{step}": value})
        equal &= Q(**{column: value})
    first = order[0]
    return Q(**{f"{first.lstrip('-')}__{'lte' if first.startswith('-') else 'gte'}": values[0]}) & condition


def _encode(row: Model, order: tuple[str, ...]) -> str:
    values = [_column(row, name.lstrip("-")) for name in order]
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def _column(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _decode(cursor: str, order: tuple[str, ...], model: type[Model]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError) as exc:
        raise BadCursor("This page link is damaged. Start again from the first page.") from exc
    if not isinstance(values, list) or len(values) != len(order):
        raise BadCursor("This page link belongs to another list. Start again from the first page.")
    return [_of_column(_field(model, name.lstrip("-")), value) for name, value in zip(order, values, strict=True)]


def _field(model: type[Model], path: str) -> Field | None:
    """Return the field a path leads to; None for a column that the query itself has made."""
    found: Any = None
    try:
        for name in path.split("__"):
            found = (found.related_model if found else model)._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found


def _of_column(field: Field | None, value: Any) -> Any:
    """Return ``value`` as the column has it: what the database would choke on is no page link of ours."""
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise TypeError(f"{type(value).__name__} is in no page link")
        if isinstance(value, str):
            value.encode()
        found = field.to_python(value) if field else value
        if isinstance(found, datetime):
            found = found.astimezone(UTC)
    except (ValidationError, ValueError, TypeError, OverflowError, AttributeError) as exc:
        raise BadCursor("This page link is damaged. Start again from the first page.") from exc
    if isinstance(found, str) and "\0" in found:
        raise BadCursor("This page link is damaged. Start again from the first page.")
    return found
