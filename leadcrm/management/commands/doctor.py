"""Examines the installation: one line a check, with what mends it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from leadcrm.system.checks import State
from leadcrm.system.doctor import examine


class Command(BaseCommand):
    help = "Check settings, servers, processes, mail and disk; say what mends each fault. Exit status 1 if any failed."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        style = self.style
        looks = {State.OK: style.SUCCESS, State.NOTE: style.NOTICE, State.WARN: style.WARNING, State.FAIL: style.ERROR}
        counts = dict.fromkeys(State, 0)
        for check in examine():
            counts[check.state] += 1
            self.stdout.write(f"{looks[check.state](f'{check.state.value:<5}')} {check.name}: {check.text}")
            if check.remedy:
                self.stdout.write(f"        -> {check.remedy}")
        self.stdout.write(f"\n{counts[State.OK]} ok, {counts[State.WARN]} to look at, {counts[State.FAIL]} failed.")
        if counts[State.FAIL]:
            sys.exit(1)
