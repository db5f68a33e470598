"""Keys: less than their role (read, capture), an end, rotation with an overlap, last use."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import services
from accounts.models import ApiKey, AuditEntry
from accounts.services.keys import OVERLAP
from capture.services import create_form

pytestmark = pytest.mark.django_db
LEAD = {"email": "ada@shop.example"}


@pytest.fixture
def key(db):
    """Return a function that makes a key."""

    def make(**fields) -> tuple[ApiKey, str]:
        return services.create_api_key(**{"name": "Key", "role": "admin", "by": None, "now": timezone.now(), **fields})

    return make


@pytest.fixture
def call(client):
    def ask(method: str, path: str, secret: str, body: dict | None = None):
        options = {} if body is None else {"data": body, "content_type": "application/json"}
        headers = {"Authorization": f"Bearer {secret}"}
        return getattr(client, method)(f"/api/v1/{path}", headers=headers, REMOTE_ADDR="192.0.2.7", **options)

    return ask


def test_each_scope_does_no_more_than_it_says(key, call):
    form = create_form(template="demo", name="Demo", by=None, now=timezone.now())
    submission = {"form": form.pk, "answers": {"email": "a@shop.example", "first_name": "A", "last_name": "B"}}
    found = {}
    for scope in ("write", "read", "capture"):
        _, secret = key(scope=scope)
        found[scope] = (
            call("get", "leads", secret).status_code,
            call("post", "leads", secret, LEAD).status_code in (200, 201),
            call("post", "submissions", secret, submission).status_code in (200, 201),
            call("get", "submissions", secret).status_code,
            call("delete", "webhooks/00000000-0000-7000-8000-000000000000", secret).status_code,
        )

    assert found == {
        "write": (200, True, True, 200, 404),
        "read": (200, False, False, 200, 403),
        "capture": (403, False, True, 403, 403),
    }


def test_the_refusal_names_what_the_key_may(key, call):
    _, secret = key(scope="capture")

    assert "only send in forms" in call("get", "leads", secret).json()["detail"]


def test_after_its_day_a_key_lets_nobody_in(key, call):
    _, ended = key(expires_at=timezone.now() - timedelta(seconds=1))
    _, good = key(expires_at=timezone.now() + timedelta(minutes=1))

    assert (call("get", "leads", ended).status_code, call("get", "leads", good).status_code) == (401, 200)


def test_rotated_both_work_for_a_day_and_revoking_the_former_leaves_the_new_one(key, call, as_admin, admin):
    old, secret = key(scope="read")
    answer = as_admin.post(f"/settings/api-keys/{old.pk}/rotate")
    new = ApiKey.objects.exclude(pk=old.pk).get()
    fresh = answer.content.decode().split('<pre id="key"', 1)[1].split("<code>")[1].split("</code>")[0]

    old.refresh_from_db()
    assert (new.scope, new.user_id, new.created_by) == ("read", old.user_id, admin)
    assert timedelta() < OVERLAP - (old.expires_at - timezone.now()) < timedelta(minutes=1)
    assert [call("get", "leads", one).status_code for one in (secret, fresh)] == [200, 200]
    as_admin.post(f"/settings/api-keys/{old.pk}/revoke")
    assert [call("get", "leads", one).status_code for one in (secret, fresh)] == [401, 200]
    as_admin.post(f"/settings/api-keys/{new.pk}/revoke")
    assert call("get", "leads", fresh).status_code == 401
    assert as_admin.post(f"/settings/api-keys/{new.pk}/rotate").status_code == 302
    assert list(AuditEntry.objects.filter(kind="api_key").order_by("id").values_list("action", flat=True)) == [
        "created", "rotated", "revoked", "revoked"
    ]  # fmt: skip
    assert fresh not in str(list(AuditEntry.objects.values())) + str(list(ApiKey.objects.values()))


def test_when_and_from_where_a_key_was_used_is_remembered(key, call):
    row, secret = key()

    call("get", "leads", secret)

    row.refresh_from_db()
    assert (row.last_used_ip, timezone.now() - row.last_used_at < timedelta(minutes=1)) == ("192.0.2.7", True)


def test_a_key_made_on_the_page_ends_with_its_day(as_admin):
    day = timezone.localdate() + timedelta(days=3)
    fields = {"name": "Site", "role": "marketer", "scope": "capture", "expires_on": day.isoformat()}

    made = as_admin.post("/settings/api-keys/new", fields)
    past = as_admin.post("/settings/api-keys/new", {**fields, "expires_on": "2020-01-01"})

    row = ApiKey.objects.get()
    assert (made.status_code, past.status_code, row.scope, row.expires_at.date()) == (200, 422, "capture", day)
