"""``Idempotency-Key``: a POST sent twice acts once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from common.idempotency import take_key
from common.models import IdempotencyKey
from leads.models import Activity, Lead
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def test_a_repeat_gets_the_first_answer_and_acts_no_more(api, add_lead):
    lead = add_lead()
    path, fact = f"leads/{lead.pk}/activities", {"kind": "call_logged", "payload": {"note": "Hello"}}

    first = api.post(path, fact, Idempotency_Key="k1")
    again = api.post(path, fact, Idempotency_Key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Activity.objects.filter(kind="call_logged").count() == 1


def test_the_same_key_with_another_body_or_path_is_a_conflict(api, add_lead):
    lead = add_lead()
    api.post("leads", {"email": "a@shop.example"}, Idempotency_Key="k1")

    other_body = api.post("leads", {"email": "b@shop.example"}, Idempotency_Key="k1")
    other_path = api.post(f"leads/{lead.pk}/activities", {"kind": "note_added"}, Idempotency_Key="k1")

    assert (other_body.status_code, other_path.status_code) == (409, 409)
    assert not Lead.objects.filter(email="b@shop.example").exists()


def test_a_refused_request_leaves_its_key_free(api):
    refused = api.post("leads", {"email": "not an address"}, Idempotency_Key="k1")
    accepted = api.post("leads", {"email": "a@shop.example"}, Idempotency_Key="k1")

    assert (refused.status_code, accepted.status_code) == (422, 201)


def test_keys_of_two_callers_do_not_meet(api_as):
    answers = [
        api_as(role).post("leads", {"email": f"{role}@x.example"}, Idempotency_Key="k1") for role in ("admin", "rep")
    ]

    assert [answer.status_code for answer in answers] == [201, 201]


@pytest.mark.parametrize("key", ["x" * 201])
def test_an_unreadable_key_is_refused(api, key):
    assert api.post("leads", {"email": "a@shop.example"}, Idempotency_Key=key).status_code == 400


def test_strangers_leave_no_keys(db):
    Api("").post("leads", {"email": "a@shop.example"}, Idempotency_Key="k1")

    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_concurrent_twins_act_once_and_get_one_answer(api_as, add_lead):
    lead, api = add_lead(), api_as("admin")
    start = threading.Barrier(6)

    def send(_: int) -> tuple[int, str]:
        start.wait()
        try:
            answer = Api("", None)
            answer.headers = api.headers
            got = answer.post(f"leads/{lead.pk}/activities", {"kind": "call_logged"}, Idempotency_Key="twin")
            return got.status_code, got.json().get("id")
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(send, range(6)))

    assert len(answers) == 1
    assert Activity.objects.filter(kind="call_logged").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_twin_that_runs_too_long_is_not_waited_for_forever(api_as, monkeypatch):
    api = api_as("admin")
    monkeypatch.setattr("accounts.api.idempotency.WAIT_FOR_TWIN_MS", 200)
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            take_key(scope=f"api:{api.user.pk}", key="slow", request_hash="0", wait_ms=1000, now=timezone.now())
            taken.set()
            done.wait(10)
        connection.close()

    twin = threading.Thread(target=hold)
    twin.start()
    taken.wait(10)
    began = time.monotonic()
    answer = api.post("leads", {"email": "a@shop.example"}, Idempotency_Key="slow")
    seconds = time.monotonic() - began
    done.set()
    twin.join()

    assert answer.status_code == 409
    assert answer.headers["Retry-After"]
    assert seconds < 3
