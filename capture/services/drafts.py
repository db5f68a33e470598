"""Working on a form without visitors seeing it: each change is a step, steps are undone, the last one is published."""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from accounts.models import User
from capture.drafting import Content
from capture.models import DraftStep, Form, FormVersion
from capture.services.errors import CannotPublish, DraftChanged
from capture.services.forms import publish_version

KEPT_STEPS = 100


class Draft(NamedTuple):
    """What the makers of a form see: ``step`` is 0 while nothing differs from what is live."""

    step: int
    content: Content
    can_undo: bool
    can_redo: bool


def draft_of(form: Form) -> Draft:
    """Return the draft of a form; where there is none, what is live."""
    if form.draft_step is None:
        assert form.live_version is not None, "a form without a version has a draft"
        return Draft(0, form.live_version.content, False, False)
    numbers = set(form.draft_steps.values_list("number", flat=True))
    content = form.draft_steps.get(number=form.draft_step).content
    return Draft(form.draft_step, content, form.draft_step - 1 in numbers, form.draft_step + 1 in numbers)


@transaction.atomic
def save_draft(*, form: Form, content: Content, seen: int, by: User, now: datetime) -> Draft:
    """Keep ``content`` as the next step. ``seen`` is the step it was made from. Raises DraftChanged."""
    locked = _locked(form, seen)
    before = draft_of(locked)
    if content == before.content:
        return before
    if before.step == 0:
        DraftStep.objects.create(form=locked, number=1, content=before.content, saved_at=now, saved_by=by)
    number = max(before.step, 1) + 1
    locked.draft_steps.filter(number__gte=number).delete()
    locked.draft_steps.filter(number__lte=number - KEPT_STEPS).delete()
    DraftStep.objects.create(form=locked, number=number, content=content, saved_at=now, saved_by=by)
    return _at(locked, number)


@transaction.atomic
def step_draft(*, form: Form, by: int, seen: int) -> Draft:
    """Go back (``by`` -1) or forth (1) one step; where there is none, stay. Raises DraftChanged."""
    locked = _locked(form, seen)
    wanted = seen + by
    if locked.draft_step is None or not locked.draft_steps.filter(number=wanted).exists():
        return draft_of(locked)
    return _at(locked, wanted)


@transaction.atomic
def discard_draft(*, form: Form, seen: int) -> None:
    """Forget all steps, so that the draft is what visitors see. Raises DraftChanged."""
    _drop(_locked(form, seen))


@transaction.atomic
def publish_draft(*, form: Form, seen: int, by: User, now: datetime) -> FormVersion:
    """Show visitors the draft from now on, exactly the one that was ``seen``. Raises CannotPublish, DraftChanged."""
    locked = _locked(form, seen)
    if locked.draft_step is None:
        raise CannotPublish("Nothing has changed since the last version.")
    content = dict(draft_of(locked).content)
    button, thanks = content.pop("button"), content.pop("thanks")
    offer = locked.live_version.offer if locked.live_version else None
    version = publish_version(
        form=locked, definition=content, button=button, thanks=thanks, offer=offer, by=by, now=now
    )
    _drop(locked)
    return version


def _locked(form: Form, seen: int) -> Form:
    rows = Form.objects.select_for_update(no_key=True, of=("self",)).select_related("live_version__offer")
    locked = rows.get(pk=form.pk)
    if (locked.draft_step or 0) != seen:
        raise DraftChanged(_changed_words(locked))
    return locked


def _changed_words(form: Form) -> str:
    step = form.draft_steps.filter(number=form.draft_step or 0).select_related("saved_by").first()
    who = str(step.saved_by) if step and step.saved_by else "Somebody"
    what = "has changed this form" if step else "has published or discarded this draft"
    return f"{who} {what} since you opened it. Load the page again to go on from there."


def _at(form: Form, number: int) -> Draft:
    form.draft_step = number
    form.save(update_fields=["draft_step"])
    return draft_of(form)


def _drop(form: Form) -> None:
    form.draft_steps.all().delete()
    form.draft_step = None
    form.save(update_fields=["draft_step"])
