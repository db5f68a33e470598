"""Sequences and their numbers. Each number is one group of a whole, so that the groups add up to it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q

from mail.models import Status
from nurturing.models import Enrollment, EnrollmentState, Sequence, Step, StepMessage, StopKind
from nurturing.tokens import fill_tokens

ON_THE_WAY = (Status.PENDING, Status.SENDING)


@dataclass(frozen=True)
class SequenceRow:
    """A sequence and how many people it has: entered = active + finished + stopped."""

    sequence: Sequence
    steps: int = 0
    active: int = 0
    finished: int = 0
    stopped: int = 0
    unsubscribed: int = 0
    sent: int = 0

    @property
    def entered(self) -> int:
        return self.active + self.finished + self.stopped


@dataclass(frozen=True)
class NotSent:
    """Messages of a step that did not go out, for one reason."""

    reason: str
    count: int


@dataclass(frozen=True)
class StepNumbers:
    """A step and its people: reached = waiting + left + queued, and queued = on_the_way + sent + not_sent."""

    step: Step
    waiting: int
    left: int
    on_the_way: int
    sent: int
    reasons: list[NotSent] = field(default_factory=list)

    @property
    def not_sent(self) -> int:
        return sum(reason.count for reason in self.reasons)

    @property
    def queued(self) -> int:
        return self.on_the_way + self.sent + self.not_sent

    @property
    def reached(self) -> int:
        return self.waiting + self.left + self.queued

    @property
    def subject(self) -> str:
        """The subject as somebody reads it of whom nothing is known."""
        return fill_tokens(self.step.subject, {})

    @property
    def delay(self) -> str:
        """When the step is due, in words."""
        after = "the start" if self.step.position == 1 else f"mail {self.step.position - 1}"
        hours = self.step.delay_hours
        if hours == 0:
            return "At once" if self.step.position == 1 else f"Together with {after}"
        days, rest = divmod(hours, 24)
        amount, unit = (hours, "hour") if rest else (days, "day")
        return f"{amount} {unit}{'' if amount == 1 else 's'} after {after}"


def sequence_list() -> list[SequenceRow]:
    """Return every sequence with its numbers, running ones first."""
    return _rows(Sequence.objects.select_related("topic", "live").order_by("-is_active", "name"))


def sequence_row(sequence: Sequence) -> SequenceRow:
    """Return one sequence with its numbers."""
    return _rows([sequence])[0]


def _rows(sequences: Iterable[Sequence]) -> list[SequenceRow]:
    sequences = list(sequences)
    people = Enrollment.objects.filter(sequence__in=sequences).values("sequence")
    counts = people.annotate(
        active=Count("id", filter=Q(state=EnrollmentState.ACTIVE)),
        finished=Count("id", filter=Q(state=EnrollmentState.FINISHED)),
        stopped=Count("id", filter=Q(state=EnrollmentState.STOPPED)),
        unsubscribed=Count("id", filter=Q(stop_kind=StopKind.UNSUBSCRIBED)),
    )
    by_sequence: dict[int, dict[str, Any]] = {row["sequence"]: dict(row) for row in counts}
    sent = Counter(
        dict(
            StepMessage.objects.filter(enrollment__sequence__in=sequences, message__status=Status.SENT)
            .values_list("enrollment__sequence")
            .annotate(Count("id"))
        )
    )
    steps: Counter[int | None] = Counter(
        Step.objects.filter(version__in=[s.live_id for s in sequences]).values_list("version", flat=True)
    )
    return [
        SequenceRow(
            sequence=sequence,
            steps=steps[sequence.live_id],
            sent=sent[sequence.pk],
            **{name: count for name, count in by_sequence.get(sequence.pk, {}).items() if name != "sequence"},
        )
        for sequence in sequences
    ]


def step_numbers(sequence: Sequence) -> list[StepNumbers]:
    """Return the steps of the live version with the people of that version."""
    people = Enrollment.objects.filter(sequence_version=sequence.live_id)
    groups = people.values_list("state", "next_position").annotate(Count("id"))
    standing = {(state, position): count for state, position, count in groups}
    messages = _messages(sequence)
    return [
        StepNumbers(
            step=step,
            waiting=standing.get((EnrollmentState.ACTIVE, step.position), 0),
            left=standing.get((EnrollmentState.STOPPED, step.position), 0),
            on_the_way=sum(messages[step.pk, status, ""] for status in ON_THE_WAY),
            sent=messages[step.pk, Status.SENT, ""],
            reasons=[NotSent(reason, n) for (pk, _, reason), n in messages.most_common() if pk == step.pk and reason],
        )
        for step in Step.objects.filter(version=sequence.live_id).order_by("position")
    ]


def _messages(sequence: Sequence) -> Counter[tuple[int, str, str]]:
    """Count the messages of the live version by step, status and, where they were not sent, the reason."""
    rows = (
        StepMessage.objects.filter(step__version=sequence.live_id)
        .values_list("step", "message__status", "message__reason")
        .annotate(Count("id"))
    )
    counts: Counter[tuple[int, str, str]] = Counter()
    for step, status, reason, count in rows:
        if status in (*ON_THE_WAY, Status.SENT):
            counts[step, status, ""] += count
        else:
            counts[step, status or "", reason or "No longer kept in the ledger"] += count
    return counts
