"""Webhooks: what is told, signed and logged; what happens when a receiver fails; who may see any of it."""

import json
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest

from accounts import services
from accounts.models import AuditEntry, Delivery, Event, Webhook
from accounts.services.delivering import LEASE_SECONDS
from accounts.services.outcomes import DELAYS
from common.installation import lock_installation, save_installation
from common.outbound import UnsafeUrl
from mail.models import Message
from tests.accounts.receiver import Receiver, receiving

pytestmark = pytest.mark.django_db

DOCS = Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def hook_to(admin, settings, now):
    """Return a function that adds a webhook for a local receiver."""

    def make(receiver: Receiver, *events: str, name: str = "Chat") -> Webhook:
        settings.OUTBOUND_PRIVATE_HOSTS = [*settings.OUTBOUND_PRIVATE_HOSTS, receiver.host]
        url = f"http://{receiver.host}/hook"
        return services.create_webhook(name=name, url=url, events=events or Event.values, by=admin, now=now)

    return make


def receiver_code() -> dict:
    """Run the code that the docs give to whoever writes a receiver."""
    names: dict = {}
    exec(re.search(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)[1], names)
    return names


def test_the_receivers_code_in_the_docs_takes_ours_and_refuses_old_and_changed_ones(hook_to, admin, now):
    with receiving() as receiver:
        hook = hook_to(receiver)
        services.send_test_event(webhook=hook, by=admin, now=now)
        assert services.deliver_webhooks(now=now) == 1

    headers, body = receiver.heard[0]
    is_genuine, sent_at = receiver_code()["is_genuine"], now.timestamp()
    said = headers["LeadCRM-Signature"]
    assert is_genuine(hook.secret, body, said, now=sent_at + 299)
    assert not is_genuine(hook.secret, body, said, now=sent_at + 360)
    assert not is_genuine(hook.secret, body[:-1] + b" ", said, now=sent_at)
    assert not is_genuine(hook.secret, body, said.replace("t=", "t=1"), now=sent_at)
    assert not is_genuine("whsec_other", body, said, now=sent_at)
    assert not is_genuine(hook.secret, body, "", now=sent_at)
    assert json.loads(body)["event"] == headers["LeadCRM-Event"] == "webhook.test"


def test_after_a_new_secret_both_sign_for_a_day_and_then_the_new_one_alone(hook_to, admin, now):
    with receiving() as receiver:
        hook = hook_to(receiver)
        secret = services.renew_secret(webhook=hook, by=admin, now=now)
        for moment in (now, now + timedelta(hours=25)):
            services.send_test_event(webhook=hook, by=admin, now=moment)
            services.deliver_webhooks(now=moment)

    is_genuine = receiver_code()["is_genuine"]
    (first, first_body), (second, second_body) = receiver.heard
    later = (now + timedelta(hours=25)).timestamp()
    assert is_genuine(hook.secret, first_body, first["LeadCRM-Signature"], now=now.timestamp())
    assert is_genuine(secret, first_body, first["LeadCRM-Signature"], now=now.timestamp())
    assert is_genuine(secret, second_body, second["LeadCRM-Signature"], now=later)
    assert not is_genuine(hook.secret, second_body, second["LeadCRM-Signature"], now=later)


def test_a_failed_delivery_is_tried_again_with_the_same_id_until_the_receiver_says_yes(hook_to, admin, now):
    with receiving(500, 302, 200) as receiver:
        hook = hook_to(receiver)
        services.send_test_event(webhook=hook, by=admin, now=now)

        taken = [
            services.deliver_webhooks(now=now + wait) for wait in (0 * MINUTE, MINUTE / 60, MINUTE / 2, 5 * MINUTE)
        ]

    delivery = Delivery.objects.get()
    assert taken == [0, 0, 0, 1]
    assert len({headers["LeadCRM-Delivery"] for headers, _ in receiver.heard}) == 1
    assert [one["status"] for one in delivery.tries] == [500, 302, 200]
    assert (delivery.state, delivery.answer) == (Delivery.State.DELIVERED, "<b>noted</b>")
    assert Webhook.objects.get().state == "active"


def test_after_ten_tries_it_is_dead_an_admin_hears_of_it_and_a_button_sends_it_again(hook_to, as_admin, admin, now):
    with receiving(*[400] * (len(DELAYS) + 1), 200) as receiver:
        hook = hook_to(receiver)
        delivery = services.send_test_event(webhook=hook, by=admin, now=now)
        moment = now
        for delay in (*DELAYS, timedelta()):
            services.deliver_webhooks(now=moment)
            Webhook.objects.update(failing_since=moment)  # other events still arrive there
            moment += delay + timedelta(seconds=2)
        delivery.refresh_from_db()
        assert (delivery.state, delivery.attempts) == (Delivery.State.DEAD, 10)
        assert delivery.reason == "Given up after 10 tries. The receiver answered 400 Bad Request."
        assert Message.objects.get(kind="staff").to_email == admin.email

        again = as_admin.post(f"/settings/webhooks/deliveries/{delivery.pk}/again")
        services.deliver_webhooks(now=moment + timedelta(days=900))

    delivery.refresh_from_db()
    assert (again.status_code, delivery.state, len(receiver.heard)) == (302, Delivery.State.DELIVERED, 11)
    assert AuditEntry.objects.filter(kind="webhook", action="redelivered", by=admin).count() == 1


