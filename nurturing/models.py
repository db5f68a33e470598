"""Sequences, their frozen versions, and each lead's way through one."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common.ids import uuid7
from leads.models import Activity, Lead, Topic
from mail.models import Message


class Template(models.Model):
    """A mail to write steps from; a step copies it, so that a later edit changes no running sequence."""

    name = models.CharField(max_length=120, unique=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class StartsOn(models.TextChoices):
    """What a person must have asked for to enter a sequence."""

    ANY_GUIDE = "guide", "Asked for a guide"
    OFFER = "offer", "Asked for one offer"
    SUBJECT = "subject", "Asked for an offer about a subject"
    FORM = "form", "Filled in one form"


class Sequence(models.Model):
    """A row of timed mails on one topic. ``live`` is the version that new people enter."""

    name = models.CharField(max_length=120, unique=True)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")
    starts_on = models.CharField(max_length=8, choices=StartsOn.choices, default=StartsOn.ANY_GUIDE)
    start_value = models.CharField(max_length=120, default="", blank=True)
    is_active = models.BooleanField(default=False)
    live = models.ForeignKey(
        "nurturing.SequenceVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__in=StartsOn.values), name="sequence_start_known"),
            models.CheckConstraint(
                condition=Q(starts_on=StartsOn.ANY_GUIDE) | ~Q(start_value=""), name="sequence_start_has_value"
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(live__isnull=False), name="sequence_active_has_version"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def entry(self) -> str:
        """Who enters, on its own: "Asked for a guide"."""
        words = self.get_starts_on_display()
        return f"{words} ({self.start_value})" if self.start_value else words

    @property
    def entry_act(self) -> str:
        """Who enters, as the rest of a sentence: "asked for a guide"."""
        return self.entry[:1].lower() + self.entry[1:]


class SequenceVersion(models.Model):
    """The steps of a sequence as they were published; never changed after that."""

    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sequence", "number"], name="sequence_version_once")]

    def __str__(self) -> str:
        return f"version {self.number} of {self.sequence_id}"


class Step(models.Model):
    """One mail of a version, ``delay_hours`` after the step before it (the first: after the start)."""

    version = models.ForeignKey(SequenceVersion, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    delay_hours = models.PositiveIntegerField()
    template = models.ForeignKey(Template, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    subject = models.CharField(max_length=200)
    body = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="step_position_once"),
            models.CheckConstraint(condition=Q(position__gte=1), name="step_position_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.subject}"


class EnrollmentState(models.TextChoices):
    ACTIVE = "active", "Active"
    FINISHED = "finished", "Finished"
    STOPPED = "stopped", "Stopped"


class StopKind(models.TextChoices):
    """Why someone left a sequence before its end."""

    STAGE = "stage", "Reached a later stage"
    DISQUALIFIED = "disqualified", "Disqualified"
    SALES = "sales", "Sales took over"
    REQUEST = "request", "Asked for sales"
    REPLY = "reply", "Replied"
    UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
    ADDRESS = "address", "Mail cannot be delivered"
    PERSON = "person", "Stopped by a colleague"


class Enrollment(models.Model):
    """One lead's run through a sequence. ``activity`` is the fact that let the lead in.

    Every step before ``next_position`` has made its message; a finished run stands one past the last step.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="enrollments")
    sequence_version = models.ForeignKey(SequenceVersion, on_delete=models.PROTECT, related_name="enrollments")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="enrollments", db_index=False)
    activity = models.ForeignKey(
        Activity, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    run = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=EnrollmentState.choices, default=EnrollmentState.ACTIVE)
    next_position = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField(null=True, blank=True)
    stop_kind = models.CharField(max_length=12, choices=StopKind.choices, default="", blank=True)
    stop_reason = models.CharField(max_length=300, default="", blank=True)
    problem = models.CharField(max_length=300, default="", blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sequence", "lead", "run"], name="enrollment_run_once"),
            models.UniqueConstraint(
                fields=["sequence", "lead"], condition=Q(state=EnrollmentState.ACTIVE), name="enrollment_one_active"
            ),
            models.CheckConstraint(condition=Q(state__in=EnrollmentState.values), name="enrollment_state_known"),
            models.CheckConstraint(
                condition=Q(state=EnrollmentState.ACTIVE, due_at__isnull=False, ended_at__isnull=True)
                | ~Q(state=EnrollmentState.ACTIVE) & Q(due_at__isnull=True, ended_at__isnull=False),
                name="enrollment_active_is_due",
            ),
            models.CheckConstraint(
                condition=~Q(state=EnrollmentState.STOPPED) | ~Q(stop_kind="") & ~Q(stop_reason=""),
                name="enrollment_stopped_has_reason",
            ),
        ]
        indexes = [
            # services.advance: what is due, oldest first
            models.Index(fields=["due_at", "id"], condition=Q(state="active"), name="enrollment_due"),
            # services.nurture and the panel of the lead page
            models.Index(fields=["lead", "-started_at"], name="enrollment_of_lead"),
            # the people of a sequence, newest first
            models.Index(F("sequence"), F("id").desc(), name="enrollment_list"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} in {self.sequence_id}: {self.state}"

    @property
    def is_active(self) -> bool:
        return self.state == EnrollmentState.ACTIVE

    @property
    def tone(self) -> str:
        """The colour of the state's badge."""
        return {EnrollmentState.ACTIVE: "info", EnrollmentState.FINISHED: "ok"}.get(EnrollmentState(self.state), "")


class StepMessage(models.Model):
    """The message a step made for one enrollment."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="step_messages")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="messages")
    message = models.OneToOneField(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    queued_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrollment", "step"], name="step_message_once")]

    def __str__(self) -> str:
        return f"step {self.step_id} for {self.enrollment_id}"


class RequestedMail(models.Model):
    """The guide mail that one request (a fact) led to; the row outlives the message, so it is never sent again."""

    activity = models.OneToOneField(Activity, primary_key=True, on_delete=models.CASCADE, related_name="+")
    message = models.OneToOneField(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    problem = models.CharField(max_length=300, default="", blank=True)
    queued_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"guide for fact {self.activity_id}"
