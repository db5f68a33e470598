"""What nurturing must know of leads before it writes to them: a fixed number of queries for any number of leads."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from leads import models as leads
from leads.kinds import Kind, Stage
from mail.addresses import address_hmacs
from mail.models import Suppression
from nurturing.rules import DECIDING_KINDS, Fact, LastWord, Standing


def standings(lead_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Return the standing of each of these leads that exists."""
    people = list(
        leads.Lead.objects.filter(pk__in=lead_ids).select_related("state").only("email", "email_key", "state__stage")
    )
    facts = _facts(lead_ids)
    consents = _consents(lead_ids)
    suppressed = _suppressed(people)
    return {
        lead.pk: Standing(
            lead_id=lead.pk,
            has_address=bool(lead.email_key),
            stage=_stage(lead),
            facts=tuple(facts[lead.pk]),
            consents=consents[lead.pk],
            suppressed=suppressed[lead.pk],
        )
        for lead in people
    }


def _stage(lead: leads.Lead) -> str:
    """A lead that no rule has looked at yet is new."""
    return lead.state.stage if hasattr(lead, "state") else Stage.NEW


def _facts(lead_ids: Collection[UUID]) -> dict[UUID, list[Fact]]:
    rows = (
        leads.Activity.objects.filter(lead__in=lead_ids, kind__in=[*DECIDING_KINDS, Kind.UNDONE])
        .order_by("occurred_at", "id")
        .values_list("lead_id", "id", "kind", "occurred_at", "payload")
    )
    found = list(rows)
    undone = {payload.get("undoes") for _, _, kind, _, payload in found if kind == Kind.UNDONE}
    facts: dict[UUID, list[Fact]] = defaultdict(list)
    for lead_id, *fact in found:
        if fact[0] not in undone and fact[1] != Kind.UNDONE:
            facts[lead_id].append(Fact(*fact))
    return facts


def _consents(lead_ids: Collection[UUID]) -> dict[UUID, dict[int, LastWord]]:
    rows = (
        leads.Consent.objects.filter(lead__in=lead_ids)
        .order_by("lead", "topic", "-at", "-id")
        .distinct("lead", "topic")
        .values_list("lead_id", "topic_id", "given", "at")
    )
    consents: dict[UUID, dict[int, LastWord]] = defaultdict(dict)
    for lead_id, topic_id, given, at in rows:
        consents[lead_id][topic_id] = LastWord(given, at)
    return consents


def _suppressed(people: Collection[leads.Lead]) -> dict[UUID, frozenset[str]]:
    """Return the suppression topics of each address, so that a batch costs one query and not one a lead."""
    owners = {hmac: lead.pk for lead in people if lead.email_key for hmac in address_hmacs(lead.email)}
    topics: dict[UUID, set[str]] = defaultdict(set)
    for hmac, topic in Suppression.objects.filter(address_hmac__in=owners, lifted_at=None).values_list(
        "address_hmac", "topic"
    ):
        topics[owners[hmac]].add(topic)
    return defaultdict(frozenset, {lead_id: frozenset(names) for lead_id, names in topics.items()})
