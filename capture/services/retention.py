"""What is forgotten of submissions with time."""

from django.db.models import Q, QuerySet

from capture.models import Submission
from common.retention import Span
from common.spans import by_id


def old_held_submissions(span: Span) -> QuerySet[Submission]:
    """Suspected spam that nobody has released."""
    return by_id(Submission.objects.filter(status=Submission.Status.HELD), span)


def delete_submissions(*, ids: list) -> int:
    """Delete submissions. Returns how many."""
    return Submission.objects.filter(pk__in=ids).delete()[1].get(Submission._meta.label, 0)


def old_answers(span: Span) -> QuerySet[Submission]:
    """Submissions of which the raw answers are still there; what they made known of the lead stays with the lead."""
    return by_id(Submission.objects.filter(status=Submission.Status.ACCEPTED).exclude(answers={}), span)


def forget_answers(*, ids: list) -> int:
    """Empty raw answers and where they came from. Returns of how many submissions."""
    return Submission.objects.filter(pk__in=ids).update(answers={}, attribution={}, page_url="")


def old_addresses(span: Span) -> QuerySet[Submission]:
    """Submissions that still say from which network address and browser they came."""
    return by_id(Submission.objects.filter(Q(ip__isnull=False) | ~Q(user_agent="")), span)


def forget_addresses(*, ids: list) -> int:
    """Empty network address and browser. Returns of how many submissions."""
    return Submission.objects.filter(pk__in=ids).update(ip=None, user_agent="")
