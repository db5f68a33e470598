"""Who is in a sequence, and what a lead's page says about it."""

from dataclasses import dataclass, field

from accounts.models import Scope, User
from common.pages import Page, keyset_page
from leads.models import Lead
from leads.selectors.visibility import visible_leads
from nurturing.models import Enrollment, EnrollmentState, Sequence, Step


@dataclass(frozen=True)
class Planned:
    """An active enrollment and the step it waits for."""

    enrollment: Enrollment
    steps: int

    @property
    def is_paused(self) -> bool:
        return not self.enrollment.sequence.is_active


@dataclass(frozen=True)
class LeadPanel:
    """The sequences of one lead: those it is in, and those it has left."""

    lead: Lead
    active: list[Planned] = field(default_factory=list)
    ended: list[Enrollment] = field(default_factory=list)


def enrollment_list(
    sequence: Sequence, *, user: User, state: str = "", cursor: str | None = None, size: int = 50
) -> Page[Enrollment]:
    """Return one page of the people of a sequence this person may see, newest first. Raises BadCursor."""
    rows = Enrollment.objects.filter(sequence=sequence).select_related("lead", "sequence_version")
    if state in EnrollmentState.values:
        rows = rows.filter(state=state)
    if user.scope != Scope.ALL:
        rows = rows.filter(lead__in=visible_leads(user))
    return keyset_page(rows, order=("-id",), cursor=cursor, size=size)


def lead_panel(lead: Lead) -> LeadPanel:
    """Return what the lead's page shows about nurturing: two queries."""
    enrollments = list(
        Enrollment.objects.filter(lead=lead).select_related("sequence__topic").order_by("-started_at")[:20]
    )
    versions = [enrollment.sequence_version_id for enrollment in enrollments]
    last = dict.fromkeys(versions, 0)
    for version, position in Step.objects.filter(version__in=versions).values_list("version", "position"):
        last[version] = max(last[version], position)
    return LeadPanel(
        lead=lead,
        active=[Planned(e, last[e.sequence_version_id]) for e in enrollments if e.is_active],
        ended=[e for e in enrollments if not e.is_active],
    )
