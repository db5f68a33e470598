"""The exact command that mends something, for the way this installation is run."""

import sys

from django.conf import settings

from leadcrm.cli import HELD

CELERY = f"{sys.executable} -m celery --quiet -A leadcrm.celery:app"
COMPOSE = {
    "worker": "docker compose up -d worker",
    "clock": "docker compose up -d beat",
    "deaf": "docker compose restart worker beat",
    "broker": "docker compose up -d broker",
    "database": "docker compose up -d db",
    "migrate": "docker compose run --rm migrate",
    "room": "docker compose exec db df -h /var/lib/postgresql",
    "web": "docker compose up -d web",
    "doctor": "docker compose run --rm web python manage.py doctor",
    "rescore": "docker compose run --rm web python manage.py rescore",
    "backup": "docker compose run --rm -v /backups:/backups web python manage.py backup /backups/leadcrm.tar",
}
# `start` looks after its own processes; whatever it cannot mend by itself, a new start does.
SUPERVISED = {
    **dict.fromkeys(("worker", "clock", "deaf", "broker", "database", "web"), "python3 manage.py start"),
    "migrate": "python3 manage.py migrate",
    "room": "df -h {data}",
    "doctor": "python3 manage.py doctor",
    "rescore": "python3 manage.py rescore",
    "backup": "python3 manage.py backup /backups/leadcrm.tar",
}
BY_HAND = {
    "worker": f"{CELERY} worker --concurrency 4",
    "clock": f"{CELERY} beat",
    "deaf": "systemctl restart leadcrm-worker leadcrm-beat",
    "broker": "systemctl start valkey-server",
    "database": "systemctl start postgresql",
    "room": "df -h /var/lib/postgresql",
    "migrate": "python3 manage.py migrate",
    "web": f"{sys.executable} -m gunicorn -c python:leadcrm.gunicorn_config leadcrm.wsgi",
    "doctor": "python3 manage.py doctor",
    "rescore": "python3 manage.py rescore",
    "backup": "python3 manage.py backup /backups/leadcrm.tar",
}


def command(what: str) -> str:
    """Return the command for ``what``: a process, a server, ``room`` on the database's disk, or ``migrate``."""
    if settings.IS_CONTAINER:
        return COMPOSE[what]
    commands = SUPERVISED if settings.IS_SUPERVISED or HELD else BY_HAND
    return commands[what].replace("{data}", str(settings.DATA_DIR))
