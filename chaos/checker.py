"""What must hold in the end, asked of the database in SQL and of the mail server's journal: no product code in between.

Every check returns sentences that say what is wrong; none means that all is well.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from chaos.processes import NeverHappened, wait_until
from chaos.run import Run
from chaos.visitors import Journal

STATUSES = ("pending", "sending", "sent", "failed", "suppressed", "cancelled", "uncertain")
# Rows that must not exist, each with the sentence that counts them.
NEVER = {
    "{} keys have more than one submission": (
        "SELECT count(*) FROM (SELECT 1 FROM capture_submission GROUP BY form_id, submission_key HAVING count(*) > 1) x"
    ),
    "{} addresses have more than one lead": (
        "SELECT count(*) FROM (SELECT 1 FROM leads_lead WHERE email <> ''"
        " GROUP BY lower(trim(email)) HAVING count(*) > 1) x"
    ),
    "{} accepted submissions have no lead": (
        "SELECT count(*) FROM capture_submission WHERE status = 'accepted' AND lead_id IS NULL"
    ),
    "{} leads have no source": "SELECT count(*) FROM leads_lead WHERE source_id IS NULL",
    "{} leads have no submission": (
        "SELECT count(*) FROM leads_lead l WHERE NOT EXISTS (SELECT 1 FROM capture_submission WHERE lead_id = l.id)"
    ),
    "{} submissions do not have exactly one fact": (
        "SELECT count(*) FROM capture_submission s WHERE status = 'accepted' AND 1 <> (SELECT count(*)"
        " FROM leads_activity WHERE lead_id = s.lead_id AND kind = 'form_submitted'"
        " AND payload ->> 'submission' = s.id::text)"
    ),
    "{} leads were never judged": (
        "SELECT count(*) FROM leads_lead l WHERE NOT EXISTS (SELECT 1 FROM leads_leadstate WHERE lead_id = l.id)"
    ),
    "{} marks carry an error": "SELECT count(*) FROM leads_mark WHERE error <> ''",
    "{} leads have more than one open handover": (
        "SELECT count(*) FROM (SELECT 1 FROM sales_handover WHERE closed_at IS NULL"
        " GROUP BY lead_id HAVING count(*) > 1) x"
    ),
    "{} leads did not get exactly one mail for each guide they asked for": (
        "SELECT count(*) FROM leads_activity a WHERE kind = 'form_submitted' AND payload @> '{{\"offer_mail\": true}}'"
        " AND 1 <> (SELECT count(*) FROM mail_message WHERE dedupe_key = 'requested:' || a.id)"
    ),
    "{} transitions do not follow from the one before": (
        "SELECT count(*) FROM (SELECT from_stage, lag(to_stage) OVER (PARTITION BY lead_id ORDER BY id) AS before"
        " FROM leads_transition) x WHERE before IS NOT NULL AND before <> from_stage"
    ),
    "{} mails are being sent beyond their lease": (
        "SELECT count(*) FROM mail_message WHERE status = 'sending' AND lease_until < now()"
    ),
}
DUE = """
SELECT (SELECT count(*) FROM leads_mark WHERE due_at <= %(now)s AND error = ''
        AND lead_id NOT IN (SELECT lead_id FROM leads_suspect WHERE worker_deaths >= 3))
     + (SELECT count(*) FROM mail_message WHERE status = 'sending' OR status = 'pending' AND due_at <= %(now)s)
     + (SELECT count(*) FROM nurturing_enrollment WHERE state = 'active' AND due_at <= %(now)s)
     + (SELECT count(*) FROM sales_handover WHERE closed_at IS NULL AND settles_at <= %(now)s)
     + (SELECT count(*) FROM capture_submission WHERE status = 'unjoined')
"""


@dataclass(frozen=True)
class MailCount:
    """The ledger beside what arrived. ``lost``: said to be sent and not there; ``doubled``: there more than once."""

    planned: int
    sent: int
    pending: int
    uncertain: int
    lost: int
    doubled: int
    problems: list[str]


def check_rows(run: Run) -> list[str]:
    """Return what exists that must not."""
    found = []
    for sentence, question in NEVER.items():
        count = _one(run, question.replace("{{", "{").replace("}}", "}"))
        if count:
            found.append(sentence.format(count))
    return found


def check_journal(run: Run, journal: Journal) -> tuple[int, int, list[str]]:
    """Compare the answers with the rows; return lost submissions, doubled ones, and what else is wrong."""
    answered = journal.submissions()
    stored = Counter[str]()
    ids: dict[str, str] = {}
    for key, submission in run.servers.sql(
        "SELECT submission_key, id::text FROM capture_submission", database=run.database
    ):
        stored[key] += 1
        ids[key] = submission
    lost = sum(stored[key] == 0 for key in answered)
    doubled = sum(count > 1 for count in stored.values())
    problems = [f"{key} was answered with {sorted(said)}" for key, said in answered.items() if len(said) > 1]
    problems += [
        f"{key} was answered with a submission that is not stored"
        for key, said in answered.items()
        if ids.get(key) not in (None, *said)
    ]
    if left := journal.unanswered():
        problems.append(f"{len(left)} visits were never answered 2xx, e.g. {left[0].key}")
    return lost, doubled, problems


def check_mail(run: Run) -> MailCount:
    """Compare the ledger with what the mail server took, and both with the conservation law."""
    rows = run.servers.sql("SELECT message_id, status, reason FROM mail_message", database=run.database)
    counts = Counter(status for _, status, _ in rows)
    arrived = Counter(run.sink.message_ids)
    said_sent = {message_id for message_id, status, _ in rows if status == "sent"}
    uncertain = {message_id for message_id, status, _ in rows if status == "uncertain"}
    problems = []
    if sum(counts[status] for status in STATUSES) != len(rows):
        problems.append(f"the ledger does not add up: {dict(counts)} of {len(rows)}")
    if strangers := set(arrived) - said_sent - uncertain:
        problems.append(f"{len(strangers)} mails arrived that are neither sent nor uncertain")
    if silent := sum(status in STATUSES[3:] and not reason for _, status, reason in rows):
        problems.append(f"{silent} mails were not sent and have no reason")
    return MailCount(
        planned=len(rows),
        sent=counts["sent"],
        pending=counts["pending"] + counts["sending"],
        uncertain=counts["uncertain"],
        lost=len(said_sent - set(arrived)),
        doubled=sum(count > 1 for count in arrived.values()),
        problems=problems,
    )


def due_work(run: Run) -> int:
    """Return how many rows are due by the run's clock: leads to be judged, mails, steps, verdicts, unjoined forms."""
    return run.servers.sql(DUE, {"now": run.clock.now()}, database=run.database)[0][0]


def wait_for_rest(run: Run, seconds: float) -> tuple[float, list[str]]:
    """Wait until nothing is due; return how long it took, and a sentence where it did not end."""
    try:
        return wait_until(lambda: due_work(run) == 0, "nothing is due any more", seconds), []
    except NeverHappened as exc:
        return seconds, [f"{exc}; {due_work(run)} rows are left"]


def every(*problems: Iterable[str]) -> list[str]:
    return [problem for group in problems for problem in group]


def _one(run: Run, question: str) -> int:
    return run.servers.sql(question, database=run.database)[0][0]
