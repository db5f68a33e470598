"""Holidays: entered under Settings, and both clocks of sales rest on them."""

from datetime import UTC, datetime

import pytest

from accounts.models import AuditEntry, Role
from common.models import Installation
from tests.factories.sales import make_handover, make_user

pytestmark = pytest.mark.django_db
COMPANY = {
    "name": "Us", "website": "", "time_zone": "UTC", "currency": "EUR", "work_days": ["0", "1", "2", "3", "4"],
    "work_start": "09:00", "work_end": "18:00",
}  # fmt: skip


@pytest.fixture
def save(client):
    client.force_login(make_user(Role.ADMIN))
    return lambda text: client.post("/settings/company/", {**COMPANY, "holidays": text})


def test_a_lead_of_the_evening_before_is_due_after_the_holidays(save):
    save("2026-12-25 Christmas\n\n2026-12-24")
    evening = datetime(2026, 12, 23, 17, 30, tzinfo=UTC)

    handover = make_handover(evening)

    assert handover.first_contact_due_at == datetime(2026, 12, 28, 9, 30, tzinfo=UTC)
    assert handover.verdict_due_at == datetime(2026, 12, 29, 17, 30, tzinfo=UTC)
    assert Installation.current().holidays == {"2026-12-24": "", "2026-12-25": "Christmas"}
    assert AuditEntry.objects.filter(kind="company").count() == 1


@pytest.mark.parametrize("text", ["25.12.2026", "Christmas", "2026-13-01", "2026-02-30 none"])
def test_what_is_no_day_is_named_and_nothing_is_saved(save, text):
    answer = save(f"2026-12-24\n{text}")

    assert answer.status_code == 422
    assert f"“{text}” does not begin with a day" in answer.content.decode()
    assert Installation.current().holidays == {}
