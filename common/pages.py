"""Keyset pages: the next page starts after the last row seen, so page 1,000 costs what page 1 costs."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

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
        rows = rows.filter(_after(order, _decode(cursor, len(order))))
    items = list(rows[: size + 1])
    more = len(items) > size
    items = items[:size]
    return Page(items, _encode(items[-1], order) if more else None)


def _after(order: tuple[str, ...], values: list[Any]) -> Q:
    """Row-value comparison written out, so that columns may run in different directions."""
    condition = Q()
    equal = Q()
    for name, value in zip(order, values, strict=True):
        column = name.lstrip("-")
        step = "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{column}__{step}": value})
        equal &= Q(**{column: value})
    return condition


def _encode(row: Model, order: tuple[str, ...]) -> str:
    values = [_column(row, name.lstrip("-")) for name in order]
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def _column(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _decode(cursor: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError as exc:
        raise BadCursor("This page link is damaged. Start again from the first page.") from exc
    if not isinstance(values, list) or len(values) != length:
        raise BadCursor("This page link belongs to another list. Start again from the first page.")
    return values
