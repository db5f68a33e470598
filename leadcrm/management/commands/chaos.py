"""Runs the fault harness; every argument goes through to ``python -m chaos``."""

import subprocess
import sys

from django.core.management.base import BaseCommand

from leadcrm.cli import ROOT


class Command(BaseCommand):
    help = "Kill, flood and cut a product and print what it kept of its promises: manage.py chaos --short"

    def run_from_argv(self, argv: list[str]) -> None:
        sys.exit(subprocess.run([sys.executable, "-m", "chaos", *argv[2:]], check=False, cwd=ROOT).returncode)
