"""What a person holds, and where it goes when they leave, or get a role or team in which they do not hold it.

It goes to a colleague or back to the queue, in the commit that changes their account.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import ApiKey, User
from accounts.permissions import SELLERS, can_sell
from accounts.selectors import keys_made_by
from accounts.services import audit, edit_user, lock_people, revoke_api_key
from leads.models import Lead
from leads.services import lock_leads, pass_on_leads
from sales.selectors import held_handovers
from sales.services import pass_on_handovers

TRIES = 5


class WrongHeir(ValueError):
    """The colleague cannot take over: inactive, not in sales, or the same person."""


class StillTaking(RuntimeError):
    """Each time their leads were locked, the person had got another one."""


class HoldsWork(ValueError):
    """The person holds leads or handovers, and nobody has said where they go."""


class _HoldsMore(Exception):
    """Between looking and locking the person took one more: let go of the locks and look again."""


@dataclass(frozen=True)
class Belongings:
    """What would be left behind."""

    leads: int
    handovers: int
    keys: int

    @property
    def is_work(self) -> bool:
        """Whether there is something a colleague has to go on with."""
        return bool(self.leads or self.handovers)

    @property
    def is_nothing(self) -> bool:
        return not (self.is_work or self.keys)


@dataclass(frozen=True)
class Change:
    """What becomes of an account, why, and the keys that end with it."""

    person: User
    fields: dict[str, Any]
    why: str
    keys: list[ApiKey]


def belongings(person: User) -> Belongings:
    """Count what a person holds: leads, open handovers, working API keys they made."""
    return Belongings(
        leads=Lead.objects.filter(owner=person).count(),
        handovers=held_handovers(person).count(),
        keys=keys_made_by(person).count(),
    )


def why_moved(person: User, changes: dict[str, Any]) -> str:
    """Say why what a person holds is in question after these changes, or return an empty string."""
    if changes.get("role", person.role) not in SELLERS:
        return "is not in sales any more"
    if "team" in changes and changes["team"] != person.team:
        return "is in another team"
    return ""


def may_keep(changes: dict[str, Any]) -> bool:
    """Whether somebody with this role may hold leads and handovers at all."""
    return changes["role"] in SELLERS


@transaction.atomic
def change_person(*, person: User, changes: dict[str, Any], by: User, now: datetime, is_keeping: bool = False) -> None:
    """Change the account of a person who holds no work that the changes put in question, or keeps it.

    Raises EmailTaken, LastAdmin, HoldsWork. What they hold is looked at once they are locked: what they were taking
    meanwhile is theirs by then, and they take nothing more.
    """
    edit_user(user=person, changes=changes, by=by, now=now)
    if not is_keeping and why_moved(person, changes) and belongings(person).is_work:
        raise HoldsWork


def deactivate_person(
    *, person: User, heir: User | None, is_revoking_keys: bool, by: User, now: datetime
) -> Belongings:
    """Deactivate a person and give what they hold to ``heir``, or leads to nobody and handovers to the queue.

    Returns what was passed on. Raises LastAdmin, WrongHeir, StillTaking; then nothing has changed.
    """
    keys = list(keys_made_by(person)) if is_revoking_keys else []
    change = Change(person, {"is_active": False}, "has left", keys)
    return _pass_on(change, heir, by, now)


def reassign(*, person: User, heir: User | None, changes: dict[str, Any], by: User, now: datetime) -> Belongings:
    """Change a person's account and give what they hold to ``heir``, or leads to nobody and handovers to the queue.

    Returns what was passed on. Raises EmailTaken, LastAdmin, WrongHeir, StillTaking; then nothing has changed.
    """
    change = Change(person, changes, why_moved(person, changes) or "passes on their work", [])
    return _pass_on(change, heir, by, now)


def _pass_on(change: Change, heir: User | None, by: User, now: datetime) -> Belongings:
    for _ in range(TRIES):
        try:
            return _try_to_pass_on(change, heir, by, now)
        except _HoldsMore:
            continue
    raise StillTaking(f"{change.person} is taking leads right now. Try again.")


@transaction.atomic
def _try_to_pass_on(change: Change, heir: User | None, by: User, now: datetime) -> Belongings:
    """Lock leads, then people, then handovers, in the order of whoever acts on a handover; the keys' own accounts last.

    What is offered to the person after the second look returns by its clock, as any offer that nobody takes.
    """
    person = change.person
    lead_ids = _held_leads(person)
    lock_leads(lead_ids)
    people = lock_people(person, *([heir] if heir else []))
    if not _held_leads(person) <= lead_ids:
        raise _HoldsMore
    if heir is not None and not _can_take_over(people.get(heir.pk), person):
        raise WrongHeir("Choose an active colleague in sales.")
    edit_user(user=person, changes=change.fields, by=by, now=now)
    handovers = pass_on_handovers(person=person, to=heir, lead_ids=lead_ids, why=change.why, by=by, now=now)
    leads = pass_on_leads(owner=person, to=heir, lead_ids=lead_ids, now=now)
    for key in change.keys:
        revoke_api_key(api_key=key, by=by, now=now)
    found = Belongings(leads, handovers, len(change.keys))
    told = {**vars(found), "to": str(heir or "")}
    diff = {name: ["", value] for name, value in told.items()}
    audit(by=by, action="passed on the work of", kind="user", object_id=str(person.pk), changes=diff, now=now)
    return found


def _held_leads(person: User) -> set[UUID]:
    owned = Lead.objects.filter(owner=person).values_list("pk", flat=True)
    return {*owned, *held_handovers(person).values_list("lead_id", flat=True)}


def _can_take_over(heir: User | None, person: User) -> bool:
    return heir is not None and heir.pk != person.pk and can_sell(heir) and not heir.is_service
