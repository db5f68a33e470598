"""Finds or makes the environment the product runs in, with the standard library only, and goes on inside it.

Nothing here may import Django or any other package: on a new machine there is none yet.
"""

import hashlib
import importlib.util
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements.lock"
STAMP = "leadcrm-requirements"
# One module of each kind the product cannot start without.
NEEDED = ("django", "psycopg2", "celery", "gunicorn")


def main(argv: list[str]) -> int:
    """Run ``argv`` as a management command, in this environment or in the product's own; return the exit status."""
    if not is_ready():
        from leadcrm.virtualenv import prepare_or_explain

        python = current_python() or prepare_or_explain(VENV, REQUIREMENTS, fingerprint())
        if python is None:
            return 1
        os.environ["LEADCRM_ENV"] = str(VENV)
        sys.stdout.flush()
        os.execv(python, [str(python), str(ROOT / "manage.py"), *argv[1:]])
    from leadcrm.cli import run

    return run(argv)


def is_ready() -> bool:
    """Whether this interpreter has what the product needs, so that no environment is made.

    True inside any virtual environment that has it, and in a container image that says so by LEADCRM_ENV.
    """
    is_chosen = sys.prefix != sys.base_prefix or bool(os.environ.get("LEADCRM_ENV"))
    return is_chosen and all(importlib.util.find_spec(name) for name in NEEDED)


def current_python() -> Path | None:
    """Return the interpreter of the product's own environment if it is complete and up to date."""
    python = VENV / "bin" / "python"
    try:
        is_current = (VENV / STAMP).read_text() == fingerprint()
    except OSError:
        return None
    return python if is_current and os.access(python, os.X_OK) else None


def fingerprint() -> str:
    """Return what the environment is made from: the requirements and the version of Python."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    return f"{digest} {sys.version_info.major}.{sys.version_info.minor}\n"
