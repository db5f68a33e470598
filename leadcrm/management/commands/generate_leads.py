"""Makes many leads for measurements, in a database that may be thrown away."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import clock
from leadcrm.synthetic.copies import NotEmpty, generate_leads


class Command(BaseCommand):
    help = "Make many leads with 90 days of history for measurements. Only for a database without leads."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--leads", type=int, default=10_000)
        parser.add_argument("--activities", type=int, default=5, help="facts of each lead at least (default 5)")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            made = generate_leads(count=options["leads"], activities=options["activities"], now=clock.now())
        except NotEmpty as exc:
            raise CommandError(str(exc)) from exc
        for table, rows in made.items():
            self.stdout.write(f"{table:24}{rows:>12,}")
        self.stdout.write(f"Made in {time.monotonic() - began:.0f} s.")
