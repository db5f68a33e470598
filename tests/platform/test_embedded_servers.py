"""The embedded servers start for the first who needs them, and stop after the last."""

import os
import signal
import subprocess
import sys
import time

import psycopg2
import redis

from leadcrm.cli import ROOT
from leadcrm.embedded import postgres, valkey
from leadcrm.embedded.places import Place
from leadcrm.embedded.servers import Servers

HOLD = """
import sys, time
from pathlib import Path
from leadcrm.embedded.places import Place, server_owner
from leadcrm.embedded.servers import Servers
place = Place(root=Path(sys.argv[1]), owner=server_owner(), is_throwaway=True)
with Servers(place):
    print("up", flush=True)
    sys.stdin.readline()
"""


def hold(place: Place) -> subprocess.Popen[str]:
    """Return another process that uses the servers of ``place`` until it reads a line."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def query(place: Place, sql: str) -> str:
    connection = psycopg2.connect(f"host={place.sockets} user=postgres dbname=postgres")
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]
    finally:
        connection.close()


def test_servers_start_from_nothing_and_are_gone_afterwards(place):
    with Servers(place) as servers:
        assert servers.is_first
        assert postgres.is_up(place)
        assert valkey.is_up(place)

    assert not postgres.is_up(place)
    assert not valkey.is_up(place)
    assert not (place.postgres / "postmaster.pid").exists()


def test_postgres_listens_on_no_port_and_knows_umlauts(used_place):
    with Servers(used_place):
        assert query(used_place, "show listen_addresses") == ""
        assert query(used_place, "select lower('ÄÖÜ')") == "äöü"
        assert query(used_place, "select 'Ärger' ilike 'äRGER'") is True


def test_postgres_does_not_run_as_root(used_place):
    with Servers(used_place):
        pid = int((used_place.postgres / "postmaster.pid").read_text().split()[0])

        assert os.stat(f"/proc/{pid}").st_uid != 0 or os.geteuid() != 0


def test_the_broker_evicts_nothing_and_keeps_its_log_where_data_last(used_place):
    lasting = Place(root=used_place.root, owner=used_place.owner)
    with Servers(used_place), valkey.client(used_place) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("port") == {"port": "0"}

    assert valkey.options(lasting)[valkey.options(lasting).index("--appendonly") + 1] == "yes"


def test_a_command_that_ends_leaves_the_servers_to_the_one_that_still_runs(used_place):
    # given: another process that came first
    other = hold(used_place)
    assert other.stdout.readline() == "up\n"

    # when
    with Servers(used_place) as servers:
        assert not servers.is_first
    still_up = postgres.is_up(used_place) and valkey.is_up(used_place)
    other.communicate("leave\n", timeout=30)

    # then
    assert still_up
    assert not postgres.is_up(used_place)
    assert not valkey.is_up(used_place)


def test_four_commands_at_once_share_one_server(place):
    commands = [hold(place) for _ in range(4)]

    said = [command.stdout.readline() for command in commands]
    pids = query(place, "select count(*)::text from pg_stat_activity where backend_type = 'checkpointer'")
    for command in commands:
        command.communicate("leave\n", timeout=30)

    assert said == ["up\n"] * 4
    assert pids == "1"
    assert [command.returncode for command in commands] == [0] * 4
    assert not postgres.is_up(place)


def test_what_a_killed_command_left_running_is_used_and_stopped_by_the_next(used_place):
    # given
    killed = hold(used_place)
    assert killed.stdout.readline() == "up\n"
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert postgres.is_up(used_place)

    # when
    with Servers(used_place) as servers:
        found_running = not servers.is_first

    # then
    assert found_running
    assert not postgres.is_up(used_place)
    assert not valkey.is_up(used_place)


def test_servers_start_again_after_they_were_killed_hard(used_place):
    # given: both servers killed, their sockets and lock files left behind
    with Servers(used_place):
        for pid in (int((used_place.postgres / "postmaster.pid").read_text().split()[0]), valkey_pid(used_place)):
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while (postgres.is_up(used_place) or valkey.is_up(used_place)) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert used_place.valkey_socket.exists()

    # when
    with Servers(used_place):
        assert query(used_place, "select 'back'") == "back"


def test_an_interrupted_first_start_leaves_no_half_database(place):
    # given: initdb died on the way
    place.make()
    place.make_private(place.root / "postgres.new")
    (place.root / "postgres.new" / "PG_VERSION").write_text("18\n")

    # when
    with Servers(place):
        assert query(place, "select 'whole'") == "whole"


def test_a_second_start_takes_less_than_two_seconds(used_place):
    began = time.monotonic()
    with Servers(used_place):
        seconds = time.monotonic() - began

    assert seconds < 2


def test_the_urls_lead_django_and_redis_to_the_servers(used_place):
    with Servers(used_place) as servers:
        environment = servers.environment()

        assert environment["DATABASE_URL"] == f"postgresql://postgres@/postgres?host={used_place.sockets}"
        assert redis.Redis.from_url(environment["REDIS_URL"]).ping()


def valkey_pid(place: Place) -> int:
    with valkey.client(place) as client:
        return int(client.info("server")["process_id"])
