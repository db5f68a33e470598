"""The audit log reads like sentences: what was done, to what, with values as a person writes them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.services import audit
from leadcrm.audit.objects import subjects_of
from leadcrm.audit.words import deed, diff, value_words
from tests.factories.sales import make_lead

MOMENT = datetime(2026, 11, 3, 13, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "action", "said"),
    [
        ("goal", "set goal", "Set the goal of a month"),
        ("lead", "add note", "Added a note to a lead"),
        ("handover", "Claimed by sales", "Claimed a handover"),
        ("rule_set", "published", "Published rule set"),
    ],
)
def test_an_act_is_a_sentence_also_one_without_words_of_its_own(kind, action, said):
    assert deed(AuditEntry(kind=kind, action=action)) == said


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("role", "rep", "Sales rep"),
        ("stage", "mql", "MQL"),
        ("state", "live", "Live"),
        ("is_active", False, "no"),
        ("page_views", 760, "760 days"),
        ("page_views", 0, "for ever"),
        ("rows", 12345, "12,345"),
        ("work_days", [0, 6], "Mon, Sun"),
        ("work_start", "09:00:00", "09:00"),
        ("holidays", {"2026-12-25": "Christmas"}, "25 Dec 2026 Christmas"),
        ("older than", "2026-11-03T13:02:00+00:00", "3 Nov 2026, 14:02"),
        ("expires_at", "2026-11-03 13:02:00+00:00", "3 Nov 2026, 14:02"),
        ("name", "2026-99-99", "2026-99-99"),
        ("name", "", ""),
    ],
)
def test_a_value_is_written_as_a_person_writes_it_in_the_readers_time_zone(field, value, said):
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert value_words(field, value) == said


def test_what_tells_both_sides_in_two_fields_is_one_change():
    entry = AuditEntry(changes={"to": ["", "Rep One"], "from": ["", "Rep Two"], "note": ["", "Late"]})

    assert diff(entry) == [("To", "Rep Two", "Rep One"), ("Note", "", "Late")]


def test_a_reason_is_written_out_and_what_only_a_program_reads_is_left_out():
    changes = {"reason": ["", 5], "reason_kind": ["", "timing"], "effective_at": ["", "2026-03-02T10:00:00+00:00"]}

    assert diff(AuditEntry(action="Rejected by sales", changes=changes)) == [("Reason", "", "Bad timing")]


def test_what_sales_told_is_said_once_and_in_words():
    changes = {
        "reason": ["", 1],
        "reason_text": ["", "Price too high"],
        "value_key": ["", 2],
        "won_on": ["", "2026-11-01"],
    }
    changes |= {"result": ["", "left_message"]}

    assert diff(AuditEntry(action="Lost", changes=changes)) == [
        ("Reason", "", "Price too high"),
        ("Value for sales", "", "2 of 3"),
        ("Month", "", "November 2026"),
        ("Result", "", "left a message"),
    ]


@pytest.mark.django_db
def test_what_it_is_about_has_its_name_and_page_and_what_is_gone_has_none(as_admin, people, now):
    lead = make_lead(now, first_name="Ada", last_name="Lovelace")
    about = [
        ("lead", str(lead.pk)),
        ("user", str(people["rep"].pk)),
        ("goal", "2026-03-01"),
        ("retention", "page_views"),
    ]
    gone = [("lead", "no id"), ("user", "9" * 30), ("form", "nope"), ("rule_set", "1"), ("goal", "soon")]
    entries = [audit(by=None, action="x", kind=kind, object_id=pk, changes={}, now=now) for kind, pk in about + gone]

    found = subjects_of(entries)

    assert {key: subject.name for key, subject in found.items()} == dict(
        zip(about, ["Ada Lovelace", "rep person", "March 2026", "Page views of leads"], strict=True)
    )
    assert found["lead", str(lead.pk)].url == f"/leads/{lead.pk}/"
    assert as_admin.get("/settings/audit-log/").status_code == 200
