"""The settings of a run: what the product in it reads from its environment."""

import os
from pathlib import Path

from leadcrm.embedded.places import Place

# A lead of this company kills its worker, a mail with this subject its sender.
DEADLY = "Deadly Ltd"
# Nobody's key but the harness's, which signs the tokens of its visitors with it.
SECRET_KEY = "only-for-the-fault-harness-" + "0" * 30


def settings(place: Place, *, database: str, port: int, through: dict[str, int], smtp_port: int = 0) -> dict[str, str]:
    """Return the environment of a process; ``through`` names the ports of the proxies to go through."""
    database_url = f"postgresql://postgres@/{database}?host={place.sockets}"
    if "postgres" in through:
        database_url = f"postgresql://postgres@127.0.0.1:{through['postgres']}/{database}"
    changes = {
        "DJANGO_SETTINGS_MODULE": "leadcrm.settings",
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": database_url,
        "REDIS_URL": f"redis://127.0.0.1:{through['redis']}/0" if "redis" in through else place.redis_url,
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "EMAIL_FROM": "Chaos <chaos@sender.example>",
        "TRUSTED_PROXIES": "1",
        "API_RATE": "1000000/min",
        "WEB_BIND": f"127.0.0.1:{port}",
        "WEB_WORKERS": "2",
        "WEB_THREADS": "8",
        "LOG_LEVEL": "WARNING",
        "LEADCRM_DATA_DIR": str(place.root),
        "STATIC_ROOT": str(place.root / "static"),
    }
    if smtp_port:
        changes["EMAIL_URL"] = f"smtp://127.0.0.1:{through.get('smtp', smtp_port)}"
    return changes


def make_folder() -> Path:
    """Return a new folder for one run, short, because a socket's path may have 107 characters."""
    folder = Path("/tmp") / f"lcx-{os.getpid()}"
    folder.mkdir()
    # Under root the servers are nobody's, and have to get in.
    folder.chmod(0o755)
    return folder
