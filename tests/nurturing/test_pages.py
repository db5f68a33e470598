"""The pages of sequences and the panel of the lead page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Role, User
from leads.kinds import Stage
from leads.models import Lead
from mail.models import Message, Status
from mail.services import send_due_messages
from nurturing.models import Enrollment, EnrollmentState, Sequence, StopKind
from nurturing.selectors import step_numbers
from nurturing.services import advance_due_enrollments, nurture_leads

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(db):
    """Return a browser signed in with a role."""

    def enter(role: str) -> Client:
        user = User.objects.create_user(f"{role}@crm.example", "x", name=f"The {role}", role=role)
        client = Client()
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def running(ask, judged, smtp_sink, now):
    """Four people on their way: one finished, one stopped after the first mail, one before it, one waiting."""
    people = {name: ask(f"{name}@buyer.example", first_name=name) for name in ("fay", "sol", "uma", "wim")}
    nurture_leads(lead_ids=[lead.pk for lead in people.values()], now=now)
    judged(people["uma"], Stage.DISQUALIFIED)
    nurture_leads(lead_ids=[people["uma"].pk], now=now)
    wait = Enrollment.objects.filter(lead=people["wim"])
    wait.update(due_at=now + timedelta(days=30))
    advance_due_enrollments(now=now + timedelta(days=2))
    judged(people["sol"], Stage.SQL)
    nurture_leads(lead_ids=[people["sol"].pk], now=now + timedelta(days=2))
    send_due_messages(now=now + timedelta(days=2))
    advance_due_enrollments(now=now + timedelta(days=5))
    send_due_messages(now=now + timedelta(days=5))
    return people


def test_the_list_shows_each_sequence_with_its_people(sign_in, running, django_assert_max_num_queries):
    client = sign_in(Role.MARKETER)

    with django_assert_max_num_queries(15):
        page = client.get("/nurture/").content.decode()

    assert "After the guide" in page
    assert "2 mails · topic Guides" in page
    assert "Running" in page


def test_without_a_sequence_the_list_says_what_one_is_for(sign_in):
    Sequence.objects.update(live=None, is_active=False)
    Sequence.objects.all().delete()

    page = sign_in(Role.VIEWER).get("/nurture/").content.decode()

    assert "No sequence yet" in page


def test_a_stranger_is_sent_to_sign_in(client, sequence):
    answer = client.get(f"/nurture/{sequence.pk}/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/login")


def test_the_numbers_of_each_step_add_up(running, sequence):
    first, second = step_numbers(sequence)

    assert (first.reached, first.waiting, first.left, first.queued) == (4, 1, 1, 2)
    assert (first.sent, first.on_the_way, first.not_sent) == (1, 0, 1)
    assert [(reason.reason, reason.count) for reason in first.reasons] == [("Became SQL", 1)]
    assert (second.reached, second.waiting, second.left, second.queued, second.sent) == (2, 0, 1, 1, 1)
    assert first.delay == "2 days after the start"
    assert second.delay == "3 days after mail 1"


def test_the_page_of_a_sequence_shows_who_is_where_and_why(sign_in, running, sequence, django_assert_max_num_queries):
    client = sign_in(Role.MARKETER)

    with django_assert_max_num_queries(25):
        page = client.get(f"/nurture/{sequence.pk}/").content.decode()

    assert "1 active + 1 finished + 2 stopped" in page
    assert "Became SQL" in page
    assert "Disqualified" in page
    assert "Waits for mail 1" in page
    assert f'src="/nurture/{sequence.pk}/steps/1/"' in page
    assert "Pause" in page


def test_people_can_be_narrowed_by_state_and_paged(sign_in, running, sequence):
    client = sign_in(Role.MARKETER)

    stopped = client.get(f"/nurture/{sequence.pk}/?state=stopped").content.decode()
    broken = client.get(f"/nurture/{sequence.pk}/?cursor=nonsense")

    assert "uma" in stopped
    assert "fay" not in stopped
    assert broken.status_code == 302


def test_a_rep_sees_only_their_own_people_in_a_sequence(sign_in, running, sequence):
    page = sign_in(Role.REP).get(f"/nurture/{sequence.pk}/").content.decode()

    assert "fay" not in page
    assert "Nobody here" in page


def test_a_mail_is_shown_with_a_sample_lead_in_a_page_that_can_do_nothing(sign_in, sequence):
    answer = sign_in(Role.VIEWER).get(f"/nurture/{sequence.pk}/steps/1/")

    page = answer.content.decode()
    assert "Hello Ada," in page
    assert "Engines &amp; Co" in page
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]


def test_pausing_holds_due_mails_and_starting_lets_them_go(sign_in, ask, sequence, smtp_sink, now):
    client = sign_in(Role.MARKETER)
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)

    client.post(f"/nurture/{sequence.pk}/pause/")
    held = advance_due_enrollments(now=now + timedelta(days=10))
    client.post(f"/nurture/{sequence.pk}/start/")
    sent = advance_due_enrollments(now=now + timedelta(days=10))

    assert (held, sent) == (0, 1)
    acts = AuditEntry.objects.order_by("id").values_list("action", "kind", "object_id")
    assert list(acts) == [("pause", "sequence", str(sequence.pk)), ("start", "sequence", str(sequence.pk))]


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER, Role.VIEWER])
def test_only_marketers_and_admins_pause_a_sequence(sign_in, sequence, role):
    answer = sign_in(role).post(f"/nurture/{sequence.pk}/pause/")

    sequence.refresh_from_db()
    assert answer.status_code == 403
    assert sequence.is_active


def test_opening_the_pause_address_does_nothing(sign_in, sequence):
    answer = sign_in(Role.ADMIN).get(f"/nurture/{sequence.pk}/pause/")

    assert answer.status_code == 405


def test_a_paused_sequence_lets_nobody_in(sign_in, ask, sequence, now):
    sign_in(Role.ADMIN).post(f"/nurture/{sequence.pk}/pause/")
    lead = ask()

    nurture_leads(lead_ids=[lead.pk], now=now)

    assert not Enrollment.objects.exists()


def test_a_colleague_stops_a_sequence_for_one_lead(sign_in, ask, now):
    client = sign_in(Role.MARKETER)
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)
    advance_due_enrollments(now=now + timedelta(days=2))
    enrollment = Enrollment.objects.get()

    answer = client.post(reverse("nurturing:stop", args=[enrollment.pk]), {"reason": "We met at the fair"})

    enrollment.refresh_from_db()
    assert (answer.status_code, answer["Location"]) == (302, f"/leads/{lead.pk}/")
    assert (enrollment.state, enrollment.stop_kind) == (EnrollmentState.STOPPED, StopKind.PERSON)
    assert enrollment.stop_reason == "Stopped by The marketer: We met at the fair"
    assert Message.objects.get(kind="marketing").status == Status.CANCELLED
    assert AuditEntry.objects.get(action="stop").object_id == str(enrollment.pk)


def test_stopping_twice_says_that_it_has_ended(sign_in, ask, now):
    client = sign_in(Role.MARKETER)
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)
    url = reverse("nurturing:stop", args=[Enrollment.objects.get().pk])

    client.post(url)
    client.post(url)

    assert AuditEntry.objects.filter(action="stop").count() == 1


def test_stopping_does_not_lead_to_another_site(sign_in, ask, now):
    client = sign_in(Role.MARKETER)
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)
    url = reverse("nurturing:stop", args=[Enrollment.objects.get().pk])

    answer = client.post(url, {"next": "//evil.example/"})

    assert answer["Location"] == f"/leads/{lead.pk}/"


def test_a_rep_cannot_stop_the_sequence_of_somebody_elses_lead(sign_in, ask, now):
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)
    enrollment = Enrollment.objects.get()

    answer = sign_in(Role.REP).post(reverse("nurturing:stop", args=[enrollment.pk]))

    enrollment.refresh_from_db()
    assert answer.status_code == 404
    assert enrollment.is_active


def test_the_panel_says_which_mail_comes_when(sign_in, ask, now):
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)
    advance_due_enrollments(now=now + timedelta(days=2))

    panel = sign_in(Role.MARKETER).get(f"/nurture/leads/{lead.pk}/").content.decode()

    assert "waits for mail 2 of 2" in panel
    assert "7 Mar 2026" in panel
    assert "Stop sequence" in panel


def test_a_viewer_sees_the_panel_without_the_button(sign_in, ask, now):
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)

    panel = sign_in(Role.VIEWER).get(f"/nurture/leads/{lead.pk}/").content.decode()

    assert "After the guide" in panel
    assert "Stop sequence" not in panel


def test_the_panel_of_a_lead_that_left_says_why(sign_in, running):
    sol = Lead.objects.get(first_name="sol")

    panel = sign_in(Role.MARKETER).get(f"/nurture/leads/{sol.pk}/").content.decode()

    assert "stopped" in panel
    assert "Became SQL" in panel
