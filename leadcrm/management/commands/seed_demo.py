"""Loads or removes the sample data."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from redis import RedisError

from common import heartbeat
from leadcrm.demo.play import SampleDataPresent, load_sample_data
from leadcrm.demo.remove import remove_sample_data


class Command(BaseCommand):
    help = "Load 300 sample leads with 90 days of history, or remove them again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help="remove all sample data")
        parser.add_argument("--leads", type=int, default=300)
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"]:
            self.stdout.write(f"Removed {remove_sample_data()} sample leads with all that hung on them.")
            return
        self._refuse_beside_a_worker()
        try:
            loaded = load_sample_data(now=timezone.now(), leads=options["leads"], days=options["days"])
        except SampleDataPresent as exc:
            raise CommandError(str(exc)) from exc
        self.stdout.write(f"Loaded {loaded.leads} sample leads. Sign in with the password “{loaded.password}” as")
        for person in loaded.people:
            self.stdout.write(f"  {person.email:24} {person.get_role_display()}")

    def _refuse_beside_a_worker(self) -> None:
        """A worker would look at the sample history with today's clock while it is being made."""
        try:
            beat = heartbeat.last_heartbeat()
        except RedisError:
            return
        if beat is not None and timezone.now() - beat < heartbeat.LATE_AFTER:
            raise CommandError("The product is running. Stop it, load the sample data, and start it again.")
