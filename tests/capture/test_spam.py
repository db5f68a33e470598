"""What looks like a machine waits for a person, looks like success outside, and becomes a lead when released."""

import re

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


def test_a_token_used_again_and_again_is_held_wherever_it_comes_from(send, guide_form):
    token = token_of(guide_form)
    for _ in range(12):
        send(guide_form, token=token)

    assert list(Submission.objects.order_by("pk").values_list("status", flat=True)) == ["accepted"] * 10 + ["held"] * 2


@pytest.mark.parametrize("token", [None, "forged", "another form"])
def test_a_form_without_a_good_token_is_held(send, guide_form, demo_form, token):
    answer = send(guide_form, token=token_of(demo_form) if token == "another form" else token)

    assert (answer.status_code, Submission.objects.get().status) == (201, "held")
    assert not Lead.objects.exists()


@pytest.mark.parametrize(("age", "status"), [(0, "held"), (1, "accepted")])
def test_what_nobody_can_type_in_half_a_second_is_held(send, guide_form, age, status):
    send(guide_form, token=token_of(guide_form, age))

    assert Submission.objects.get().status == status


def test_a_link_that_comes_again_and_again_is_held_however_the_words_around_it_are_spun(send, demo_form):
    for number in range(5):
        send(demo_form, consent="yes", message=f"Offer {number}: see https://www.buy.example/now?ref={number} soon")

    held = Submission.objects.order_by("pk").values_list("status", flat=True)
    assert list(held) == ["accepted"] * 3 + ["held"] * 2


def test_a_person_is_not_kept_out_by_whoever_sent_their_answers_first_as_a_machine(send, guide_form):
    send(guide_form, email="ada@work.example", token=None)

    answer = send(guide_form, email="ada@work.example", headers={"HTTP_USER_AGENT": "Firefox"})
    services.join_unjoined_submissions(now=timezone.now())

    row = Submission.objects.get()
    assert (answer.status_code, row.status, row.user_agent) == (200, "accepted", "Firefox")
    assert Lead.objects.get().email == "ada@work.example"


def test_a_machine_does_not_release_what_it_sent_by_sending_it_again(send, guide_form):
    for _ in range(2):
        send(guide_form, email="ada@work.example", token=None)

    assert Submission.objects.get().status == "held"


def test_the_visitor_of_a_plain_html_form_sends_it_once_more_on_our_page(client, guide_form):
    here = {"HTTP_X_FORWARDED_FOR": address(), "HTTP_REFERER": "https://shop.example/guide"}
    shown = client.post(f"/f/{guide_form.pk}/submit", {"email": "ada@work.example", "company": "Engines"}, **here)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', shown.content.decode()))
    del fields["consent"]  # a box that was not ticked

    answer = client.post(f"/f/{guide_form.pk}/submit", {**fields, "token": token_of(guide_form)}, **here)
    services.join_unjoined_submissions(now=timezone.now())

    assert shown.status_code == 200 and "send it once more" in shown.content.decode()
    assert (fields["email"], fields["page"]) == ("ada@work.example", "https://shop.example/guide")
    assert answer.status_code == 303
    row = Submission.objects.get()
    assert (row.status, row.page_url, row.lead) == ("accepted", "https://shop.example/guide", Lead.objects.get())


@pytest.mark.parametrize(
    ("answers", "signs", "held"),
    [
        ({"first_name": "Ada", "message": "See https://a.example and https://b.example"}, Signs(), False),
        ({"message": "https://a https://b https://c https://d"}, Signs(), True),
        ({"company": "https://buy.example"}, Signs(), True),
        ({"first_name": "\u0410da"}, Signs(is_young=True), True),
        ({"first_name": "\u0418\u0432\u0430\u043d", "company": "Ivan"}, Signs(is_young=True), False),
        ({}, Signs(is_young=True), False),
        ({}, Signs(is_young=True, is_instant=True), True),
        ({}, Signs(has_token=False), True),
        ({"message": "https://a"}, Signs(text_uses=5), True),
        ({"message": "https://a"}, Signs(link_uses=3), False),
    ],
)
def test_points_decide(answers, signs, held):
    assert judge(answers, signs).is_held is held
