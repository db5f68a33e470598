"""Starts the product with sample data in a folder of its own and takes every picture: ``make screenshots``.

Arguments go through to benchmarks/screenshots.py; the picture of the README goes to docs/home.png.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEOPLE = {"admin": "admin", "marketer": "marketer", "manager": "manager", "rep": "rep1", "viewer": "viewer"}
PASSWORD = re.compile(r"with the password (\S+) as")


def main() -> int:
    """Return the exit status of the pictures, or 1 when the product did not start."""
    folder = Path(tempfile.mkdtemp(prefix="leadcrm-pictures-"))
    # The servers run as another account under root.
    folder.chmod(0o755)
    port = free_port()
    product = subprocess.Popen(
        [sys.executable, "manage.py", "start", "--demo", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "LEADCRM_DATA_DIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        password = password_once_it_runs(product)
        return take(port, password) if password else 1
    finally:
        product.terminate()
        product.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def password_once_it_runs(product: subprocess.Popen[str]) -> str:
    """Return the password of the sample people when the product answers; empty when it ends before."""
    password = ""
    for line in product.stdout or ():
        print(line, end="", flush=True)
        if found := PASSWORD.search(line):
            password = found[1]
        if "A test lead" in line or "The test lead" in line:
            return password
    return ""


def take(port: int, password: str) -> int:
    """Run the camera as each of the sample people."""
    sign_ins = [f"--as={role}={name}@demo.example:{password}" for role, name in PEOPLE.items()]
    command = [sys.executable, "-m", "benchmarks.screenshots", "--base", f"http://127.0.0.1:{port}", *sign_ins]
    return subprocess.run([*command, "--readme", "docs/home.png", *sys.argv[1:]], check=False, cwd=ROOT).returncode


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
