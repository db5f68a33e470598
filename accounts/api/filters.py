"""Lists: known filters and sorts only, and keyset pages."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import FieldError, ValidationError
from django.db import DataError
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from accounts.api.errors import BadParameter
from accounts.api.parsing import storable
from common.pages import BadCursor, keyset_page

PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
PAGING = ("cursor", "limit", "sort")
NEWEST_FIRST = {"-created_at": ("-created_at", "-id"), "created_at": ("created_at", "id")}
UNREADABLE = (BadCursor, ValidationError, FieldError, DataError, ValueError, TypeError, OverflowError)


class StrictFilterBackend(DjangoFilterBackend):
    """Refuses parameters it does not know, naming those it does; a wrong value is named too."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: APIView) -> QuerySet:
        if getattr(view, "detail", False):
            return queryset
        filterset = self.get_filterset(request, queryset, view)
        known = [*(filterset.filters if filterset else ()), *PAGING]
        refuse_unknown(request, known)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            problems = [f"{name}: {' '.join(texts)}" for name, texts in filterset.errors.items()]
            raise BadParameter(" ".join(problems))
        return filterset.qs


class KeysetPagination(BasePagination):
    """``{"next": URL or null, "results": […]}``; the view's ``sorts`` names what ``sort`` may be, default first."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        sorts = getattr(view, "sorts", NEWEST_FIRST)
        sort = request.query_params.get("sort") or next(iter(sorts))
        if sort not in sorts:
            raise BadParameter(f"sort: cannot be that. Allowed are: {', '.join(sorts)}.")
        cursor = request.query_params.get("cursor")
        try:
            page = keyset_page(queryset, order=sorts[sort], cursor=cursor, size=_limit(request))
        except UNREADABLE as exc:
            if not cursor:
                raise
            raise BadParameter("cursor: belongs to another list or is damaged. Start from the first page.") from exc
        self.next_url = None
        if page.next_cursor:
            here = remove_query_param(request.build_absolute_uri(), "cursor")
            self.next_url = replace_query_param(here, "cursor", page.next_cursor)
        return list(page.items)

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next_url, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {"type": "string", "format": "uri", "nullable": True, "description": "The next page."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        sorts = list(getattr(view, "sorts", NEWEST_FIRST))
        return [
            _parameter("cursor", {"type": "string"}, "Where the page starts; comes in `next`."),
            _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE}, ""),
            _parameter("sort", {"type": "string", "enum": sorts, "default": sorts[0]}, ""),
        ]


class WordsField(forms.CharField):
    """Words from a closed list, separated by commas; an unknown one is refused with the list."""

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        self.words = [word for word, _ in choices]
        super().__init__(*args, **kwargs)

    def clean(self, value: Any) -> list[str]:
        words = [word.strip() for word in super().clean(value).split(",") if word.strip()]
        if any(word not in self.words for word in words):
            raise forms.ValidationError(f"cannot be that. Allowed are: {', '.join(self.words)}.")
        return words


class ChoicesFilter(django_filters.Filter):
    """One or several of the words in ``choices``, separated by commas."""

    field_class = WordsField

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        words = ", ".join(word for word, _ in choices)
        kwargs.setdefault("help_text", f"One or several of {words}, separated by commas.")
        kwargs.setdefault("lookup_expr", "in")
        super().__init__(*args, choices=choices, **kwargs)


class MomentFilter(django_filters.IsoDateTimeFilter):
    """A moment, asked for in UTC: Python knows zones of 23:59 hours, PostgreSQL none beyond 15:59."""

    def filter(self, qs: QuerySet, value: datetime | None) -> QuerySet:
        try:
            return super().filter(qs, value and value.astimezone(UTC))
        except OverflowError as exc:
            raise BadParameter(f"{self.field_name}: lies outside of the calendar.") from exc


class OwnerFilter(django_filters.CharFilter):
    """Rows of one person, of the caller (`me`), or of `nobody`."""

    def __init__(self) -> None:
        super().__init__(help_text="The id or e-mail of a person, `me` or `nobody`.")

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        if not value:
            return qs
        if value == "me":
            return qs.filter(owner=self.parent.request.user)
        if value == "nobody":
            return qs.filter(owner=None)
        if value.isascii() and value.isdigit():
            return qs.filter(owner_id=int(value[:18]))
        return qs.filter(owner__email=value.lower())


def refuse_unknown(request: Request, known: Sequence[str]) -> None:
    """Raise BadParameter for a parameter that is not ``known``, or has a character no column can hold."""
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise BadParameter(f"{unknown[0][:80]!a}: no such parameter. Allowed are: {', '.join(known)}.")
    for name, value in request.query_params.items():
        if not storable(value):
            raise BadParameter(f"{name}: has a character that cannot be stored, so nothing can match it.")


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", "")
    if not text:
        return PAGE_SIZE
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise BadParameter(f"limit: has to be a whole number from 1 to {MAX_PAGE_SIZE}.")
    return min(int(text), MAX_PAGE_SIZE)


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
