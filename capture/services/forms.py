"""Making, publishing, closing and reopening forms; every act is audited."""

import secrets
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from accounts.models import User
from accounts.services import audit
from capture.blueprints import BLUEPRINTS, Blueprint
from capture.drafting import problems
from capture.live import forget
from capture.models import Form, FormVersion, Offer
from capture.services.errors import CannotPublish, NameTaken
from leads.services.consent import ensure_starter_topics

# Without 0, 1, i, l, o: an id is read out on the telephone and copied from paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz"
SIGNS = LETTERS + "23456789"
# Two who make a form in the same moment see each other's name.
TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtext('capture_form_name'))"


@transaction.atomic
def create_form(
    *, template: str, name: str, by: User | None, now: datetime, is_sample: bool = False, offer: Offer | None = None
) -> Form:
    """Create a form from a template and publish it, so that it can be used at once.

    Raises NameTaken where a person gives it the name of another form, in whatever case.
    """
    if by:
        _refuse_twin(name)
    blueprint = BLUEPRINTS[template]
    form = Form.objects.create(
        id=_new_id(), name=name, template=template, created_by=by, created_at=now, is_sample=is_sample
    )
    offer = offer or _offer(blueprint, now)
    definition = blueprint.definition()
    ensure_starter_topics()
    publish_version(
        form=form,
        definition=definition,
        button=blueprint.button,
        thanks=blueprint.thanks,
        offer=offer,
        by=by,
        now=now,
    )
    _audit(form, "form_created", {"name": [None, name]}, by=by, now=now)
    return form


@transaction.atomic
def publish_version(
    *,
    form: Form,
    definition: dict[str, Any],
    button: str,
    thanks: str,
    offer: Offer | None,
    by: User | None,
    now: datetime,
) -> FormVersion:
    """Freeze what visitors see from now on as the next version. Raises CannotPublish."""
    found = problems({**definition, "button": button, "thanks": thanks})
    if found:
        raise CannotPublish(" ".join(problem.text for problem in found))
    locked = Form.objects.select_for_update(no_key=True).get(pk=form.pk)
    number = (FormVersion.objects.filter(form=locked).aggregate(last=Max("number"))["last"] or 0) + 1
    version = FormVersion.objects.create(
        form=locked,
        number=number,
        definition=definition,
        button=button,
        thanks=thanks,
        offer=offer,
        published_by=by,
        published_at=now,
    )
    form.live_version, form.state = version, Form.State.LIVE
    form.save(update_fields=["live_version", "state"])
    _audit(form, "form_published", {"version": [number - 1, number]}, by=by, now=now)
    transaction.on_commit(lambda: forget(form.pk))
    return version


def close_form(*, form: Form, by: User, now: datetime) -> Form:
    """Take no more submissions; the page says so. Closing a closed form changes nothing."""
    return _set_state(form, Form.State.LIVE, Form.State.CLOSED, by=by, now=now)


def reopen_form(*, form: Form, by: User, now: datetime) -> Form:
    """Take submissions again with the version that was live. Reopening a live form changes nothing."""
    return _set_state(form, Form.State.CLOSED, Form.State.LIVE, by=by, now=now)


@transaction.atomic
def _set_state(form: Form, old: str, new: str, *, by: User, now: datetime) -> Form:
    if Form.objects.filter(pk=form.pk, state=old).update(state=new):
        action = "form_closed" if new == Form.State.CLOSED else "form_reopened"
        _audit(form, action, {"state": [old, new]}, by=by, now=now)
    form.refresh_from_db(fields=["state"])
    transaction.on_commit(lambda: forget(form.pk))
    return form


def _refuse_twin(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TAKE_TURN)
    if twin := Form.objects.filter(name__iexact=name).first():
        raise NameTaken(twin.name)


def _audit(form: Form, action: str, changes: dict[str, list[Any]], *, by: User | None, now: datetime) -> None:
    """What the product itself sets up is not an entry: the record is about people."""
    if by:
        audit(by=by, action=action, kind="form", object_id=form.pk, changes=changes, now=now)


def _new_id() -> str:
    while True:
        candidate = secrets.choice(LETTERS) + "".join(secrets.choice(SIGNS) for _ in range(4))
        if not Form.objects.filter(pk=candidate).exists():
            return candidate


def _offer(blueprint: Blueprint, now: datetime) -> Offer:
    values = {"created_at": now, **blueprint.offer}
    return Offer.objects.get_or_create(slug=values.pop("slug"), defaults=values)[0]
