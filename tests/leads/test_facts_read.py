"""Reading facts in the shape the engine takes."""

import pytest
from django.db import connection

from leads.selectors import facts_of
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", ["1e400", "1" + "0" * 400, "12345678901234567890123", "0.1"])
def test_a_fact_with_any_number_that_the_database_keeps_can_be_read(number):
    lead = LeadFactory()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leads_activity (lead_id, kind, occurred_at, recorded_at, payload)"
            " VALUES (%s, 'page_viewed', now(), now(), %s::jsonb)",
            [lead.pk, f'{{"path": "/pricing/", "number": {number}}}'],
        )
    (fact,) = facts_of(lead)
    assert fact.payload["path"] == "/pricing/"
    assert float(str(fact.payload["number"])) == float(number)
