"""The three templates a form starts from, as data."""

from dataclasses import dataclass
from typing import Any

from capture.models import Form, Offer

ANY_TIME = "I can unsubscribe at any time with the link in every e-mail."
GUIDES = {
    "topic": "guides",
    "wording": f"Yes, send me more practical guides like this one by e-mail. {ANY_TIME}",
    "required": False,
}
NEWS = {
    "topic": "product-news",
    "wording": f"Yes, send me product news by e-mail, about once a month. {ANY_TIME}",
    "required": False,
}

GUIDE_BODY = """Most teams lose leads in three places: nobody answers in time, sales and marketing disagree on what \
a good lead is, and people who are not ready yet are forgotten. This guide takes one place at a time.

## 1. Answer while they still think of you
Agree on a time for the first answer, and measure it. Fifteen minutes for someone who asked for a demo and one hour \
for everybody else is a good start. Look at the slowest tenth, not at the average.

## 2. Write down what a good lead is
Two questions are enough: do they fit (company, role, country), and what did they do (asked, read, came back)? Keep \
the two apart. A perfect fit who has done nothing is not ready, and a busy reader who can never buy is not a lead.

## 3. Stay in touch with those who are not ready
Three short e-mails that answer real questions do more than a monthly newsletter. Stop as soon as somebody replies.

## 4. Let sales answer every handover
Accept it, or reject it with a reason. Eight reasons are enough, and each one changes what marketing does next.

## Your checklist for Monday
- Write down the time for the first answer, and who watches it.
- List the three things every customer of the last year had in common.
- Ask sales for the last ten leads they would rather not have had, and why.
"""


@dataclass(frozen=True)
class Blueprint:
    """What a new form of one template is made of."""

    template: str
    name: str
    purpose: str
    heading: str
    intro: str
    fields: tuple[dict[str, Any], ...]
    button: str
    thanks: str
    offer: dict[str, str]
    consent: dict[str, Any] | None = None

    def definition(self) -> dict[str, Any]:
        """Return what a version stores of it."""
        return {
            "heading": self.heading,
            "intro": self.intro,
            "fields": [dict(item) for item in self.fields],
            "consent": dict(self.consent) if self.consent else None,
        }


def text_field(name: str, label: str, autocomplete: str, max_length: int, **extra: Any) -> dict[str, Any]:
    """Return a question as a version stores it; ``maps_to`` is the field of the lead that its answer fills in."""
    return {
        "name": name,
        "label": label,
        "type": "text",
        "required": False,
        "autocomplete": autocomplete,
        "maps_to": name,
        "max_length": max_length,
        **extra,
    }


EMAIL = text_field("email", "Work e-mail", "email", 254, type="email", required=True)
FIRST_NAME = text_field("first_name", "First name", "given-name", 120)
LAST_NAME = text_field("last_name", "Last name", "family-name", 120)
COMPANY = text_field("company", "Company", "organization", 200)
JOB_TITLE = text_field("job_title", "Job title", "organization-title", 200)
PHONE = text_field("phone", "Phone", "tel", 40, type="tel")


def message_field(label: str) -> dict[str, Any]:
    """Return the question whose answer sales reads as the lead's own words."""
    return text_field("message", label, "off", 5000, type="textarea", maps_to="message")


BLUEPRINTS: dict[str, Blueprint] = {
    Form.Template.GUIDE: Blueprint(
        template=Form.Template.GUIDE,
        name="Get the guide",
        purpose="For people who want to learn. They get the guide by e-mail.",
        heading="Get the guide",
        intro="Four steps that stop good leads from getting lost. A short read.",
        fields=(EMAIL, FIRST_NAME, COMPANY, JOB_TITLE),
        button="Send me the guide",
        thanks="Thank you. The guide is on its way to your inbox.",
        offer={
            "slug": "lead-guide",
            "name": "Four steps to fewer lost leads",
            "kind": Offer.Kind.GUIDE,
            "subject": "lead management",
            "summary": "Where leads get lost between marketing and sales, and what to do about it on Monday.",
            "body": GUIDE_BODY,
        },
        consent=GUIDES,
    ),
    Form.Template.DEMO: Blueprint(
        template=Form.Template.DEMO,
        name="Request a demo",
        purpose="For people who may buy. Sales hears of them within seconds.",
        heading="Request a demo",
        intro="See it with your own examples. We write back to you to find a time.",
        fields=(EMAIL, FIRST_NAME, LAST_NAME, COMPANY, JOB_TITLE, message_field("What would you like to see?")),
        button="Request a demo",
        thanks="Thank you. We write to you to find a time that suits you.",
        offer={"slug": "demo", "name": "Demo", "kind": Offer.Kind.DEMO, "subject": "demo"},
        consent=NEWS,
    ),
    Form.Template.CONTACT: Blueprint(
        template=Form.Template.CONTACT,
        name="Contact us",
        purpose="For any question. Sales hears of it within seconds.",
        heading="Contact us",
        intro="Ask us anything. A person answers.",
        fields=(EMAIL, FIRST_NAME, LAST_NAME, COMPANY, message_field("Your message")),
        button="Send my message",
        thanks="Thank you for your message. We answer by e-mail.",
        offer={"slug": "contact", "name": "Contact", "kind": Offer.Kind.CONTACT, "subject": "contact"},
        consent=NEWS,
    ),
}
