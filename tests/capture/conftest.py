"""Forms to send to, and the sending."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.utils import timezone

from capture import services
from capture.models import Form
from capture.tokens import issue_token

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def demo_form(db) -> Form:
    return services.create_form(template="demo", name="Demo on the pricing page", by=None, now=timezone.now())


@pytest.fixture
def guide_form(db) -> Form:
    return services.create_form(template="guide", name="Guide", by=None, now=timezone.now())


@pytest.fixture(autouse=True)
def own_address(settings) -> None:
    """Tests send addresses of their own, so that the limit per network sees each of them as another visitor."""
    settings.TRUSTED_PROXIES = 1


def address() -> str:
    """Return an address nobody has sent from yet."""
    a, b, c, d = secrets.token_bytes(4)
    return f"{a % 200 + 11}.{b}.{c}.{d % 254 + 1}"


def token_of(form: Form, age_seconds: float = 30, number: int = 1) -> str:
    return issue_token(form_id=form.pk, number=number, now=datetime.now(UTC) - timedelta(seconds=age_seconds))


@pytest.fixture
def send(client) -> Callable[..., HttpResponse]:
    """Return a function that sends a form as the embed does; ``token=None`` leaves the token out."""

    def post(form: Form, *, headers: dict[str, str] | None = None, **fields: str | None) -> HttpResponse:
        fields.setdefault("email", f"{secrets.token_hex(6)}@example.com")
        fields.setdefault("token", token_of(form))
        fields.setdefault("submission_key", secrets.token_hex(8))
        sent = {name: value for name, value in fields.items() if value is not None}
        extra = {**JSON, "HTTP_X_FORWARDED_FOR": address(), **(headers or {})}
        return client.post(f"/f/{form.pk}/submit", sent, **extra)

    return post
