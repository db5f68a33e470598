"""``manage.py setup_link``: print a new one-time link to make the first admin."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.services import SetupDone, issue_setup_link
from common import clock


class Command(BaseCommand):
    help = "Print a one-time link to make the first admin; the link before it stops working."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            token = issue_setup_link(now=clock.now())
        except SetupDone as exc:
            raise CommandError(f"{exc} A lost password is replaced with `manage.py changepassword E-MAIL`.") from exc
        self.stdout.write(f"{settings.PUBLIC_BASE_URL}/setup?token={token}")
