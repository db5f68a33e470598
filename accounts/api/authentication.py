"""``Authorization: Bearer KEY``."""

from django.utils.crypto import constant_time_compare
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import selectors, services
from accounts.models import ApiKey, User
from common import clock
from common.client_ip import client_ip

REFUSED = (
    "This API key does not work. It may be mistyped, expired or revoked; an admin makes keys under Settings, API keys."
)


class KeyAuthentication(BaseAuthentication):
    """Signs a request in as the service user of its key; ``request.auth`` is the key's row."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        scheme, _, key = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        key_hash = services.hash_key(key.strip().decode("ascii", "replace"))
        now = clock.now()
        row = selectors.api_key_for(key_hash, now=now)
        # The lookup goes by hash, so its time says nothing about the key; the comparison keeps it so for any index.
        if row is None or not constant_time_compare(row.key_hash, key_hash):
            raise AuthenticationFailed(REFUSED)
        services.note_key_use(api_key=row, ip=client_ip(request), now=now)
        return row.user, row

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="LeadCRM API"'
