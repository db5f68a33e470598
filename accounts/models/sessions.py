"""Where each person is signed in. This module is the session engine too (``SESSION_ENGINE``)."""

import hashlib
from typing import Any, cast

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from accounts.models.people import User

SYSTEMS = {
    "Windows": "Windows",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Mac OS": "Mac",
    "Linux": "Linux",
}
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}


class Session(AbstractBaseSession):
    """One signed-in browser; what it is called and where it came from lie in the session itself."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> type["SessionStore"]:
        return SessionStore

    @property
    def handle(self) -> str:
        """A name for pages: the key itself is the way in and is shown nowhere."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()[:32]


class SessionStore(DatabaseStore):
    """Django's own store, which also writes down whose session it is."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        user_id = str(data.get("_auth_user_id", ""))
        row.user_id = int(user_id) if user_id.isdigit() else None
        return row


def device_words(agent: str) -> str:
    """Return "Firefox on Windows" from what a browser says of itself."""
    browser = next((word for mark, word in BROWSERS.items() if mark in agent), "A browser")
    system = next((word for mark, word in SYSTEMS.items() if mark in agent), "")
    return f"{browser} on {system}" if system else browser
