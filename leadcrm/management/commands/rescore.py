"""``manage.py rescore``: judge again what could not be judged."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from common import clock
from common.wake import wake
from leads.services import ADVANCE, judge_again


class Command(BaseCommand):
    help = "Judge again the leads that could not be judged, also those put aside because they killed their worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("leads", nargs="*", type=UUID, metavar="LEAD", help="ids of some of them (all)")

    def handle(self, *args: Any, **options: Any) -> None:
        count = judge_again(lead_ids=options["leads"] or None, now=clock.now())
        wake(ADVANCE)
        self.stdout.write(f"{count} lead{'' if count == 1 else 's'} to be judged again, as soon as a worker runs.")
