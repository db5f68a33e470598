"""Many leads entered at once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from leads.models import Lead
from leads.services import enter_leads
from tests.factories.sales import make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("has_team", [True, False])
def test_new_leads_are_for_who_entered_them_at_the_same_cost_for_any_number(now, has_team):
    rep = make_user(Role.REP, team=make_team() if has_team else None)

    def enter(name: str, count: int) -> int:
        rows = [{"email": f"{name}{number}@work.example"} for number in range(count)]
        with CaptureQueriesContext(connection) as queries:
            enter_leads(rows=rows, by=rep, now=now)
        return len(queries)

    assert enter("first", 1) == enter("more", 7)
    whose = {"team": rep.team} if has_team else {"owner": rep}
    assert Lead.objects.filter(**whose).count() == 8
