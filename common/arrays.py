"""Many ids as one parameter of a query, and many words as one constant of a constraint."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import BooleanField, Func, Value


def id_array(ids: Iterable[UUID | int | str]) -> str:
    """Return ids, or their texts, as the text of one PostgreSQL array for ``%s::uuid[]`` or ``%s::bigint[]``."""
    return f"{{{','.join(map(str, ids))}}}"


class AnyOf(Func):
    """``filter(AnyOf("lead", ids))`` finds the rows of any of these ids: ``lead_id = ANY('{…}')``.

    ``lead__in=ids`` makes a parameter of each id, which for a batch of 500 costs more than the query itself.
    """

    arg_joiner = " = ANY("
    output_field = BooleanField()

    def __init__(self, field: str, ids: Iterable[UUID | int]) -> None:
        array = id_array(ids)
        kind = "uuid" if "-" in array or array == "{}" else "bigint"
        super().__init__(field, Value(array), template=f"%(expressions)s::{kind}[])")


class OneOf(Func):
    """``CheckConstraint(condition=OneOf("kind", Kind.values))`` holds a column to words: ``kind = ANY('{…}')``.

    PostgreSQL reads a check anew for each statement that writes the table; of ``kind__in`` it makes a constant, a cast
    and a node of each word. The words are plain: no comma, quote or brace.
    """

    arg_joiner = " = ANY("
    template = "%(expressions)s::text[])"
    output_field = BooleanField()

    def __init__(self, field: str, words: Iterable[str]) -> None:
        super().__init__(field, Value(f"{{{','.join(words)}}}"))
