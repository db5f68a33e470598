"""What is forgotten after which time, in batches, once; what is kept; and the preview before it."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Delivery, Role, Webhook
from accounts.services import audit, seal_audit_log
from capture.models import Submission
from capture.services import create_form
from capture.spam import TRAP
from common.ids import uuid7_floor
from leadcrm import retention
from leadcrm.pipeline import advance_marked_leads
from leads.models import Activity, Consent, Lead
from leads.services import record_activity
from mail.models import Message
from mail.services import queue_message
from tests.factories.sales import make_lead, make_user
from tests.factories.world import ANSWERS, send

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now():
    """The forms' tokens go by the real clock."""
    return timezone.now()


@pytest.fixture
def boss():
    return make_user(Role.ADMIN)


def aged(row, days: int, now) -> None:
    """Make a row look as if it had been made so many days ago; its id is time-ordered."""
    made_then = uuid7_floor(now - days * DAY).int | (row.pk.int & (2**62 - 1))
    type(row).objects.filter(pk=row.pk).update(id=UUID(int=made_then))


def submissions(now, *, held: bool = False) -> Submission:
    form = create_form(template="guide", name="Guide", by=None, now=now)
    trap = {TRAP: "x"} if held else {}
    send(form, {**ANSWERS, **trap}, now=now, token="" if held else None)
    return Submission.objects.get(form=form)


@pytest.mark.parametrize(("days", "left"), [(29, 1), (31, 0)])
def test_suspected_spam_nobody_released_is_deleted_after_30_days(now, days, left):
    aged(submissions(now, held=True), days, now)

    retention.apply_retention(now=now)

    assert Submission.objects.count() == left


def test_of_a_submission_address_and_browser_go_first_and_answers_later_and_the_lead_stays(now):
    aged(submissions(now), 31, now)
    advance_marked_leads(now=now)
    retention.apply_retention(now=now)
    row = Submission.objects.get()
    assert (row.ip, row.user_agent, row.answers["email"]) == (None, "", "ada@work.example")

    retention.apply_retention(now=now + 150 * DAY)

    row.refresh_from_db()
    assert (row.answers, row.attribution, row.status) == ({}, {}, "accepted")
    assert Lead.objects.get().email == "ada@work.example"


def test_a_consent_keeps_its_wording_and_loses_the_address(now):
    submissions(now)
    before = Consent.objects.get()
    assert before.ip and before.wording

    retention.apply_retention(now=before.at + 31 * DAY)

    after = Consent.objects.get()
    assert (after.ip, after.user_agent, after.wording, after.at) == (None, "", before.wording, before.at)


def test_page_views_go_after_25_months_and_other_facts_stay(now):
    lead = make_lead(now)
    for kind in ("page_viewed", "webinar_attended"):
        for days in (761, 759):
            record_activity(lead_id=lead.pk, kind=kind, now=now, occurred_at=now - days * DAY)

    retention.apply_retention(now=now)

    kept = sorted(Activity.objects.filter(lead=lead).values_list("kind", flat=True))
    assert kept == ["page_viewed", "webinar_attended", "webinar_attended"]


def test_the_text_of_a_mail_that_ended_is_emptied_and_one_that_waits_is_not(now):
    for status in ("sent", "pending"):
        row = queue_message(
            dedupe_key=status, kind="requested", to_email="a@shop.example", subject="S", text="T", html="", now=now
        )
        Message.objects.filter(pk=row.pk).update(status=status, sent_at=now)
        aged(row, 200, now)

    retention.apply_retention(now=now)

    assert dict(Message.objects.values_list("dedupe_key", "text")) == {"sent": "", "pending": "T"}


def test_deliveries_go_after_30_days_unless_they_wait_and_the_audit_log_only_when_asked(now, boss):
    hook = Webhook.objects.create(
        name="A", url="https://a.example/", events=["lead.created"], secret="s", created_at=now
    )
    for state in ("delivered", "pending"):
        row = Delivery.objects.create(
            webhook=hook, event="lead.created", event_id=hook.pk, body="{}", state=state, due_at=now, created_at=now
        )
        aged(row, 40, now)
    audit(by=boss, action="changed", kind="user", object_id="1", changes={}, now=now - 900 * DAY)

    retention.apply_retention(now=now)
    assert [row.state for row in Delivery.objects.all()] == ["pending"]
    assert AuditEntry.objects.filter(kind="user").exists()
    seal_audit_log()
    retention.save_days(days={"audit_log": 365}, by=boss, now=now)
    retention.apply_retention(now=now)

    assert not AuditEntry.objects.filter(kind="user").exists()


def test_many_rows_go_in_batches_and_a_run_that_stopped_goes_on(now, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 3)
    monkeypatch.setattr(retention, "BATCHES_PER_RUN", 2)
    lead = make_lead(now)
    for _ in range(10):
        record_activity(lead_id=lead.pk, kind="page_viewed", now=now, occurred_at=now - 800 * DAY)

    removed = [retention.apply_retention(now=now) for _ in range(3)]

    assert removed == [6, 4, 0]
    entries = AuditEntry.objects.filter(kind="retention", by=None).order_by("id")
    assert [entry.changes["rows"][1] for entry in entries] == [6, 4]


def test_the_page_previews_without_saving_saves_with_an_audit_entry_and_refuses_nonsense(now, boss):
    client = Client()
    client.force_login(boss)
    lead = make_lead(now)
    for days in (100, 200, 300):
        record_activity(lead_id=lead.pk, kind="page_viewed", now=now, occurred_at=now - days * DAY - 3000 * DAY)
    days = {**retention.present_days(), "page_views": 3650}

    shown = client.get("/settings/retention/", days)
    assert shown.context["is_preview"] and retention.present_days()["page_views"] == 760
    counts = {rule.name: count for rule, _, count in shown.context["rows"]}
    assert counts["page_views"] == retention.preview(days, now=now)["page_views"]
    saved = client.post("/settings/retention/", days)
    wrong = client.post("/settings/retention/", {**days, "page_views": "-1"})

    assert (saved.status_code, wrong.status_code, retention.present_days()["page_views"]) == (302, 422, 3650)
    assert AuditEntry.objects.get(kind="retention", action="changed").changes == {"page_views": [760, 3650]}
