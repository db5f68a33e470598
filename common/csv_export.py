"""Tables as CSV that a spreadsheet opens without running anything."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

# What makes a spreadsheet take a cell for a formula, and what it may pass over on the way to it: a program that parts
# cells at semicolons or knows no quotes begins anew after them.
FORMULA_SIGNS = frozenset("=+-@")
PASSED_OVER = frozenset(";,|\"'`")


class _Echo:
    def write(self, text: str) -> str:
        return text


def may_run(text: str) -> bool:
    """Whether a spreadsheet might take ``text`` for a formula.

    The first sign that shows counts, in its plain form (one of full width is no other); blanks, controls and what has
    no width are as if they were not there.
    """
    for char in text:
        for sign in unicodedata.normalize("NFKC", char):
            if sign in FORMULA_SIGNS:
                return True
            if not (sign.isspace() or sign in PASSED_OVER or unicodedata.category(sign)[0] in "CZM"):
                return False
    return False


def safe_cell(value: Any) -> str:
    """Return the value as text; one that might be run as a formula gets an apostrophe in front, a number does not."""
    text = "" if value is None else str(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"'{text}" if may_run(text) and not is_number else text


def csv_response(*, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """Return rows as a download, written while they are read. UTF-8 with a mark, as spreadsheets expect."""
    # Quotes around every cell: a sign within it begins no new one, whatever the program parts cells at.
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow(header)
        for row in rows:
            yield writer.writerow([safe_cell(value) for value in row])

    disposition = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8", headers=disposition)
