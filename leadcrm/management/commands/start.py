"""Runs the whole product: servers, web, worker and clock, until Ctrl-C."""

import ipaddress
import time
from contextlib import suppress
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from redis import RedisError

from accounts.services import SetupDone, issue_setup_link
from common.clock import now as present
from common.heartbeat import clear_heartbeat
from leadcrm import launch
from leadcrm.embedded.servers import HELD
from leadcrm.remedy import Remedy
from leadcrm.selfcheck import report, run_test_lead
from leadcrm.supervisor import Supervisor
from leads.models import Lead


class Command(BaseCommand):
    help = "Run the whole product: database, broker, web server, worker and clock. Ctrl-C stops everything."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="port of the web server (8000)")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1: this machine only)")
        parser.add_argument("--demo", action="store_true", help="fill in sample data and print sign-ins for them")

    def handle(self, *, host: str, port: int, demo: bool, **options: Any) -> None:
        if demo and not is_loopback(host):
            raise CommandError("--demo prints passwords, so it listens on 127.0.0.1 only.")
        began = time.monotonic()
        launch.refuse_taken_port(host, port)
        launch.update_database(self.say)
        launch.collect_static(self.say)
        if demo:
            # This process makes the sample mails, whose links must lead to where the web server will listen.
            settings.PUBLIC_BASE_URL = launch.public_address(host, port).rstrip("/")
            self.load_sample_data()
            began = time.monotonic()
        supervisor = Supervisor(launch.children(host, port), say=self.say, below=self.revive_servers)
        try:
            supervisor.start()
            launch.wait_for_answer(host, port, supervisor.children[0])
            self.greet(host, port, time.monotonic() - began)
            check = partial(run_test_lead, host=launch.reached_at(host), port=port, now=present())
            report(check, self.say)
            supervisor.watch()
        finally:
            self.say("\nStopping ...")
            supervisor.stop()
            with suppress(RedisError):
                clear_heartbeat()
            self.say("Stopped.")

    def load_sample_data(self) -> None:
        """Load the sample data, or say how to sign in to those that are there."""
        unfinished = settings.DATA_DIR / "sample-data-unfinished"
        if unfinished.exists():
            call_command("seed_demo", remove=True, stdout=self.stdout)
        elif Lead.objects.filter(is_sample=True).exists():
            call_command("seed_demo", sign_ins=True, stdout=self.stdout)
            return
        self.say("Loading sample data (once; about a minute) ...")
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        unfinished.touch()
        with connection.cursor() as cursor:
            # Sample data can be made again, so its thousands of commits need not wait for the disk.
            cursor.execute("SET synchronous_commit = off; SET statement_timeout = 0")
        call_command("seed_demo", stdout=self.stdout)
        connection.close()
        unfinished.unlink()

    def greet(self, host: str, port: int, seconds: float) -> None:
        """Say where the product is, and how the first person gets in."""
        address = f"http://{host}:{port}"
        self.say(f"\nLeadCRM runs at {self.style.SUCCESS(address + '/')} (after {seconds:.1f} s). Ctrl-C stops it.")
        try:
            token = issue_setup_link(now=present())
        except SetupDone:
            return
        self.say(f"Set it up here (works once, for 24 hours): {address}/setup?token={token}")

    def revive_servers(self) -> None:
        """Start an embedded server again that has died."""
        for servers in HELD:
            try:
                servers.revive(say=self.say)
            except Remedy as remedy:
                self.say(str(remedy))

    def say(self, line: str) -> None:
        """Print ``line`` at once; a terminal that is gone keeps nothing from being stopped in order."""
        with suppress(OSError):
            self.stdout.write(line)
            self.stdout.flush()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
