"""Loads or removes the sample data."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from redis import RedisError

from accounts.services import SetupDone, issue_setup_link, new_password, renew_sample_password
from common import clock, heartbeat
from leadcrm.demo.play import SampleDataPresent, load_sample_data
from leadcrm.demo.remove import remove_sample_data


class Command(BaseCommand):
    help = "Load 300 sample leads with 90 days of history, or remove them again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help="remove all sample data")
        parser.add_argument("--sign-ins", action="store_true", help="give the sample people a new password")
        parser.add_argument("--password", default="", help="their password (default: a new one each time)")
        parser.add_argument("--leads", type=int, default=300)
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"]:
            self.stdout.write(f"Removed {remove_sample_data(now=clock.now())} sample leads with all that hung on them.")
            self._say_how_to_begin()
            return
        if not options["sign_ins"]:
            self._load(options["leads"], options["days"])
        self._print_sign_ins(options["password"] or new_password())

    def _say_how_to_begin(self) -> None:
        """Where nobody is left who could sign in, print the link to the first account."""
        try:
            token = issue_setup_link(now=clock.now())
        except SetupDone:
            return
        address = f"{settings.PUBLIC_BASE_URL}/setup?token={token}"
        self.stdout.write(f"Set up your own company here (works once, for 24 hours): {address}")

    def _load(self, leads: int, days: int) -> None:
        self._refuse_beside_a_worker()
        try:
            loaded = load_sample_data(now=clock.now(), leads=leads, days=days)
        except SampleDataPresent as exc:
            raise CommandError(str(exc)) from exc
        self.stdout.write(f"Loaded {loaded.leads} sample leads.")

    def _print_sign_ins(self, password: str) -> None:
        people = renew_sample_password(password=password)
        if not people:
            raise CommandError("There is no sample data. Load it with `seed_demo`.")
        self.stdout.write(f"Sign in with the password {password} as")
        for person in people:
            self.stdout.write(f"  {person.email:24} {person.get_role_display()}")

    def _refuse_beside_a_worker(self) -> None:
        """A worker would look at the sample history with today's clock while it is being made."""
        try:
            beat = heartbeat.last_heartbeat()
        except RedisError:
            return
        if beat is not None and timezone.now() - beat < heartbeat.LATE_AFTER:
            raise CommandError("The product is running. Stop it, load the sample data, and start it again.")
