"""Forms, what they offer, and what visitors sent through them."""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from common.arrays import OneOf
from common.ids import uuid7
from leads.kinds import Channel


class Offer(models.Model):
    """What a visitor gets for filling in a form."""

    class Kind(models.TextChoices):
        GUIDE = "guide", "Guide"
        NEWSLETTER = "newsletter", "Newsletter"
        WEBINAR = "webinar", "Webinar"
        DEMO = "demo", "Demo"
        CONTACT = "contact", "Contact"

    slug = models.SlugField(max_length=60, primary_key=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    subject = models.CharField(max_length=80, default="", blank=True)
    summary = models.CharField(max_length=300, default="", blank=True)
    body = models.TextField(default="", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["guide", "newsletter", "webinar", "demo", "contact"]), name="offer_kind_known"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_page(self) -> bool:
        """Whether there is something to read at ``/o/SLUG``."""
        return bool(self.body)


class Form(models.Model):
    """A form that a website can carry; what visitors see is its live version."""

    class Template(models.TextChoices):
        GUIDE = "guide", "Get the guide"
        DEMO = "demo", "Request a demo"
        CONTACT = "contact", "Contact us"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        LIVE = "live", "Live"
        CLOSED = "closed", "Closed"

    id = models.CharField(max_length=12, primary_key=True)
    name = models.CharField(max_length=120)
    template = models.CharField(max_length=10, choices=Template.choices)
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    live_version = models.ForeignKey(
        "capture.FormVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Where its makers stand among the steps of their draft; None while nothing differs from what is live.
    draft_step = models.PositiveIntegerField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    is_sample = models.BooleanField(default=False)
    # The page of a website that last asked for it, or where a check last found it; without query. Empty until then.
    seen_url = models.CharField(max_length=1000, default="", blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["draft", "live", "closed"]), name="form_state_known"),
            models.CheckConstraint(condition=Q(template__in=["guide", "demo", "contact"]), name="form_template_known"),
            models.CheckConstraint(
                condition=~Q(state="live") | Q(live_version__isnull=False), name="form_live_has_version"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        """Whether visitors can send it now."""
        return self.state == self.State.LIVE

    @property
    def has_draft(self) -> bool:
        """Whether its makers have changes that visitors do not see yet."""
        return self.draft_step is not None

    @property
    def is_closed(self) -> bool:
        """Whether visitors are told that it is closed."""
        return self.state == self.State.CLOSED


class FormVersion(models.Model):
    """What visitors saw, frozen: a trigger refuses every UPDATE, so a stored consent keeps its exact words."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    button = models.CharField(max_length=60)
    thanks = models.CharField(max_length=500)
    offer = models.ForeignKey(Offer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "number"], name="form_version_once")]

    def __str__(self) -> str:
        return f"{self.form_id} v{self.number}"

    @property
    def content(self) -> dict[str, Any]:
        """All that visitors read, as ``capture.drafting`` works on it."""
        rest = {"heading": "", "intro": "", "consent": None, **self.definition}
        return {**rest, "button": self.button, "thanks": self.thanks}


class DraftStep(models.Model):
    """One state of a form that is worked on; visitors never see it. The steps are kept for undo, until publication."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="draft_steps", db_index=False)
    number = models.PositiveIntegerField()
    content = models.JSONField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "number"], name="draft_step_once")]

    def __str__(self) -> str:
        return f"{self.form_id} step {self.number}"


class Submission(models.Model):
    """What one visitor sent, and what became of it."""

    class Status(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        HELD = "held", "Held"
        UNJOINED = "unjoined", "Waiting for its lead"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Form and version of a live form are never deleted, and checked keys would make all submissions share a lock on the
    # same two rows.
    form = models.ForeignKey(
        Form, on_delete=models.PROTECT, related_name="submissions", db_index=False, db_constraint=False
    )
    form_version = models.ForeignKey(
        FormVersion, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    submission_key = models.CharField(max_length=200)
    # No constraint in the database: its check opens the table of leads even for NULL, so a lead table locked by a
    # migration would stop the submissions that are meant to wait for it. The lead's id comes from the same commit.
    lead = models.ForeignKey(
        "leads.Lead",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="submissions",
        db_constraint=False,
    )
    status = models.CharField(max_length=8, choices=Status.choices)
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    email_key = models.CharField(max_length=254, default="", blank=True)
    answers = models.JSONField(encoder=DjangoJSONEncoder)
    answers_hash = models.CharField(max_length=32)
    attribution = models.JSONField(default=dict)
    page_url = models.CharField(max_length=1000, default="", blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, default="", blank=True)
    spam_points = models.PositiveSmallIntegerField(default=0)
    spam_reasons = models.JSONField(default=list)
    received_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    error = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission_key", "form"], name="submission_once_per_key"),
            models.CheckConstraint(
                condition=OneOf("status", ["accepted", "held", "unjoined"]), name="submission_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="unjoined") | Q(due_at__isnull=False), name="submission_unjoined_is_due"
            ),
        ]
        indexes = [
            # The same answers to the same form within ten minutes are a repeat; the hash covers the form.
            models.Index(fields=["answers_hash", "received_at"], name="submission_repeat"),
            models.Index(fields=["form", "-id"], name="submission_list_of_form"),
            models.Index(fields=["due_at"], condition=Q(status="unjoined"), name="submission_unjoined_due"),
            models.Index(fields=["form", "-id"], condition=Q(status="held"), name="submission_held_of_form"),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} {self.received_at:%Y-%m-%d %H:%M} {self.status}"

    @property
    def is_held(self) -> bool:
        """Whether it waits for a person because it looks like spam."""
        return self.status == self.Status.HELD

    @property
    def sender(self) -> str:
        """Who sent it, by name and address."""
        return f"{self.name} ({self.email})" if self.name else self.email

    @property
    def name(self) -> str:
        return f"{self.answers.get('first_name', '')} {self.answers.get('last_name', '')}".strip()

    @property
    def email(self) -> str:
        """The address as it was typed, or the key it was known by where its question is called otherwise."""
        return self.answers.get("email") or self.email_key

    @property
    def message(self) -> str:
        """What they wrote."""
        return self.answers.get("message", "")

    @property
    def came_from(self) -> str:
        """The source of the first touch, else its channel."""
        first = self.attribution.get("first", {})
        channel = dict(Channel.choices).get(first.get("channel"), "")
        return " · ".join(part for part in (first.get("source") or channel, first.get("campaign")) if part)

    @property
    def tone(self) -> str:
        """How its state looks in a list."""
        return {"accepted": "ok", "held": "warn", "unjoined": "info"}[self.status]
