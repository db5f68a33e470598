"""What an act on many leads will do, counted before it is done: how many change, how many stay and why."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from leads.kinds import Stage
from leads.models import Lead
from leads.services import may_move
from sales.selectors import claimants

MOST = 10_000


class TooManyChosen(ValueError):
    """More leads than are changed in one commit."""

    def __init__(self) -> None:
        super().__init__(f"At most {MOST:,} leads at a time. Narrow the list first.")


@dataclass(frozen=True)
class Plan:
    """``stays`` says how many of the ``chosen`` are left as they are, and why; ``lead_ids`` are those that change."""

    chosen: int
    lead_ids: tuple[UUID, ...] = ()
    stays: tuple[tuple[int, str], ...] = ()
    note: str = ""

    @property
    def changes(self) -> int:
        """How many change."""
        return len(self.lead_ids)


def owner_plan(leads: QuerySet[Lead], to: User | None) -> Plan:
    """Return what giving leads to ``to`` does. Raises TooManyChosen."""
    rows = dict(_counted(leads.values_list("pk", "owner_id")))
    new = to.pk if to else None
    claimed = claimants(rows)
    same = {pk for pk, owner in rows.items() if owner == new}
    held = {pk for pk, person in claimed.items() if person != new} - same
    going = tuple(pk for pk in rows if pk not in same and pk not in held)
    stays = [(len(same), "have no owner already" if to is None else f"are with {to} already")]
    stays.append((len(held), "are claimed by somebody of sales, and stay with them"))
    return Plan(len(rows), going, _some(stays))


def stage_plan(leads: QuerySet[Lead], to: str) -> Plan:
    """Return what setting a stage does. Raises TooManyChosen."""
    rows = {pk: stage or Stage.NEW for pk, stage in _counted(leads.values_list("pk", "state__stage"))}
    going = tuple(pk for pk, stage in rows.items() if may_move(current=stage, to=to))
    same = sum(stage == to for stage in rows.values())
    stays = [(same, f"are {Stage(to).label} already")]
    stays.append((len(rows) - len(going) - same, "are customers, who cannot be disqualified"))
    note = "They are handed over to sales." if to == Stage.SQL else ""
    return Plan(len(rows), going, _some(stays), note)


def how_many(leads: QuerySet[Lead]) -> Plan:
    """Return how many are chosen, before it is known what becomes of them. Raises TooManyChosen."""
    return Plan(len(_counted(leads.values_list("pk"))))


def _counted(rows: QuerySet) -> list[tuple]:
    found = list(rows.order_by()[: MOST + 1])
    if len(found) > MOST:
        raise TooManyChosen
    return found


def _some(stays: list[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    return tuple(part for part in stays if part[0])
