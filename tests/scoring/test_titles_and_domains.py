"""What a job title and an e-mail address say."""

import pytest

from scoring.engine.domains import email_domain_kind
from scoring.engine.titles import job_level


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("CEO", "c_level"),
        ("Co-Founder & CTO", "c_level"),
        ("Geschäftsführerin", "c_level"),
        ("Geschaeftsfuehrer", "c_level"),
        ("Geschäftsführer:in", "c_level"),
        ("Managing Director", "c_level"),
        ("Vice President Sales", "vp"),
        ("SVP Marketing", "vp"),
        ("Director of Operations", "director"),
        ("Head of Ops", "head"),
        ("Leiter Vertrieb", "head"),
        ("Abteilungsleiterin", "head"),
        ("IT-Leitung", "head"),
        ("Team Lead Support", "manager"),
        ("Teamleiter Einkauf", "manager"),
        ("Marketing Manager", "manager"),
        ("Product Owner", "other"),
        ("Assistant to the CEO", "other"),
        ("Assistenz der Geschäftsführung", "other"),
        ("Student", "other"),
        ("Developer", "other"),
        ("Overhead planner", "other"),
        ("", ""),
        (None, ""),
    ],
)
def test_job_levels_in_english_and_german(title, level):
    assert job_level(title) == level


@pytest.mark.parametrize(
    ("email", "kind"),
    [
        ("a@company.example", "work"),
        ("a@GMAIL.com", "free"),
        ("a@web.de", "free"),
        ("a@mailinator.com", "disposable"),
        ("a@x.mailinator.com", "disposable"),
        ("", "none"),
        (None, "none"),
    ],
)
def test_kinds_of_email_domains(email, kind):
    assert email_domain_kind(email) == kind
