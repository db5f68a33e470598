"""What an operator copies from agrees with what the product reads."""

import re
import shutil
import subprocess

import pytest
import yaml

from leadcrm.cli import ROOT


@pytest.fixture
def compose() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_the_containers_are_those_of_one_installation(compose):
    assert set(compose["services"]) == {"db", "broker", "migrate", "web", "worker", "beat"}


def test_only_the_web_server_is_reached_from_outside(compose):
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["web"]


def test_every_lasting_container_says_whether_it_is_well(compose):
    # The web server's check stands in the image.
    unchecked = {name for name, service in compose["services"].items() if "healthcheck" not in service}

    assert unchecked == {"web"}
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()


def test_the_product_waits_for_the_migration(compose):
    for name in ("web", "worker", "beat"):
        needs = compose["services"][name]["depends_on"]
        assert needs["migrate"]["condition"] == "service_completed_successfully"


def test_the_broker_keeps_what_it_was_given(compose):
    command = " ".join(compose["services"]["broker"]["command"])

    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_a_worker_is_given_the_time_its_longest_task_takes(compose, settings):
    assert int(compose["services"]["worker"]["stop_grace_period"].rstrip("s")) > settings.CELERY_TASK_TIME_LIMIT


def test_the_secrets_must_be_set(compose):
    environment = compose["services"]["web"]["environment"]

    assert environment["SECRET_KEY"].startswith("${SECRET_KEY:?")
    assert "${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]


def test_docker_compose_reads_the_file(plain_environment):
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], check=False, capture_output=True).returncode:
        pytest.skip("docker compose is not installed")

    result = subprocess.run(
        [docker, "compose", "config", "--quiet"],
        check=False,
        cwd=ROOT,
        env={**plain_environment, "SECRET_KEY": "x" * 40, "POSTGRES_PASSWORD": "y"},
        capture_output=True,
        text=True,
    )

    assert result.returncode == 0, result.stderr


def test_make_help_names_every_target():
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    targets = set(re.findall(r"^([a-z-]+):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE))

    said = subprocess.run(["make", "help"], check=True, cwd=ROOT, capture_output=True, text=True).stdout

    assert targets >= {"run", "test", "test-browser", "bench", "lint", "types", "screenshots", "help"}
    assert {target for target in targets if f"make {target} " not in said} == set()
