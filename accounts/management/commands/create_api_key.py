"""``manage.py create_api_key``: print a new API key, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import KeyScope, Role, Team
from accounts.services import create_api_key
from common import clock


class Command(BaseCommand):
    help = "Make an API key and print it; it is not stored and cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True, help="what will use the key")
        parser.add_argument("--role", required=True, choices=Role.values, help="what the key may see and do")
        parser.add_argument("--scope", choices=KeyScope.values, default=KeyScope.WRITE, help="how much of that it may")
        parser.add_argument("--team", help="name of the team whose leads a manager's or rep's key sees")

    def handle(self, *args: Any, **options: Any) -> None:
        team = None
        if options["team"]:
            team = Team.objects.filter(name=options["team"]).first()
            if team is None:
                names = ", ".join(Team.objects.values_list("name", flat=True)) or "none yet"
                raise CommandError(f"There is no team {options['team']}. Teams: {names}.")
        name = options["name"].strip()[:120]
        if not name:
            raise CommandError("Give the key a name that says what will use it.")
        fields = {"name": name, "role": options["role"], "scope": options["scope"], "team": team}
        _, key = create_api_key(**fields, by=None, now=clock.now())
        self.stdout.write(key)
