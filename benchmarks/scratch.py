"""A database of its own for a benchmark, on the server that DATABASE_URL names; dropped at the end."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadcrm.settings")
os.environ.setdefault("SECRET_KEY", "benchmark-only-" + "0" * 40)

import django

django.setup()

from django.core.management import call_command
from django.db import connection, connections

NAME = f"leadcrm_benchmark_{os.getpid()}"


@contextmanager
def scratch_database() -> Iterator[str]:
    """Yield the name of a migrated, empty database that every connection of this process now uses."""
    settings = connection.settings_dict
    settings["OPTIONS"] = {}  # no statement time-out: making a database takes its time on a busy machine
    connections.close_all()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {NAME}")
    connections.close_all()
    original, settings["NAME"] = settings["NAME"], NAME
    try:
        call_command("migrate", verbosity=0)
        yield NAME
    finally:
        connections.close_all()
        settings["NAME"] = original
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
