"""The audit log cannot be changed unnoticed: the database refuses it, and the seals tell what was done past it."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import AuditChain, AuditEntry
from accounts.selectors.audit import prove_audit_log
from accounts.services import audit, seal_audit_log, sealing
from accounts.services import retention as rules
from common.client_ip import caller_ip
from common.retention import Span
from leadcrm.system.doctor import audit_log

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def entries(people, now):
    """Five sealed entries, a day apart."""
    for number in range(5):
        change = {"name": [f"old {number}", "ä"], "points": [1.5, None], "days": [[0], [0, 1]]}
        audit(
            by=people["rep"],
            action="changed",
            kind="user",
            object_id=str(number),
            changes=change,
            now=now + number * DAY,
        )
    assert seal_audit_log() == 5
    return list(AuditEntry.objects.order_by("position"))


@pytest.fixture
def past_the_trigger():
    """What somebody with all rights on the database does."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor
        cursor.execute("SET session_replication_role = origin")


@pytest.mark.parametrize(
    "change",
    [{"changes": {}}, {"by_name": "Somebody else"}, {"object_id": "9"}, {"seal": "0" * 64}, {"position": 77},
     {"ip": "192.0.2.9"}],
)  # fmt: skip
def test_the_database_refuses_to_change_an_entry(entries, change):
    with pytest.raises(IntegrityError, match="stay as they were written"), transaction.atomic():
        AuditEntry.objects.filter(pk=entries[2].pk).update(**change)


@pytest.mark.parametrize("is_sealed", [True, False])
def test_the_database_refuses_to_delete_an_entry(entries, people, now, is_sealed):
    late = audit(by=people["rep"], action="changed", kind="user", object_id="1", changes={}, now=now)
    with pytest.raises(IntegrityError, match="removed by retention only"), transaction.atomic():
        AuditEntry.objects.filter(pk=entries[0].pk if is_sealed else late.pk).delete()


def test_an_account_that_is_deleted_leaves_its_name_and_whole_seals(entries, people):
    people["rep"].delete()

    assert {(entry.by, entry.by_name) for entry in AuditEntry.objects.all()} == {(None, "rep person")}
    assert (prove_audit_log().count, prove_audit_log().trouble) == (5, "")


def test_a_changed_entry_is_named(entries, past_the_trigger):
    past_the_trigger.execute("UPDATE accounts_auditentry SET by_name = 'Nobody' WHERE position = 3")

    proof = prove_audit_log()

    assert (proof.trouble, proof.entry) == ("Entry 3 is not as it was written", entries[2])
    [check] = audit_log()
    assert check.state == "fail" and "Nobody: changed user 2" in check.text


@pytest.mark.parametrize(("position", "said"), [(1, "Entry 1 is"), (4, "Entry 4 is"), (5, "Entries 5 to 5 are")])
def test_a_removed_entry_is_missed_also_the_first_and_the_last(entries, past_the_trigger, position, said):
    past_the_trigger.execute("DELETE FROM accounts_auditentry WHERE position = %s", [position])

    assert prove_audit_log().trouble == f"{said} missing"


def test_an_entry_slipped_in_with_a_seal_of_its_own_breaks_the_next(entries, past_the_trigger):
    past_the_trigger.execute("UPDATE accounts_auditentry SET action = 'saw' WHERE position = 2")
    forged = AuditEntry.objects.get(position=2)
    seal = sealing.seal_of(forged, position=2, before=entries[0].seal)
    past_the_trigger.execute("UPDATE accounts_auditentry SET seal = %s WHERE position = 2", [seal])

    assert prove_audit_log().trouble == "Entry 3 is not as it was written"


def test_retention_takes_the_oldest_and_the_rest_still_holds_together(entries, now):
    span = Span(None, now + 2 * DAY)
    ids = list(rules.old_audit_entries(span).values_list("pk", flat=True))

    assert rules.delete_audit_entries(ids=ids) == 2
    assert list(AuditEntry.objects.order_by("position").values_list("position", flat=True)) == [3, 4, 5]
    assert (prove_audit_log().count, prove_audit_log().trouble) == (3, "")
    # Emptied, the log goes on from its last seal.
    everything = list(rules.old_audit_entries(Span(None, now + 9 * DAY)).values_list("pk", flat=True))
    assert rules.delete_audit_entries(ids=everything) == 3
    audit(by=None, action="changed", kind="user", object_id="1", changes={}, now=now)
    seal_audit_log()
    assert (prove_audit_log().count, prove_audit_log().trouble) == (1, "")


def test_only_the_beginning_can_be_cut_off(entries, now):
    assert rules.delete_audit_entries(ids=[entries[1].pk, entries[3].pk]) == 0
    assert rules.delete_audit_entries(ids=[entries[0].pk, entries[2].pk]) == 1
    assert (AuditChain.objects.get().begins_after, prove_audit_log().trouble) == (1, "")


def test_an_entry_of_an_earlier_time_waits_for_those_sealed_before_it(entries, now):
    audit(by=None, action="changed", kind="user", object_id="1", changes={}, now=now - 9 * DAY)
    seal_audit_log()

    found = rules.old_audit_entries(Span(None, now + 2 * DAY))

    assert list(found.values_list("position", flat=True)) == [1, 2]


def test_the_address_of_the_caller_is_kept_shown_and_forgotten_without_a_broken_seal(client, people, now, settings):
    settings.TRUSTED_PROXIES = 1
    client.force_login(people["admin"])
    client.post("/settings/teams/new", {"name": "South"}, headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})
    seal_audit_log()
    entry = AuditEntry.objects.get(kind="team")

    assert (entry.ip, caller_ip()) == ("203.0.113.9", "")
    assert "203.0.113.9" in client.get("/settings/audit-log/").content.decode()
    old = rules.old_audit_addresses(Span(None, entry.at + DAY))
    assert rules.forget_audit_addresses(ids=[row.pk for row in old]) == 1
    entry.refresh_from_db()
    assert (entry.ip, prove_audit_log().trouble) == (None, "")


def test_what_nobody_seals_is_said_and_the_product_itself_has_no_address(people, now):
    entry = audit(by=None, action="changed", kind="user", object_id="1", changes={}, now=now)

    [check] = audit_log()

    assert (entry.ip, check.state) == (None, "warn")
    assert "wait to be sealed" in check.text


@pytest.mark.django_db(transaction=True)
def test_two_that_seal_at_once_make_one_chain(people, now):
    for number in range(300):
        audit(by=people["rep"], action="changed", kind="user", object_id=str(number), changes={}, now=now)
    sealed = []

    def seal():
        sealed.append(seal_audit_log())
        connection.close()

    threads = [threading.Thread(target=seal) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(sealed) == 300
    assert (prove_audit_log().count, prove_audit_log().trouble) == (300, "")
