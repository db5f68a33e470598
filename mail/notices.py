"""What stands above every page while mail does not leave as usual."""

from typing import Any

from django.conf import settings

from common.models import Installation
from common.places import Notice
from common.routes import url_for


def sending_paused(installation: Installation, user: Any) -> Notice | None:
    """Nothing is sent, for all."""
    if not installation.sending_paused:
        return None
    return Notice("warn", "Sending is paused. No mail leaves until an admin resumes it.")


def mail_caught(installation: Installation, user: Any) -> Notice | None:
    """Nothing leaves this machine."""
    if settings.EMAIL_URL:
        return None
    url = url_for(user, "mail:caught")
    return Notice("info", "Mail is caught, not sent.", url, "See caught mail" if url else "")
