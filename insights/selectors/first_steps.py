"""What a new installation still lacks. Each step is done when facts say so, never because somebody ticked it."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from accounts.permissions import can_administer
from accounts.selectors import open_invitations, sellers
from capture.models import Form, Submission
from nurturing.models import Enrollment
from sales.models import Handover
from scoring.models import RuleSet

LATEST = 200  # so many submissions are looked at for the page they came from


@dataclass(frozen=True)
class FirstStep:
    """One line of the list: ``text`` says what is missing, or what shows that it is done."""

    title: str
    text: str
    is_done: bool
    minutes: int
    url: str
    action: str

    @property
    def time(self) -> str:
        """How long it takes, in words; nothing once it is done."""
        return "" if self.is_done else f"about {self.minutes} min"


@dataclass(frozen=True)
class FirstSteps:
    steps: tuple[FirstStep, ...]

    @property
    def done(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def is_complete(self) -> bool:
        """Whether there is nothing left to do."""
        return self.done == len(self.steps)

    @property
    def text(self) -> str:
        return f"{self.done} of {len(self.steps)} done"


def first_steps(user: User) -> FirstSteps:
    """Return the steps as they stand; sample data counts for none of them."""
    forms = list(Form.objects.filter(is_sample=False).order_by("-created_at", "pk"))
    return FirstSteps(
        (_lead(forms), _website(forms), _mail(user), _seller(user), _rules(), _sequence()),
    )


def _lead(forms: list[Form]) -> FirstStep:
    live = next((form for form in forms if form.is_live), None)
    caught = Submission.objects.filter(form__in=forms, lead__isnull=False).first() if forms else None
    text = "Fill in your own form on the built-in page, and watch it become a lead."
    if caught:
        text = "A lead has come in through a form of yours."
    url = reverse("capture:try", args=[live.pk]) if live else reverse("capture:form_create")
    return FirstStep("Catch a test lead", text, caught is not None, 1, url, "Try the form" if live else "Make a form")


def _website(forms: list[Form]) -> FirstStep:
    live = next((form for form in forms if form.is_live), None)
    host = _first_website(forms)
    url = f"{reverse('capture:form', args=[live.pk])}?tab=embed" if live else reverse("capture:form_create")
    text = f"Seen on {host}." if host else "Two lines of HTML, where the form should stand. Then check your site there."
    return FirstStep("Put a form on your website", text, bool(host), 5, url, "Get the code" if live else "Make a form")


def _first_website(forms: list[Form]) -> str:
    """Return the host of a page outside of the product that carries a form, an empty text where none is known."""
    seen = next((form.seen_url for form in forms if form.seen_url), "")
    pages: Iterable[str] = (
        Submission.objects.filter(form__in=forms).order_by("-pk").values_list("page_url", flat=True)[:LATEST]
        if forms and not seen
        else ()
    )
    own = urlsplit(settings.PUBLIC_BASE_URL).netloc
    return next((host for page in (seen, *pages) if (host := urlsplit(page).netloc) and host != own), "")


def _mail(user: User) -> FirstStep:
    text = "Until the server has a mail server (EMAIL_URL), mail is caught and shown here, and reaches nobody."
    if settings.EMAIL_URL:
        text = "Mail leaves through your mail server."
    url = reverse("system") if can_administer(user) else ""
    return FirstStep("Connect a mail server", text, bool(settings.EMAIL_URL), 10, url, "Open System")


def _seller(user: User) -> FirstStep:
    known = sellers().filter(is_sample=False).first()
    asked = None if known else open_invitations().filter(role__in=["rep", "manager"]).first()
    text = "Leads that are ready for sales wait in a queue that nobody looks at yet."
    if known or asked:
        text = f"{known} can take leads." if known else f"{asked.email} is invited." if asked else text
    url = reverse("accounts:invite") if can_administer(user) else ""
    return FirstStep("Invite a sales rep", text, bool(known or asked), 2, url, "Invite")


def _rules() -> FirstStep:
    """Rules are checked when a person has published some, or when sales has judged what they hand over."""
    is_own = RuleSet.objects.filter(state=RuleSet.State.LIVE, published_by__isnull=False).exists()
    judged = Handover.objects.filter(lead__is_sample=False)
    is_judged = not is_own and (judged.exclude(accepted_at=None) | judged.exclude(decided_at=None)).exists()
    text = "Read what makes a lead ready for sales. Once sales accepts or rejects one, the rules have met reality."
    if is_own or is_judged:
        text = "They are your own." if is_own else "Sales has judged leads that these rules handed over."
    return FirstStep(
        "Check the qualification rules", text, is_own or is_judged, 5, reverse("scoring:rules"), "Read them"
    )


def _sequence() -> FirstStep:
    entered = Enrollment.objects.filter(lead__is_sample=False).first()
    text = "It starts when somebody with consent asks for a guide. Read its mails before they do."
    if entered:
        text = "People are in a sequence, or went through one."
    return FirstStep(
        "First nurture sequence", text, entered is not None, 5, reverse("nurturing:list"), "Read the mails"
    )
