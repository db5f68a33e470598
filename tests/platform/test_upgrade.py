"""An installation of the oldest supported state, with data in every table, becomes one of today and keeps them all."""

import datetime
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps

OLDEST = Path(__file__).with_name("upgrade_from.txt")
NOW = datetime.datetime(2026, 3, 2, 10, 0, tzinfo=datetime.UTC)
OWN = {line.split()[0] for line in OLDEST.read_text().splitlines() if not line.startswith("#")}
ROWS = 3
# What a constraint asks for beyond a value of the right type.
SPECIAL: dict[str, dict[str, Any]] = {
    "accounts.user": {"email": "person{n}@crm.example", "theme": "auto", "time_zone": "Europe/Berlin"},
    "common.installation": {"id": 1, "work_start": "09:00", "work_end": "18:00", "time_zone": "Europe/Berlin"},
    "capture.form": {"live_version": None, "state": "draft", "id": "form{n}"},
    "capture.submission": {"status": "accepted"},
    "insights.goal": {"month": "2026-0{n}-01"},
    "leads.transition": {"from_stage": "new", "to_stage": "iql"},
    "leads.leadstate": {"fit": 100, "engagement": 100, "level": 3},
    "mail.message": {"status": "sent", "kind": "requested"},
    "mail.relay": {"id": 1},
    "nurturing.sequence": {"is_active": False, "live": None, "starts_on": "form"},
    "nurturing.step": {"position": 1},
    "nurturing.enrollment": {"state": "active", "ended_at": None, "stop_kind": "", "stop_reason": ""},
    "sales.handover": {
        "state": "queued", "owner": None, "claimed_at": None, "accepted_at": None, "reject_reason": None,
        "lost_reason": None, "decided_at": None, "settles_at": None, "closed_at": None, "value_key": 2,
    },
    "scoring.ruleset": {
        "state": "retired", "fit_a_from": 6000, "fit_b_from": 3000, "level_1_from": 6000, "level_2_from": 3000,
    },
    "scoring.rule": {"axis": "fit", "points": 500},
    "scoring.trigger": {"grades": ["A"], "stage": "sql"},
}  # fmt: skip
SINGLE = {"common.installation", "mail.relay"}
# Django brings these; the product has roles instead.
UNUSED = {"accounts_user_groups", "accounts_user_user_permissions"}
# Tables and columns that a later version has no more, and where what stood in them went.
GONE: dict[str, str] = {}


@pytest.fixture
def old_installation(django_db_setup, django_db_blocker) -> Iterator[StateApps]:
    """Yield the models of the oldest state, in a database of its own that holds rows in every table."""
    name, tests = f"upgrade_{os.getpid()}", connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        connection.settings_dict["NAME"] = name
        try:
            state = MigrationExecutor(connection).migrate(oldest())
            fill(state.apps)
            yield state.apps
        finally:
            connection.close()
            connection.settings_dict["NAME"] = tests
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE {name}")


def oldest() -> list[tuple[str, str]]:
    lines = [line.split() for line in OLDEST.read_text().splitlines() if not line.startswith("#")]
    return [(app, name) for app, name in lines]


def fill(old: StateApps) -> None:
    """Put rows into every table of the product, those first that others point at."""
    waiting, made = {model for model in old.get_models() if model._meta.app_label in OWN}, {}
    while waiting:
        ready = [model for model in waiting if targets(model) <= made.keys()]
        assert ready, f"these tables point at each other: {waiting}"
        for model in sorted(ready, key=lambda model: model._meta.label):
            count = 1 if model._meta.label_lower in SINGLE else ROWS
            made[model._meta.label_lower] = [
                model.objects.create(**values(model, n, made)) for n in range(1, count + 1)
            ]
            waiting.discard(model)


def targets(model: type[models.Model]) -> set[str]:
    """Return the tables that must have rows before this one."""
    special = SPECIAL.get(model._meta.label_lower, {})
    return {
        field.related_model._meta.label_lower
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and not field.many_to_many
        and field.related_model is not model and special.get(field.name, "") is not None
        and not field.null and field.related_model._meta.app_label in OWN
    }  # fmt: skip


def values(model: type[models.Model], n: int, made: dict) -> dict[str, Any]:
    special = SPECIAL.get(model._meta.label_lower, {})
    found = {}
    for field in model._meta.concrete_fields:
        if field.name in special:
            value = special[field.name]
            found[field.name] = value.format(n=n) if isinstance(value, str) else value
        elif not isinstance(field, models.AutoField):
            found[field.name] = value_of(field, n, made)
    return found


def value_of(field: models.Field, n: int, made: dict) -> Any:  # noqa: PLR0911
    """Return a value of the field's own type that no other row has."""
    if field.is_relation:
        rows = made.get(field.related_model._meta.label_lower)
        return field.related_model.objects.get(pk=rows[min(n, len(rows)) - 1].pk) if rows else None
    if field.choices:
        return next(value for value, _ in field.flatchoices if value != "")
    match field:
        case models.UUIDField():
            return UUID(int=n)
        case models.BooleanField():
            return n % 2 == 0
        case models.DateTimeField():
            return NOW + datetime.timedelta(minutes=n)
        case models.DateField():
            return NOW.date()
        case models.JSONField():
            return {"n": n}
        case models.IntegerField() | models.DecimalField() | models.FloatField():
            return n
        case models.EmailField():
            return f"{field.name}{n}@people.example"
        case models.CharField() | models.TextField():
            return f"{field.name} {n}"[: field.max_length]
    return field.get_default()


def rows_of(table: str) -> list[dict[str, Any]]:
    """Return the rows of one table, by column."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT to_jsonb(t) FROM "{table}" t ORDER BY t::text')
        return [json.loads(row) for (row,) in cursor.fetchall()]


def contents() -> dict[str, list[dict[str, Any]]]:
    ours = [name for name in connection.introspection.table_names() if name.partition("_")[0] in OWN]
    return {name: rows_of(name) for name in ours}


def test_nothing_is_lost_on_the_way_to_the_newest_version(old_installation):
    # given
    before = contents()
    assert {table for table, rows in before.items() if not rows} == UNUSED

    # when
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

    # then
    after = contents()
    assert {table for table in before if table not in after} == {name for name in GONE if "." not in name}
    for table in (before.keys() & after.keys()) - UNUSED:
        lost = {f"{table}.{column}" for column in before[table][0]} - {
            f"{table}.{column}" for column in after[table][0]
        }
        assert lost <= GONE.keys(), f"gone without a word: {lost}"
        kept = [column for column in before[table][0] if f"{table}.{column}" not in GONE]
        there = [{column: row[column] for column in kept} for row in after[table]]
        assert [row for row in before[table] if {column: row[column] for column in kept} not in there] == []


def test_the_newest_version_reads_what_an_old_one_has_written(old_installation):
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

    for model in apps.get_models():
        if model._meta.app_label in OWN:
            assert all(str(row) is not None for row in model._default_manager.all())


def test_migrations_that_a_release_has_are_never_edited_away():
    known = MigrationLoader(None).disk_migrations

    assert {migration for migration in oldest() if migration not in known} == set()
