"""The guide somebody asked for: sent at once, whether or not they want marketing, and with no marketing in it."""

import logging
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DataError, transaction

from common.models import Installation
from leads.kinds import Kind
from leads.models import Activity
from mail.models import Message
from nurturing.letters import requested_footing, write_letter
from nurturing.models import RequestedMail, Template
from nurturing.services.posting import post_letter
from nurturing.starter import GUIDE_TEMPLATE

# Whoever types a stranger's address into forms again and again must not fill that mailbox through us.
MOST_A_DAY = 5
DAY = timedelta(days=1)

logger = logging.getLogger(__name__)


class NoGuide(ValueError):
    """A request without a guide; the form has to name one."""


@transaction.atomic
def send_requested_guides(*, lead_ids: Collection[UUID], now: datetime) -> int:
    """Queue one guide mail for each request that has none yet and return how many were queued."""
    if not lead_ids:
        return 0
    waiting = list(
        Activity.objects.filter(lead__in=lead_ids, kind=Kind.FORM_SUBMITTED, payload__offer_mail=True)
        .exclude(pk__in=RequestedMail.objects.filter(activity__lead__in=lead_ids).values("activity"))
        .exclude(lead__email_key=None)
        .select_related("lead__owner")
        .order_by("id")
    )
    if not waiting:
        return 0
    template, installation, sent = guide_template(now), Installation.current(), _sent_today(lead_ids, now)
    rows = []
    for activity in waiting:
        sent[activity.lead_id] += 1
        is_too_many = sent[activity.lead_id] > MOST_A_DAY
        rows.append(_refused(activity, now) if is_too_many else _request(activity, template, installation, now))
    RequestedMail.objects.bulk_create(rows, ignore_conflicts=True)
    return sum(1 for row in rows if row.message)


def _sent_today(lead_ids: Collection[UUID], now: datetime) -> Counter[UUID]:
    """Return how many mails each lead asked for within a day."""
    asked = RequestedMail.objects.filter(activity__lead__in=lead_ids, queued_at__gt=now - DAY, message__isnull=False)
    return Counter(asked.values_list("activity__lead", flat=True))


def _refused(activity: Activity, now: datetime) -> RequestedMail:
    problem = f"Not sent: this address was sent {MOST_A_DAY} guides within a day, and anybody can type it into a form."
    return RequestedMail(activity=activity, problem=problem, queued_at=now)


def guide_template(now: datetime) -> Template:
    """Return the template of the guide mail, adding it where it is missing."""
    words = {**GUIDE_TEMPLATE, "created_at": now, "updated_at": now}
    return Template.objects.get_or_create(name=GUIDE_TEMPLATE["name"], defaults=words)[0]


def _request(activity: Activity, template: Template, installation: Installation, now: datetime) -> RequestedMail:
    """One request whose mail cannot be written is set aside with the reason; the others go on."""
    try:
        message = _queue(activity, template, installation, now)
    except (ValueError, DataError) as exc:
        logger.warning("guide for fact %s not queued: %s", activity.pk, exc)
        return RequestedMail(activity=activity, problem=str(exc)[:300], queued_at=now)
    return RequestedMail(activity=activity, message=message, queued_at=now)


def _queue(activity: Activity, template: Template, installation: Installation, now: datetime) -> Message:
    lead = activity.lead
    if not activity.payload.get("offer"):
        raise NoGuide("The form names no guide to send. Choose one in the form's “After submit”.")
    letter = write_letter(
        subject=template.subject,
        body=template.body,
        lead=lead,
        offer=activity.payload,
        footing=requested_footing(lead, activity.occurred_at),
        installation=installation,
    )
    return post_letter(
        letter,
        lead=lead,
        dedupe_key=f"requested:{activity.pk}",
        due_at=min(activity.recorded_at, now),
        now=now,
    )
