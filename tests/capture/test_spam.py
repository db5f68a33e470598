"""What looks like a machine waits for a person, looks like success outside, and becomes a lead when released."""

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.services import create_user
from capture import services
from capture.models import Submission
from capture.services import NotHeld
from capture.spam import TRAP, Signs, judge
from leads.models import Activity, Lead
from tests.capture.conftest import address, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(db):
    return create_user(
        name="Mia", email="mia@example.com", role="marketer", password="x" * 12, by=None, now=timezone.now()
    )


def test_a_filled_trap_is_held_without_a_lead_and_looks_like_success(send, guide_form):
    answer = send(guide_form, email="bot@example.com", submission_key="k", **{TRAP: "x"})
    again = send(guide_form, email="bot@example.com", submission_key="k", **{TRAP: "x"})
    other = send(guide_form, email="other@example.com", submission_key="k")

    assert (answer.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert answer.json()["status"] == "accepted" and again.json() == answer.json()
    held = Submission.objects.get()
    assert held.status == "held" and "do not see" in held.spam_reasons[0]
    assert not Lead.objects.exists() and not Activity.objects.exists()


def test_a_released_submission_becomes_a_lead_once(send, demo_form, marketer):
    send(demo_form, email="real@example.com", first_name="www.example.com", consent="yes")
    held = Submission.objects.get()
    now = timezone.now()

    services.release_submission(submission=held, by=marketer, now=now)
    services.release_submission(submission=held, by=marketer, now=now)

    released = Submission.objects.get()
    assert released.status == "accepted" and released.lead.email == "real@example.com"
    assert (released.released_by, released.released_at) == (marketer, now)
    assert Activity.objects.count() == 2
    assert AuditEntry.objects.filter(action="submission_released").count() == 1


def test_an_accepted_submission_cannot_be_released(send, guide_form, marketer):
    send(guide_form)

    with pytest.raises(NotHeld):
        services.release_submission(submission=Submission.objects.get(), by=marketer, now=timezone.now())


def test_a_token_used_again_and_again_from_one_network_is_held(send, guide_form):
    token, here = token_of(guide_form), {"HTTP_X_FORWARDED_FOR": address()}
    for _ in range(5):
        send(guide_form, token=token, headers=here)

    assert list(Submission.objects.order_by("pk").values_list("status", flat=True)) == ["accepted"] * 3 + ["held"] * 2


@pytest.mark.parametrize("token", [None, "forged", "another form"])
def test_a_form_without_a_good_token_is_taken_with_points(send, guide_form, demo_form, token):
    send(guide_form, token=token_of(demo_form) if token == "another form" else token)

    row = Submission.objects.get()
    assert (row.status, row.spam_points) == ("accepted", 2)


@pytest.mark.parametrize(
    ("answers", "signs", "held"),
    [
        ({"first_name": "Ada", "message": "See https://a.example and https://b.example"}, Signs(), False),
        ({"message": "https://a https://b https://c https://d"}, Signs(), True),
        ({"company": "https://buy.example"}, Signs(), True),
        ({"first_name": "\u0410da"}, Signs(has_token=False), True),
        ({"first_name": "\u0418\u0432\u0430\u043d", "company": "Ivan"}, Signs(has_token=False), False),
        ({}, Signs(is_young=True), False),
        ({}, Signs(is_young=True, has_token=False, is_from_browser=True), False),
        ({"message": "https://a"}, Signs(text_uses=5, is_young=True), True),
    ],
)
def test_points_decide(answers, signs, held):
    assert judge(answers, signs).is_held is held
