"""How a lead travels: facts mark it, and this conductor makes true what should follow from them.

It is level-triggered: it asks what is true now and what should therefore exist, so doing it twice changes nothing.
Each step is one call of the app that owns what it changes.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, transaction

from common.failpoint import failpoint
from common.halving import work_in_halves
from common.stopping import is_asked_to_stop
from common.wake import wake
from leads import selectors as lead_facts
from leads import services as leads
from leads.models import Look
from leads.services import DueMark
from nurturing.services import nurture_leads
from sales.services import hand_over
from scoring.services import judge_leads

BATCH_SIZE = 500
BATCHES_PER_RUN = 40
SUSPECTS_PER_RUN = 500

log = structlog.get_logger(__name__)


def advance_marked_leads(*, now: datetime) -> int:
    """Look at every lead whose mark is due at ``now``, in batches. Returns how many marks were taken or put off.

    What was put off, or was in hand when a worker died, comes last and one by one, so that it holds up nobody else.
    """
    for lead_id in leads.suspect_leads_of_dead_workers():
        log.error("lead_killed_its_worker", lead=str(lead_id))
    done = 0
    for limit, is_alone in ((BATCHES_PER_RUN, False), (SUSPECTS_PER_RUN, True)):
        for _ in range(limit):
            taken = advance_batch(now=now, is_alone=is_alone)
            failpoint("pipeline.committed")
            done += taken
            if not taken or is_asked_to_stop():
                break
        else:
            wake(leads.ADVANCE)
    return done


def advance_batch(*, now: datetime, is_alone: bool = False) -> int:
    """Look at the leads of up to 500 due marks, urgent first, or at one suspect alone.

    Returns the number of marks, 0 when none is due. What is in hand is noted before and the note goes with the
    commit: one that stays behind tells that this process died of it, or with it.
    """
    look = leads.begin_lone_look(now=now) if is_alone else leads.begin_look(now=now, limit=BATCH_SIZE)
    if look is None:
        return 0
    failpoint("pipeline.look_noted")
    try:
        return _advance_noted(look, now)
    except BaseException:
        # Whoever can still say so was not killed by a lead. Without a database the note stays and costs little.
        with suppress(DatabaseError, InterfaceError):
            leads.end_look(look)
        raise


@transaction.atomic
def _advance_noted(look: Look, now: datetime) -> int:
    if not leads.end_look(look):
        return 0
    of_lead: dict[UUID, list[DueMark]] = {}
    for mark in leads.due_marks(lead_ids=look.lead_ids, now=now):
        of_lead.setdefault(mark.lead_id, []).append(mark)
    failed: dict[UUID, Exception] = {}

    def take_and_advance(ids: Sequence[UUID]) -> int:
        failed.update(_take_and_advance({pk: of_lead[pk] for pk in ids}, now))
        return len(ids)

    work_in_halves(sorted(of_lead), work=take_and_advance, set_aside=failed.__setitem__)
    for lead_id, error in failed.items():
        log.error("lead_put_off", lead=str(lead_id), exc_info=error)
        leads.put_off(lead_id=lead_id, marks=of_lead[lead_id], error=f"{type(error).__name__}: {error}", now=now)
    if look.is_alone:
        leads.clear_suspicion(lead_ids=of_lead.keys() - failed.keys())
    return sum(map(len, of_lead.values()))


def _take_and_advance(of_lead: Mapping[UUID, Sequence[DueMark]], now: datetime) -> dict[UUID, Exception]:
    """Take the marks, then judge: a lead's next time mark is set anew and must outlive the one that was due."""
    marks = [mark for own in of_lead.values() for mark in own]
    leads.take_marks(marks=marks)
    failpoint("pipeline.marks_taken")
    activity_ids = [mark.activity_id for mark in marks if mark.activity_id is not None]
    return _advance(of_lead.keys(), activity_ids, now)


@transaction.atomic
def advance(*, lead_ids: Collection[UUID], now: datetime) -> None:
    """Judge leads and let nurture and sales follow, in one commit with the caller's act. Raises what fails."""
    for error in _advance(lead_ids, (), now).values():
        raise error


def _advance(lead_ids: Collection[UUID], activity_ids: Collection[int], now: datetime) -> dict[UUID, Exception]:
    """Take each lead through all steps; return those that failed at one and went no further, with the error.

    What the steps before have made of them stays: they are true, and asked again they change nothing.
    """
    failed: dict[UUID, Exception] = {}
    locked = leads.lock_leads(lead_ids)
    leads.adopt_answers(leads=locked, activity_ids=activity_ids, now=now)
    ids = [lead.pk for lead in locked]
    facts = lead_facts.engine_facts(ids)
    judged = judge_leads(leads=locked, facts=facts, now=now, set_aside=failed.__setitem__)
    failpoint("pipeline.judged")
    leads.apply_judgements(judged=judged, facts=facts, now=now, set_aside=failed.__setitem__)
    failpoint("pipeline.applied")
    ids = [pk for pk in ids if pk not in failed]
    nurture_leads(lead_ids=ids, facts=facts, now=now, set_aside=failed.__setitem__)
    failpoint("pipeline.nurtured")
    ids = [pk for pk in ids if pk not in failed]
    hand_over(lead_ids=ids, facts=facts, now=now, set_aside=failed.__setitem__)
    failpoint("pipeline.handed_over")
    return failed
