"""What this process knows of forms: versions never change and are kept, the state is looked up again every 2 s."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from capture.models import Form, FormVersion, Offer
from leads.models import Topic

FRESH_SECONDS = 2.0
MAX_KEPT = 500


@dataclass(frozen=True)
class Field:
    """One question of a form."""

    name: str
    label: str
    type: str
    required: bool
    autocomplete: str
    maps_to: str
    max_length: int
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConsentText:
    """The box under the questions; ``topic_id`` is None where the topic is gone."""

    topic: str
    topic_id: int | None
    wording: str
    required: bool


@dataclass(frozen=True)
class OfferOf:
    """What the form gives, as much of it as a fact carries."""

    slug: str
    name: str
    kind: str
    subject: str
    has_page: bool


@dataclass(frozen=True)
class Published:
    """One version as visitors see it."""

    id: int
    form_id: str
    form_name: str
    template: str
    number: int
    heading: str
    intro: str
    fields: tuple[Field, ...]
    consent: ConsentText | None
    button: str
    thanks: str
    offer: OfferOf | None

    @property
    def label(self) -> str:
        """How a consent names this version."""
        return f"{self.form_id} v{self.number}"

    def answer_to(self, maps_to: str, values: Mapping[str, str]) -> str:
        """Return what was answered to the question of that meaning, whatever it is called; empty without one."""
        return next((values.get(field.name, "") for field in self.fields if field.maps_to == maps_to), "")


@dataclass(frozen=True)
class Head:
    """A form as it stands now; ``version`` is None before it was first published."""

    form_id: str
    state: str
    version: Published | None

    @property
    def is_live(self) -> bool:
        """Whether visitors can send it."""
        return self.state == Form.State.LIVE and self.version is not None


_versions: dict[tuple[str, int], Published] = {}
_heads: dict[str, tuple[float, Head]] = {}


def head(form_id: str) -> Head | None:
    """Return the form as it stood at most ``FRESH_SECONDS`` ago, None when there is none."""
    known = _heads.get(form_id)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    form = Form.objects.select_related("live_version__offer").filter(pk=form_id).first()
    if form is None:
        _heads.pop(form_id, None)
        return None
    found = Head(form.pk, form.state, _published(form, form.live_version) if form.live_version else None)
    _keep(_heads, form_id, (time.monotonic() + FRESH_SECONDS, found))
    return found


def remembered(form_id: str) -> Head | None:
    """Return what this process last knew of a form, however old, without asking the database."""
    known = _heads.get(form_id)
    return known[1] if known else None


def version(form_id: str, number: int) -> Published | None:
    """Return one version of a form, from memory after the first time."""
    known = _versions.get((form_id, number))
    if known is not None:
        return known
    row = FormVersion.objects.select_related("form", "offer").filter(form=form_id, number=number).first()
    return _published(row.form, row) if row else None


def forget(form_id: str) -> None:
    """Drop what this process knows of a form's state; other processes learn of a change within ``FRESH_SECONDS``."""
    _heads.pop(form_id, None)


def _published(form: Form, row: FormVersion) -> Published:
    known = _versions.get((form.pk, row.number))
    if known is not None and known.id == row.pk and (known.consent is None or known.consent.topic_id):
        return known
    found = _read(form, row.content, offer=_offer(row.offer), id=row.pk, number=row.number)
    _keep(_versions, (form.pk, row.number), found)
    return found


def imagined(form: Form, content: dict[str, Any]) -> Published:
    """Return what visitors would see were ``content`` published; nothing can be sent to it."""
    offer = form.live_version.offer if form.live_version else None
    return _read(form, content, offer=_offer(offer), id=0, number=0)


def _read(form: Form, content: dict[str, Any], **rest: Any) -> Published:
    return Published(
        form_id=form.pk,
        form_name=form.name,
        template=form.template,
        heading=content["heading"],
        intro=content["intro"],
        fields=tuple(_field(item) for item in content["fields"]),
        consent=_consent(content["consent"]),
        button=content["button"],
        thanks=content["thanks"],
        **rest,
    )


def _field(item: dict[str, Any]) -> Field:
    return Field(
        name=item["name"],
        label=item["label"],
        type=item["type"],
        required=item.get("required", False),
        autocomplete=item.get("autocomplete", "off"),
        maps_to=item.get("maps_to", ""),
        max_length=item.get("max_length", 200),
        options=tuple(item.get("options", ())),
    )


def _consent(item: dict[str, Any] | None) -> ConsentText | None:
    if not item:
        return None
    topic_id = Topic.objects.filter(slug=item["topic"]).values_list("pk", flat=True).first()
    return ConsentText(item["topic"], topic_id, item["wording"], item.get("required", False))


def _offer(offer: Offer | None) -> OfferOf | None:
    return OfferOf(offer.slug, offer.name, offer.kind, offer.subject, offer.has_page) if offer else None


def _keep(kept: dict[Any, Any], key: Any, value: Any) -> None:
    """Bounded: strangers choose the ids they ask for, but only existing forms get here."""
    if len(kept) >= MAX_KEPT:
        kept.clear()
    kept[key] = value