@pytest.mark.parametrize("status", [500, 410])
def test_a_receiver_that_fails_for_three_days_or_wants_no_more_is_switched_off(hook_to, admin, now, status):
    step = timedelta(hours=8, seconds=5)  # the third day is counted from the answer, a little later than the asking
    with receiving(status) as receiver:
        hook = hook_to(receiver)
        moment = now
        while moment < now + timedelta(days=4) and Webhook.objects.get().is_active:
            services.send_test_event(webhook=hook, by=admin, now=moment)
            services.deliver_webhooks(now=moment)
            moment += step

    hook.refresh_from_db()
    assert (hook.state, moment - now) == ("off", step if status == 410 else 10 * step)
    assert {row.state for row in Delivery.objects.all()} == {Delivery.State.DEAD}
    assert Message.objects.filter(dedupe_key__startswith="webhook-off").count() == 1
    entry = AuditEntry.objects.filter(kind="webhook", by=None).get()
    assert (entry.by_name, entry.changes["active"]) == ("LeadCRM", [True, False])


def test_a_receiver_that_hangs_holds_up_nobody_else(hook_to, admin, now):
    with receiving(0) as dead, receiving() as alive:
        hanging, good = hook_to(dead, name="Dead"), hook_to(alive, name="Alive")
        for _ in range(30):
            services.send_test_event(webhook=hanging, by=admin, now=now)
            services.send_test_event(webhook=good, by=admin, now=now)
        began = time.monotonic()
        arrived: list[float] = []
        alive.heard = _Noting(arrived, began)

        assert services.deliver_webhooks(now=now, limit_seconds=5) == 30

    assert (len(dead.heard), len(arrived)) == (1, 30)
    assert arrived[-1] < 5
    assert Webhook.objects.get(name="Dead").state == "failing"


class _Noting(list):
    def __init__(self, moments: list[float], began: float) -> None:
        super().__init__()
        self.moments, self.began = moments, began

    def append(self, item: object) -> None:
        self.moments.append(time.monotonic() - self.began)


def test_what_a_dead_sender_had_claimed_goes_out_again_with_the_same_id(hook_to, admin, now):
    with receiving() as receiver:
        hook = hook_to(receiver)
        delivery = services.send_test_event(webhook=hook, by=admin, now=now)
        Delivery.objects.filter(pk=delivery.pk).update(
            state="sending", claim_token=delivery.pk, lease_until=delivery.created_at - timedelta(seconds=LEASE_SECONDS)
        )

        assert services.deliver_webhooks(now=now) == 1

    assert receiver.heard[0][0]["LeadCRM-Delivery"] == str(delivery.pk)


def test_nothing_leaves_while_sending_is_paused(hook_to, admin, now):
    lock_installation()
    save_installation(changes={"sending_paused": True})
    with receiving() as receiver:
        services.send_test_event(webhook=hook_to(receiver), by=admin, now=now)

        assert services.deliver_webhooks(now=now) == 0
        save_installation(changes={"sending_paused": False})
        assert services.deliver_webhooks(now=now) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "file:///etc/passwd"])
def test_an_address_inside_is_refused_when_saved_and_again_when_sent(as_admin, admin, now, url):
    fields = {"name": "Chat", "url": url, "events": ["lead.created"]}
    answer = as_admin.post("/settings/webhooks/new", fields)
    assert (answer.status_code, Webhook.objects.count()) == (422, 0)
    hook = Webhook.objects.create(**fields, secret="s", created_at=now)
    with pytest.raises(UnsafeUrl):
        services.edit_webhook(webhook=hook, changes={"url": url.replace("//", "//[::1]/")}, by=admin, now=now)

    services.send_test_event(webhook=hook, by=admin, now=now)
    services.deliver_webhooks(now=now)

    assert Delivery.objects.get().tries[0]["status"] is None
    assert Webhook.objects.get().state == "failing"


def test_switching_off_gives_up_what_waits_and_deleting_is_written_down(hook_to, as_admin, admin, now):
    with receiving() as receiver:
        hook = hook_to(receiver)
        services.send_test_event(webhook=hook, by=admin, now=now)

        as_admin.post(f"/settings/webhooks/{hook.pk}/active", {"active": "no"})
        assert services.deliver_webhooks(now=now) == 0
        assert Delivery.objects.get().reason == f"Switched off by {admin}."
        as_admin.post(f"/settings/webhooks/{hook.pk}/delete")

    assert receiver.heard == []
    assert Webhook.objects.count() == Delivery.objects.count() == 0
    actions = AuditEntry.objects.filter(kind="webhook").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["created", "tested", "changed", "deleted"]


def test_the_secret_is_shown_once_and_written_nowhere_else(as_admin):
    fields = {"name": "Chat", "url": "https://93.184.215.14/", "events": ["lead.created"]}
    made = as_admin.post("/settings/webhooks/new", fields)
    hook = Webhook.objects.get()
    pages = [
        as_admin.get(path) for path in ("/settings/webhooks/", f"/settings/webhooks/{hook.pk}/", "/settings/audit-log/")
    ]

    assert hook.secret in made.content.decode()
    assert [page for page in pages if hook.secret in page.content.decode()] == []
    assert hook.secret not in json.dumps(list(AuditEntry.objects.values_list("changes", flat=True)))
