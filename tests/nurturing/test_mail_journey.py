"""From a form to the last mail, against a real SMTP server, under a clock that is passed in."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from leadcrm.pipeline import advance_marked_leads
from leads.kinds import Stage
from leads.models import Topic
from leads.services.consent import Proof, withdraw_consent
from mail.models import Message, Status
from mail.services import send_due_messages
from nurturing.links import unsubscribe_url
from nurturing.models import Enrollment, EnrollmentState, StopKind
from nurturing.services import advance_due_enrollments, nurture_leads

pytestmark = pytest.mark.django_db


@pytest.fixture
def pass_time(now):
    """Everything that runs by itself, run as of ``now`` plus some time."""

    def run(**elapsed: float) -> None:
        moment = now + timedelta(**elapsed)
        advance_due_enrollments(now=moment)
        send_due_messages(now=moment)

    return run


def test_the_guide_asked_for_comes_at_once_and_without_consent(ask, smtp_sink, now, pass_time):
    lead = ask(agrees=False)

    nurture_leads(lead_ids=[lead.pk], now=now)
    pass_time()

    (mail,) = smtp_sink.messages
    text = mail.get_body(("plain",)).get_content()
    assert mail["To"] == "ada@engines.example"
    assert mail["Subject"] == "Here it is: Reduce churn in 30 days"
    assert "Hello Ada," in text
    assert "/o/reduce-churn" in text
    assert "because you asked for it on 2 March 2026" in text
    assert mail["List-Unsubscribe"] is None
    assert not Enrollment.objects.exists()


def test_two_timed_mails_follow_in_order_and_then_nothing(ask, smtp_sink, now, pass_time):
    lead = ask()

    nurture_leads(lead_ids=[lead.pk], now=now)
    subjects = []
    for days in (0, 1.9, 2, 3, 4.9, 5, 6, 60):
        pass_time(days=days)
        subjects.append([mail["Subject"] for mail in smtp_sink.messages])

    guide, first, second = (
        "Here it is: Reduce churn in 30 days",
        "Reduce churn in 30 days: three questions to ask next",
        "One small step to try this week",
    )
    assert subjects == [
        [guide],
        [guide],
        [guide, first],
        [guide, first],
        [guide, first],
        [guide, first, second],
        [guide, first, second],
        [guide, first, second],
    ]
    enrollment = Enrollment.objects.get(lead=lead)
    assert (enrollment.state, enrollment.ended_at) == (EnrollmentState.FINISHED, now + timedelta(days=5))


def test_everything_delivered_twice_doubles_nothing(ask, smtp_sink, now, pass_time):
    leads = [ask(f"person{n}@buyer.example").pk for n in range(3)]

    for days in (0, 0, 2, 2, 5, 5):
        nurture_leads(lead_ids=leads, now=now + timedelta(days=days))
        nurture_leads(lead_ids=leads, now=now + timedelta(days=days))
        pass_time(days=days)
        pass_time(days=days)

    assert len(smtp_sink.messages) == 9
    assert len(set(smtp_sink.message_ids)) == 9
    assert Message.objects.filter(status=Status.SENT).count() == 9
    assert Enrollment.objects.count() == 3


def test_a_nurture_mail_carries_the_headers_of_list_mail(ask, smtp_sink, settings, now, pass_time):
    settings.PUBLIC_BASE_URL = "https://crm.example"
    lead = ask()

    nurture_leads(lead_ids=[lead.pk], now=now)
    pass_time()
    pass_time(days=2)

    mail = smtp_sink.messages[1]
    url = f"https://crm.example/u/{lead.preference_key}-guides"
    assert f"<{url}>" in mail["List-Unsubscribe"]
    assert len(url) <= 70
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "<guides.crm.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == Message.objects.get(subject__contains="three questions").message_id
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text, page = (part.get_content() for part in mail.iter_parts())
    assert "because you agreed to “Guides” on 2 March 2026" in text
    assert url in text
    assert url in page
    assert f"https://crm.example/p/{lead.preference_key}" in text
    assert len(page.encode()) < 100_000


def test_unsubscribing_stops_what_is_left(ask, smtp_sink, now, pass_time):
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)
    pass_time(days=2)

    withdraw_consent(lead=lead, topics=None, proof=Proof(how="test"), now=now + timedelta(days=3))
    pass_time(days=5)

    assert len(smtp_sink.messages) == 2
    enrollment = Enrollment.objects.get(lead=lead)
    assert (enrollment.stop_kind, enrollment.stop_reason) == (StopKind.UNSUBSCRIBED, "Unsubscribed from Guides")


def test_becoming_sql_cancels_the_waiting_mail_with_a_reason(ask, judged, smtp_sink, now, pass_time):
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)
    pass_time()
    advance_due_enrollments(now=now + timedelta(days=2))

    judged(lead, Stage.SQL)
    nurture_leads(lead_ids=[lead.pk], now=now + timedelta(days=2))
    pass_time(days=2)
    pass_time(days=5)

    message = Message.objects.get(dedupe_key__startswith="nurture:")
    assert (message.status, message.reason) == (Status.CANCELLED, "Became SQL")
    assert len(smtp_sink.messages) == 1
    assert Enrollment.objects.get(lead=lead).stop_reason == "Became SQL"


def test_the_whole_way_through_the_doors_a_person_uses(ask, smtp_sink, client, now, pass_time):
    lead = ask()
    nurture_leads(lead_ids=[lead.pk], now=now)
    pass_time(days=2)
    url = urlsplit(smtp_sink.messages[1]["List-Unsubscribe"].partition("<")[2].partition(">")[0])

    client.get(url.path)
    client.head(url.path)
    nurture_leads(lead_ids=[lead.pk], now=now + timedelta(days=3))
    assert Enrollment.objects.get().is_active

    answer = client.post(url.path, {"List-Unsubscribe": "One-Click"})
    nurture_leads(lead_ids=[lead.pk], now=now + timedelta(days=3))
    pass_time(days=5)

    assert answer.status_code == 200
    assert len(smtp_sink.messages) == 2
    assert Enrollment.objects.get().stop_reason == "Unsubscribed from Guides"


def test_the_one_click_address_stays_on_one_line_under_a_long_host(ask, settings):
    lead = ask()
    topic = Topic.objects.get(slug="product-news")

    settings.PUBLIC_BASE_URL = "https://crm.example"
    assert unsubscribe_url(lead, topic) == f"https://crm.example/u/{lead.preference_key}-product-news"
    settings.PUBLIC_BASE_URL = "https://crm.a-rather-long-company.example"
    assert unsubscribe_url(lead, topic) == f"{settings.PUBLIC_BASE_URL}/u/{lead.preference_key}-{topic.pk}"
    assert len(unsubscribe_url(lead, topic)) <= 70


def test_the_pipeline_enrolls_a_submission_and_lets_an_unsubscription_stop_it(ask, client, smtp_sink, now, pass_time):
    lead = ask()
    advance_marked_leads(now=now)
    pass_time()
    assert [mail["Subject"] for mail in smtp_sink.messages] == ["Here it is: Reduce churn in 30 days"]
    assert Enrollment.objects.get().is_active

    client.post(f"/u/{lead.preference_key}-guides")
    advance_marked_leads(now=timezone.now())

    assert Enrollment.objects.get().stop_reason == "Unsubscribed from Guides"
