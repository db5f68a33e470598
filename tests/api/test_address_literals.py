"""An address that names a machine in place of a domain is nobody's mailbox, whichever way it comes in."""

import pytest
from django.urls import reverse

from accounts.forms_invitations import InviteForm
from accounts.models import Role
from capture.answers import email_error
from leads.forms import LeadForm
from leads.models import Lead
from tests.factories.sales import make_user

pytestmark = pytest.mark.django_db
LITERALS = ["a@[127.0.0.1]", "a@[IPv6:::1]", "a@[10.0.0.7]"]


@pytest.mark.parametrize("address", LITERALS)
def test_a_form_of_a_website_a_person_and_an_invitation_are_told_how_to_write_it(address):
    typed, invited = LeadForm({"email": address}), InviteForm({"emails": address, "role": "rep"})

    assert email_error(address) == "Write it like name@company.com."
    assert typed.errors["email"]
    assert invited.errors["emails"]


@pytest.mark.parametrize("address", LITERALS)
def test_the_api_refuses_it_one_by_one_and_in_bulk(client, address):
    admin = make_user(Role.ADMIN)
    client.force_login(admin)

    one = client.post("/api/v1/leads", {"email": address}, content_type="application/json")
    bulk = client.post("/api/v1/leads/bulk", {"leads": [{"email": address}]}, content_type="application/json")

    assert one.status_code == 422 and "email" in one.content.decode()
    assert "email" in bulk.content.decode()
    assert not Lead.objects.exists()


def test_the_reason_says_what_to_write(client):
    client.force_login(make_user(Role.ADMIN))

    answer = client.post(reverse("lead_add"), {"email": "a@[127.0.0.1]"})

    assert "Use a domain in place of a machine" in answer.content.decode()
