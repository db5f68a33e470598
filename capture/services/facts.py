"""What a submission says about a lead: profile, facts, consents, origin. Pure."""

from typing import Any, Protocol
from uuid import UUID

from capture.answers import Answers
from capture.attribution import Arrival
from capture.live import Published
from capture.models import Form, Offer
from leads.kinds import Kind
from leads.services import NewConsent, NewFact, NewLead, Origin

PROFILE = ("phone", "first_name", "last_name", "company", "job_title", "country", "time_zone")
REQUESTS = {Form.Template.DEMO: Kind.DEMO_REQUESTED, Form.Template.CONTACT: Kind.CONTACT_REQUESTED}


class Sent(Protocol):
    """How and from where the answers came; a request and a stored submission both know."""

    @property
    def page_url(self) -> str: ...
    @property
    def ip(self) -> Any: ...
    @property
    def user_agent(self) -> str: ...


def lead_of(version: Published, answers: Answers) -> NewLead:
    """Return the lead these answers describe; fields that map to nothing known become attributes."""
    values: dict[str, Any] = {}
    attributes: dict[str, str] = {}
    for field in version.fields:
        value = answers.values.get(field.name)
        if not value or field.maps_to in ("email", "message"):
            continue
        if field.maps_to in PROFILE:
            values[field.maps_to] = value
        else:
            attributes[field.maps_to or field.name] = value
    email = version.answer_to("email", answers.values)
    return NewLead(email=email, email_key=answers.email_key or None, attributes=attributes, **values)


def facts_of(version: Published, answers: Answers, *, lead: NewLead, submission: UUID, page: str) -> list[NewFact]:
    """Return the submission of ``lead`` as a fact, and the request for sales where the form is one."""
    fields = {name: getattr(lead, name) for name in PROFILE if getattr(lead, name)} | lead.attributes
    common = {"form": version.form_id, "form_name": version.form_name, "submission": str(submission), "page": page}
    payload: dict[str, Any] = {**common, "fields": fields}
    if version.offer:
        payload |= {"offer": version.offer.slug, "offer_name": version.offer.name, "subject": version.offer.subject}
        if version.offer.kind == Offer.Kind.GUIDE:
            payload["offer_mail"] = True
    facts = [NewFact(Kind.FORM_SUBMITTED, payload)]
    request = REQUESTS.get(Form.Template(version.template))
    if request:
        facts.append(NewFact(request, {**common, "message": version.answer_to("message", answers.values)}))
    return facts


def consents_of(version: Published, answers: Answers, sent: Sent) -> list[NewConsent]:
    """Return the yes that was given. An empty box is no answer and takes nothing back."""
    consent = version.consent
    if consent is None or consent.topic_id is None or not answers.is_consent_given:
        return []
    return [
        NewConsent(
            topic_id=consent.topic_id,
            given=True,
            how="Ticked the box in a form",
            wording=consent.wording,
            form_version=version.label,
            page_url=sent.page_url,
            ip=str(sent.ip) if sent.ip else None,
            user_agent=sent.user_agent,
        )
    ]


def origin_of(arrival: Arrival) -> Origin:
    """Return the arrival as leads counts it."""
    return Origin(**vars(arrival))


def is_urgent(version: Published) -> bool:
    """Whether a person waits for an answer, so that this lead is judged before others."""
    return version.template in REQUESTS
