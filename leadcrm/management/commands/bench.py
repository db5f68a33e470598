"""Runs the measurements; every argument goes through to ``python -m benchmarks``."""

import subprocess
import sys

from django.core.management.base import BaseCommand

from leadcrm.cli import ROOT


class Command(BaseCommand):
    help = "Measure the product against baselines. Arguments pass through: manage.py bench engine mail, --short"

    def run_from_argv(self, argv: list[str]) -> None:
        sys.exit(subprocess.run([sys.executable, "-m", "benchmarks", *argv[2:]], check=False, cwd=ROOT).returncode)
