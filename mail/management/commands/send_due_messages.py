"""One sending run in this process, for a host without a worker and for drills."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from common import clock
from mail.services import send_due_messages
from mail.services.claims import LEASE_SECONDS


class Command(BaseCommand):
    help = "Send the mail that is due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit-seconds", type=float, default=60, help="stop claiming after this (default 60)")
        parser.add_argument(
            "--lease-seconds", type=float, default=LEASE_SECONDS, help="how long a claim holds (default 120)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sent = send_due_messages(
            now=clock.now(), limit_seconds=options["limit_seconds"], lease_seconds=options["lease_seconds"]
        )
        self.stdout.write(f"{sent} sent")
