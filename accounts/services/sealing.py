"""The seals of the audit log: each entry's is a hash over its content and the seal of the entry before it.

Entries are sealed in batches by a task, not as they are written: whoever seals has to wait for all that was sealed
before, and acts of people must not wait for each other, least of all while they hold leads.
"""

import logging
from collections.abc import Sequence

from django.db import connection, transaction

from accounts.models import AuditChain, AuditEntry
from accounts.sealing import seal_of

BATCH = 1000
BATCHES_PER_RUN = 50
SEAL = """
UPDATE accounts_auditentry AS entry SET position = sealed.position, seal = sealed.seal
FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS sealed (id, position, seal)
WHERE entry.id = sealed.id
"""

logger = logging.getLogger(__name__)


def seal_audit_log() -> int:
    """Seal what is not sealed yet, a batch a commit; what is left over is for the next run. Returns how many."""
    total = 0
    for _ in range(BATCHES_PER_RUN):
        if not AuditEntry.objects.filter(position=None).exists():
            break
        total += _seal_batch()
    return total


@transaction.atomic
def _seal_batch() -> int:
    chain = _lock_chain()
    rows = list(AuditEntry.objects.filter(position=None).order_by("id")[:BATCH])
    if not rows:
        return 0
    for row in rows:
        row.position = chain.last_position + 1
        row.seal = seal_of(row, position=row.position, before=chain.last_seal)
        chain.last_position, chain.last_seal = row.position, row.seal
    with connection.cursor() as cursor:
        cursor.execute(SEAL, [[r.pk for r in rows], [r.position for r in rows], [r.seal for r in rows]])
    chain.save(update_fields=["last_position", "last_seal"])
    # Whoever keeps the log elsewhere has a witness there that no right on this database reaches.
    logger.info("Audit log sealed", extra={"position": chain.last_position, "seal": chain.last_seal})
    return len(rows)


@transaction.atomic
def cut_audit_log(*, ids: Sequence[int]) -> int:
    """Remove those of these entries with which the sealed log begins. Returns how many."""
    chain = _lock_chain()
    rows = AuditEntry.objects.filter(pk__in=ids, position__gt=chain.begins_after).order_by("position")
    for position, seal in rows.values_list("position", "seal"):
        if position != chain.begins_after + 1:
            break
        chain.begins_after, chain.seal_before = position, seal
    chain.save(update_fields=["begins_after", "seal_before"])
    return AuditEntry.objects.filter(position__lte=chain.begins_after).delete()[0]


def _lock_chain() -> AuditChain:
    AuditChain.objects.bulk_create([AuditChain()], ignore_conflicts=True)
    return AuditChain.objects.select_for_update().get(pk=1)
