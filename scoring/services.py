"""Judging leads for the pipeline, and the rules an installation begins with. Writes rules only, never a lead."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.db import transaction

from common.halving import SetAside, blame, work_on_each
from leads.lifecycle import FactRow, Judged
from leads.models import Lead, LeadState
from leads.selectors import profile_of
from scoring.engine import CompiledRuleSet, Hold, Judgement, judge
from scoring.engine.facts import NO_HOLD
from scoring.selectors import live_rules
from scoring.starter import NOTE, STARTER
from scoring.storing import rule_columns, rule_set_columns, trigger_columns


def judge_leads(
    *,
    leads: Sequence[Lead],
    facts: Mapping[UUID, Sequence[FactRow]],
    now: datetime,
    set_aside: SetAside[UUID] = blame,
) -> list[Judged]:
    """Judge leads by the live rules with what is known at ``now``. One query, two for rules with hold hours."""
    rules = live_rules()
    holds = _holds([lead.pk for lead in leads]) if rules.hold else {}
    by_id = {lead.pk: lead for lead in leads}

    def judge_one(pk: UUID) -> Judged:
        hold = holds.get(pk, NO_HOLD)
        return judged(pk, judge(facts.get(pk, ()), profile_of(by_id[pk]), rules, now, hold=hold))

    return work_on_each(by_id, work=judge_one, set_aside=set_aside)


def judged(lead_id: UUID, judgement: Judgement) -> Judged:
    """Return a judgement in the shape the lifecycle reads."""
    decision = judgement.decision
    return Judged(
        lead_id=lead_id,
        fit=judgement.fit_result.score,
        grade=judgement.fit_result.grade,
        engagement=judgement.engagement,
        level=judgement.level,
        stage=decision.stage,
        temperature=decision.temperature,
        cause_kind=decision.cause_kind,
        cause=decision.cause,
        rule_set_version=judgement.rules.version,
        evidence_after=judgement.evidence_after,
        candidate_stage=decision.candidate_stage,
        candidate_since=decision.candidate_since,
        next_change_at=judgement.next_change_at,
    )


def _holds(lead_ids: Sequence[UUID]) -> dict[UUID, Hold]:
    rows = LeadState.objects.filter(lead__in=lead_ids).values_list(
        "lead_id", "stage", "candidate_stage", "candidate_since"
    )
    return {row[0]: Hold(*row[1:]) for row in rows}


@transaction.atomic
def ensure_starter_rules(*, now: datetime, apps: Apps = installed_apps) -> bool:
    """Publish the starter rules as version 1 where no version exists yet. Returns whether it did.

    A migration passes its own ``apps``, so that it works on the tables as they were.
    """
    rule_sets = apps.get_model("scoring", "RuleSet").objects
    if rule_sets.exists():
        return False
    CompiledRuleSet(STARTER)
    rule_set = rule_sets.create(**rule_set_columns(STARTER), state="live", note=NOTE, created_at=now, published_at=now)
    rules, triggers = apps.get_model("scoring", "Rule"), apps.get_model("scoring", "Trigger")
    rules.objects.bulk_create([rules(rule_set=rule_set, **columns) for columns in rule_columns(STARTER)])
    triggers.objects.bulk_create([triggers(rule_set=rule_set, **columns) for columns in trigger_columns(STARTER)])
    return True
