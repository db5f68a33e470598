import pytest
from django.test import Client
from django.urls import clear_url_caches

from accounts.models import User
from common import routes


@pytest.fixture(autouse=True)
def shell_urls(settings):
    settings.ROOT_URLCONF = "tests.shell.urls"
    clear_url_caches()
    routes._route.cache_clear()
    yield
    routes._route.cache_clear()


@pytest.fixture
def as_role(db):
    """Return a client signed in with a role."""

    def sign_in(role: str, **fields: object) -> Client:
        user = User.objects.create_user(f"{role}@crm.example", "a long enough password", name="Ada Silva", role=role)
        User.objects.filter(pk=user.pk).update(**fields) if fields else None
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
