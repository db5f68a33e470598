"""``/api/v1/webhooks``: only admins' keys, the secret once, test, log, redelivery."""

import pytest

from accounts import services
from accounts.models import Delivery, Webhook
from tests.accounts.receiver import receiving

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(client, now):
    """Return a function that calls the API with a key of a role."""
    keys = {role: services.create_api_key(name=role, role=role, by=None, now=now)[1] for role in ("admin", "marketer")}

    def ask(method: str, path: str, body: dict | None = None, role: str = "admin", **headers: str):
        headers = {"Authorization": f"Bearer {keys[role]}", **headers}
        options = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(f"/api/v1/webhooks{path}", headers=headers, **options)

    return ask


def test_made_tried_read_and_sent_again(call, settings, now):
    with receiving() as receiver:
        settings.OUTBOUND_PRIVATE_HOSTS = [receiver.host]
        body = {"name": "Chat", "url": f"http://{receiver.host}/", "events": ["lead.created", "lead.created"]}
        made = call("post", "", body)
        place = f"/{made.json()['id']}"
        tested = call("post", f"{place}/test", {})
        services.deliver_webhooks(now=Delivery.objects.get().due_at)
        log = call("get", f"{place}/deliveries").json()["results"]
        again = call("post", f"{place}/redeliver", {"delivery": log[0]["id"]})
        twice = call("post", f"{place}/redeliver", {"delivery": log[0]["id"]})

    assert (made.status_code, made.json()["events"], len(made.json()["secret"]) > 40) == (201, ["lead.created"], True)
    assert (tested.status_code, log[0]["state"], log[0]["tries"][0]["status"]) == (202, "delivered", 200)
    assert log[0]["body"]["event"] == "webhook.test"
    assert (again.status_code, again.json()["state"], twice.status_code) == (202, "pending", 409)
    assert "secret" not in call("get", place).json()


def test_changed_switched_off_and_removed(call):
    place = (
        "/" + call("post", "", {"name": "A", "url": "https://93.184.215.14/", "events": ["lead.created"]}).json()["id"]
    )

    off = call("patch", place, {"is_active": False, "name": "B"}).json()
    gone = call("delete", place)

    assert (off["state"], off["name"]) == ("off", "B")
    assert (gone.status_code, call("get", place).status_code) == (204, 404)


@pytest.mark.parametrize(
    ("field", "value"),
    [("url", "http://127.0.0.1/"), ("url", "file:///x"), ("events", []), ("events", ["lead.eaten"]), ("secret", "x")],
)
def test_what_is_wrong_is_named(call, field, value):
    body = {"name": "A", "url": "https://93.184.215.14/", "events": ["lead.created"], field: value}

    answer = call("post", "", body)

    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert Webhook.objects.count() == 0


def test_others_may_not_even_look(call):
    assert call("get", "", role="marketer").status_code == 403
    assert call("post", "", {}, role="marketer").status_code == 403


def test_the_same_key_adds_one_webhook(call):
    body = {"name": "A", "url": "https://93.184.215.14/", "events": ["lead.created"]}

    first, second = (call("post", "", body, **{"Idempotency-Key": "once"}) for _ in range(2))

    assert (first.json()["id"], Webhook.objects.count()) == (second.json()["id"], 1)
