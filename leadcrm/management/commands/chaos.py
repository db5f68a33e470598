"""Runs the fault harness; every argument goes through to ``python -m chaos``."""

import os
import sys

from django.core.management.base import BaseCommand

from leadcrm.cli import ROOT


class Command(BaseCommand):
    help = "Kill, flood and cut a product and print what it kept of its promises: manage.py chaos --short"

    def run_from_argv(self, argv: list[str]) -> None:
        os.chdir(ROOT)
        # In place of this process, so that whoever ends it reaches the harness, which has processes of its own to end.
        os.execv(sys.executable, [sys.executable, "-m", "chaos", *argv[2:]])
