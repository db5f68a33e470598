"""Runs the questions in ``insights/sql``, one a file."""

from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

FOLDER = Path(__file__).parent / "sql"


@cache
def _text(name: str) -> str:
    return (FOLDER / f"{name}.sql").read_text()


def rows(name: str, **parameters: Any) -> list[dict[str, Any]]:
    """Return the answer to the question in ``insights/sql/<name>.sql``, a dict a row."""
    with connection.cursor() as cursor:
        cursor.execute(_text(name), parameters)
        columns = [column.name for column in cursor.description]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def run(name: str, **parameters: Any) -> None:
    """Do what ``insights/sql/<name>.sql`` does."""
    with connection.cursor() as cursor:
        cursor.execute(_text(name), parameters)
