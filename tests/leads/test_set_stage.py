"""A person sets a stage while a worker judges the lead."""

import pytest
from django.db import transaction

from accounts.models import Role
from leads.kinds import Stage
from leads.services import apply_judgements, lock_leads, set_stage
from tests.factories.leads import judged
from tests.factories.sales import make_lead, make_user
from tests.sessions import wait_until_waiting


@pytest.mark.django_db(transaction=True)
def test_a_stage_is_set_upon_what_a_worker_has_just_made_of_the_lead(now, beside):
    lead, by = make_lead(now, stage=Stage.IQL), make_user(Role.MARKETER)

    with transaction.atomic():
        lock_leads([lead.pk])
        setting = beside(lambda: set_stage(lead=lead, to=Stage.SQL, reason="Met at a fair", by=by, now=now))
        wait_until_waiting(or_done=setting)
        apply_judgements(judged=[judged(lead, stage=Stage.MQL)], facts={}, now=now)

    assert setting.result(30).payload["from"] == Stage.MQL
