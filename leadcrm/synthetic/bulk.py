"""Takes the indexes and foreign keys off tables while much is copied into them, and puts them back in one go."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

# Both as (how to take it off, how to put it back); what a constraint rests on stays.
FOREIGN_KEYS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
"""
INDEXES = """
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = ANY(%s::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid)
"""


@contextmanager
def bare_tables(names: Sequence[str]) -> Iterator[None]:
    """Leave the tables with their unique keys only, for as long as it lasts; what was copied is checked in the end.

    One row at a time costs several times as much. If the copying fails, the tables stay bare.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        found: list[tuple[str, str]] = []
        for query in (FOREIGN_KEYS, INDEXES):
            cursor.execute(query, [list(names)])
            found += cursor.fetchall()
        for take_off, _ in found:
            cursor.execute(take_off)
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute("SET statement_timeout = 0")
        for _, put_back in reversed(found):
            cursor.execute(put_back)
        cursor.execute("RESET maintenance_work_mem")
        cursor.execute("RESET statement_timeout")
