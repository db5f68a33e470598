"""Writes the whole installation into one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from common import clock
from leadcrm.system.backup import back_up


class Command(BaseCommand):
    help = "Write database, uploads and the key of the data folder into one file, readable by its owner alone."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the backup, for example leadcrm-2026-11-25.tar")

    def handle(self, *, file: Path, **options: Any) -> None:
        made = back_up(file, now=clock.now(), say=self.stdout.write)
        rows = ", ".join(f"{count} in {table}" for table, count in made.rows.items())
        self.stdout.write(f"{file}: {file.stat().st_size / 1e6:.1f} MB ({rows}; {made.media_files} files).")
        self.stdout.write("It holds personal data and secrets: keep it where only operators can read it.")
