"""Runs the tests with pytest; every argument goes through to it."""

import os
import sys

import pytest
from django.core.management.base import BaseCommand

from leadcrm.cli import ROOT


class Command(BaseCommand):
    help = (
        "Run the tests with pytest, on servers of their own. Arguments pass through: manage.py test tests/leads -k pin"
    )

    def run_from_argv(self, argv: list[str]) -> None:
        os.chdir(ROOT)
        sys.exit(pytest.main(arguments(argv[2:])))


def arguments(given: list[str]) -> list[str]:
    """Return pytest's arguments: those given, and as many processes as there are cores where none are asked for."""
    says_how = any(argument.startswith(("-n", "--numprocesses", "-p", "--pdb", "--collect-only")) for argument in given)
    return given if says_how else ["-n", str(min(4, os.cpu_count() or 1)), *given]
