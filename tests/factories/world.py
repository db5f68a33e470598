"""One small company in full: a person of each role, two teams, and a lead that went the whole way."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey, Delivery, Role, Team, User
from accounts.services import Invited, create_api_key, create_webhook, invite, send_test_event
from capture.models import Form, Submission
from capture.services import create_form
from capture.spam import TRAP
from capture.tokens import issue_token
from leadcrm.pipeline import advance_marked_leads
from leads.models import FieldProposal, Lead
from leads.services import record_activity
from mail.models import Message
from nurturing.models import Enrollment
from nurturing.services import ensure_starter_sequence
from sales.models import Handover
from sales.services import claim

PERSONAS = ("anonymous", "viewer", "owner", "colleague", "stranger", "manager", "marketer", "admin")
ROLES = {"owner": Role.REP, "colleague": Role.REP, "stranger": Role.REP}
ANSWERS = {
    "email": "ada@work.example",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "company": "Engines",
    "job_title": "Head of Marketing",
    "consent": "yes",
}


@dataclass(frozen=True)
class World:
    """The rows a route can name; ``lead`` is the owner's, in the team North."""

    people: dict[str, User]
    key: ApiKey
    delivery: Delivery
    invited: Invited
    form: Form
    lead: Lead
    handover: Handover
    enrollment: Enrollment
    message: Message
    proposal: FieldProposal
    submission: Submission
    held: Submission

    @property
    def ids(self) -> dict[str, object]:
        """Return what fills the places in a route."""
        return {
            "lead": self.lead.pk,
            "bulk": UUID(int=1),
            "act": self.lead.activities.order_by("pk").values_list("pk", flat=True)[0],
            "handover": self.handover.pk,
            "enrollment": self.enrollment.pk,
            "sequence": self.enrollment.sequence_id,
            "message": self.message.pk,
            "proposal": self.proposal.pk,
            "form": self.form.pk,
            "submission": self.submission.pk,
            "held": self.held.pk,
            "person": self.people["viewer"].pk,
            "key": self.key.pk,
            "delivery": self.delivery.pk,
            "webhook": self.delivery.webhook_id,
            "invitation": self.invited.invitation.pk,
            "invite": self.invited.link.rpartition("/")[2],
            "token": self.lead.preference_key,
        }

    def client(self, persona: str) -> Client:
        """Return a browser in which ``persona`` is signed in; it shows a fault as the visitor would see it."""
        client = Client(raise_request_exception=False)
        if persona != "anonymous":
            client.force_login(self.people[persona])
        return client


def build_world(**answers: str) -> World:
    """Make the company; ``answers`` replace what its lead writes into the two forms."""
    now = timezone.now()
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    people = {
        persona: User.objects.create_user(
            f"{persona}@crm.example",
            "correct horse battery",
            name=f"The {persona}",
            role=ROLES.get(persona, persona),
            team=south if persona == "stranger" else north,
        )
        for persona in PERSONAS[1:]
    }
    key, _ = create_api_key(name="Integration", role=Role.MARKETER, by=None, now=now)
    hook = create_webhook(
        name="Chat", url="https://93.184.215.14/", events=["lead.created"], by=people["admin"], now=now
    )
    ensure_starter_sequence(now)
    form = create_form(template="demo", name="Demo", by=None, now=now)
    guide = create_form(template="guide", name="Guide", by=None, now=now)
    said = {**ANSWERS, **answers}
    send(guide, said, now=now)
    advance_marked_leads(now=timezone.now())
    send(form, {**said, "company": f"{said['company']} Ltd", "message": said.get("message", "Show me")}, now=now)
    send(form, {**said, "email": "spam@work.example", TRAP: "x"}, now=now, token="")
    lead, now = Lead.objects.get(), timezone.now()
    advance_marked_leads(now=now)
    handover = claim(handover=Handover.objects.get(), by=people["owner"], now=now)
    advance_marked_leads(now=now)
    fact = record_activity(lead_id=lead.pk, kind="page_viewed", now=now, payload={"path": "/pricing"})
    proposal, _ = FieldProposal.objects.get_or_create(
        lead=lead, field="company", value="Engines Ltd", defaults={"activity": fact, "at": now}
    )
    return World(
        people=people,
        key=key,
        delivery=send_test_event(webhook=hook, by=people["admin"], now=now),
        invited=invite(emails=["new@crm.example"], role=Role.REP, by=people["admin"], now=now)[0],
        form=form,
        lead=Lead.objects.get(pk=lead.pk),
        handover=handover,
        enrollment=Enrollment.objects.get(),
        message=Message.objects.order_by("-id").first(),
        proposal=proposal,
        submission=Submission.objects.filter(form=form, status="accepted").get(),
        held=Submission.objects.get(status="held"),
    )


def send(form: Form, answers: dict[str, str], *, now: datetime, token: str | None = None) -> None:
    """Send a form as a browser does; with an empty ``token`` as a machine does, which is held."""
    if token is None:
        token = issue_token(form_id=form.pk, number=1, now=now - timedelta(seconds=30))
    headers = {"Accept": "application/json", "User-Agent": answers.get("user_agent", "Firefox")}
    if token:
        headers["Sec-Fetch-Site"] = "cross-site"
    answer = Client().post(f"/f/{form.pk}/submit", {"token": token, **answers}, headers=headers)
    assert answer.status_code == 201, answer.content
