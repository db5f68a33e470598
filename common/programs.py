"""How a command of the product is written on a terminal of this installation."""

from django.conf import settings


def manage(command: str) -> str:
    """Return what to type for a command of ``manage.py``."""
    if settings.IS_CONTAINER:
        return f"docker compose run --rm web python manage.py {command}"
    return f"python3 manage.py {command}"
