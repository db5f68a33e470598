"""Puts a backup in place of what is there."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from common import clock
from leadcrm.system.backup import restore


class Command(BaseCommand):
    help = "Put a backup in place of what is there, all or nothing, and hold mail back until a person decides."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file that manage.py backup has written")
        parser.add_argument("--replace", action="store_true", help="replace an installation that is in use")
        parser.add_argument("--other-key", action="store_true", help="go on although SECRET_KEY is another one")

    def handle(self, *, file: Path, replace: bool, other_key: bool, **options: Any) -> None:
        now = clock.now()
        made = restore(file, now=now, is_replacing=replace, is_other_key=other_key, say=self.stdout.write)
        rows = ", ".join(f"{count} in {table}" for table, count in made.rows.items())
        self.stdout.write(f"Restored as of {made.made_at} ({rows}; {made.media_files} files).")
        self.stdout.write(
            "No mail and no webhook leaves until an admin says under Settings, System what becomes of what was due "
            "until now."
        )
