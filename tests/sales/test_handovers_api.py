"""``/api/v1/handovers`` as an integration sees it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from accounts.services import create_api_key
from sales import services
from sales.models import Handover, State
from tests.api.conftest import Api
from tests.factories.sales import make_handover, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def api_as(role: str, team, now) -> Api:
    row, key = create_api_key(name=role, role=role, by=None, now=now, team=team)
    return Api(key, row.user)


@pytest.fixture
def api(team, now) -> Api:
    return api_as(Role.REP, team, now)


def test_the_list_names_state_lead_and_owner_and_can_be_filtered(api, team, now):
    handover, other = make_handover(now), make_handover(now)

    found = api.get("handovers", state="queued", lead=str(handover.lead_id), owner="nobody").json()

    assert [row["id"] for row in found["results"]] == [str(handover.pk)]
    assert found["results"][0]["lead"] == str(handover.lead_id)
    assert (found["results"][0]["state"], found["next"]) == ("queued", None)
    assert api.get("handovers", state="accepted,lost").json()["results"] == []
    assert len(api.get("handovers", limit=1).json()["results"]) == 1
    assert other.state == State.QUEUED


def test_an_unknown_filter_or_state_is_refused_with_those_allowed(api, now):
    unknown = api.get("handovers", stat="queued")
    wrong = api.get("handovers", state="open")

    assert (unknown.status_code, wrong.status_code) == (400, 400)
    assert "state, lead, owner" in unknown.json()["detail"]
    assert "queued, claimed, accepted" in wrong.json()["detail"]


def test_claim_accept_contact_and_won_in_turn(api, now):
    handover = make_handover(now)
    path = f"handovers/{handover.pk}"

    assert api.post(f"{path}/claim").json()["state"] == "claimed"
    assert api.post(f"{path}/accept", {"value_key": 3}).json()["value_key"] == 3
    assert api.post(f"{path}/contact", {"result": "reached"}).json()["first_contact_at"]
    won = api.post(f"{path}/won", {"amount": "48200.00", "won_on": "2026-11-20"}).json()

    assert (won["state"], won["amount"], won["won_on"], won["currency"]) == ("won", "48200.00", "2026-11-01", "EUR")
    assert won["owner"] == api.user.pk


def test_reject_takes_a_number_or_a_word_and_undo_restores(api, now):
    handover = make_handover(now)

    by_word = api.post(f"handovers/{handover.pk}/reject", {"reason": "bad_timing", "note": "After March"}).json()
    undone = api.post(f"handovers/{handover.pk}/undo").json()
    by_number = api.post(f"handovers/{handover.pk}/reject", {"reason": 5}).json()

    assert by_word["reject_reason"] == {"key": 5, "name": "bad_timing", "text": "Bad timing"}
    assert (undone["state"], undone["reject_reason"]) == ("queued", None)
    assert by_number["reject_reason"]["key"] == 5


@pytest.mark.parametrize("reason", [0, 9, "because", True, None, [5]])
def test_an_unknown_reason_is_refused_with_those_allowed(api, now, reason):
    answer = api.post(f"handovers/{make_handover(now).pk}/reject", {"reason": reason})

    assert answer.status_code == 422
    assert "reason" in answer.json()["errors"]
    assert Handover.objects.get().state == State.QUEUED


def test_lost_and_recycle(api, now):
    first, second = make_handover(now), make_handover(now)
    day = (now + timedelta(days=30)).date()

    lost = api.post(f"handovers/{first.pk}/lost", {"reason": "competitor"}).json()
    recycled = api.post(f"handovers/{second.pk}/recycle", {"until": day.isoformat()}).json()

    assert (lost["state"], lost["lost_reason"]["key"]) == ("lost", 2)
    assert (recycled["state"], recycled["recycle_on"]) == ("recycled", day.isoformat())


def test_a_colleague_s_handover_answers_409_with_the_name(api, rep, now):
    handover = make_handover(now)
    services.claim(handover=handover, by=rep, now=now)

    answer = api.post(f"handovers/{handover.pk}/claim")

    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Rep 1 has taken this lead" in answer.json()["detail"]


def test_another_team_s_handover_is_not_there(team, now):
    handover = make_handover(now, team=team)
    stranger = api_as(Role.REP, make_team("Nordics"), now)

    assert stranger.get("handovers").json()["results"] == []
    assert stranger.get(f"handovers/{handover.pk}").status_code == 404
    assert stranger.post(f"handovers/{handover.pk}/claim").status_code == 404


def test_marketers_and_viewers_read_only(team, now):
    handover = make_handover(now)

    for role in (Role.MARKETER, Role.VIEWER):
        reader = api_as(role, team, now)
        assert reader.get(f"handovers/{handover.pk}").status_code == 200
        assert reader.post(f"handovers/{handover.pk}/claim").status_code == 403


def test_a_field_that_cannot_be_written_is_named(api, now):
    answer = api.post(f"handovers/{make_handover(now).pk}/accept", {"value": 3})

    assert answer.status_code == 422
    assert "value" in answer.json()["errors"]


def test_a_list_of_any_length_costs_the_same_queries(api, team, now, django_assert_max_num_queries):
    make_user(team=team)

    def queries() -> int:
        with django_assert_max_num_queries(20) as captured:
            api.get("handovers")
        return len(captured)

    make_handover(now)
    few = queries()
    for _ in range(5):
        make_handover(now)
    assert queries() <= few
