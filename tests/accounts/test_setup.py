"""The first run: from a setup link to the first form."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, SetupLink, User
from accounts.services import SetupDone, SetupLinkRefused, create_first_admin, issue_setup_link
from capture.models import Form
from common.models import Installation

pytestmark = pytest.mark.django_db
YOU = {"name": "Ada Admin", "email": "Ada@crm.example", "password": "seven green bottles"}


@pytest.fixture
def token() -> str:
    return issue_setup_link(now=timezone.now())


def test_the_link_leads_to_the_first_form_in_three_steps(client, token):
    first = client.get(f"/setup?token={token}")
    assert (first.status_code, first.headers["Referrer-Policy"]) == (200, "same-origin")

    assert client.post("/setup", {"token": token, **YOU}).url == "/setup/company"
    company = {"name": "Analytical", "website": "analytical.example", "time_zone": "Europe/Berlin"}
    assert client.post("/setup/company", company).url == "/setup/form"
    answer = client.post("/setup/form", {"template": "demo"})

    form = Form.objects.get()
    assert answer.url == f"/try/{form.pk}"
    assert (form.template, form.state) == ("demo", "live")
    admin = User.objects.get()
    assert (admin.email, admin.role, admin.check_password(YOU["password"])) == ("ada@crm.example", "admin", True)
    installation = Installation.current()
    assert (installation.name, installation.website) == ("Analytical", "https://analytical.example")
    assert set(AuditEntry.objects.values_list("kind", flat=True)) >= {"user", "company"}


def test_the_token_is_kept_as_a_hash_only(token):
    assert token not in str(SetupLink.objects.values())
    assert len(token) >= 43


@pytest.mark.parametrize("path", ["/setup", "/setup?token=", "/setup?token=wrong", "/setup?token=%00"])
def test_without_a_working_link_the_page_says_how_to_get_one(client, token, path):
    answer = client.get(path)

    assert answer.status_code == 403
    assert "python3 manage.py setup_link" in answer.content.decode()


def test_a_newer_link_replaces_the_older_and_none_lives_longer_than_a_day(client, token):
    newer = issue_setup_link(now=timezone.now())

    assert client.get(f"/setup?token={token}").status_code == 403
    assert client.get(f"/setup?token={newer}").status_code == 200
    SetupLink.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert client.get(f"/setup?token={newer}").status_code == 403


def test_a_used_link_makes_no_second_admin(client, token):
    client.post("/setup", {"token": token, **YOU})

    again = Client().post("/setup", {"token": token, **YOU, "email": "eve@evil.example"})

    assert again.status_code == 302
    assert User.objects.count() == 1
    with pytest.raises(SetupDone):
        issue_setup_link(now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_two_posts_with_one_link_make_one_admin():
    token = issue_setup_link(now=timezone.now())

    def make(number: int) -> bool:
        try:
            fields = {**YOU, "email": f"ada{number}@crm.example"}
            create_first_admin(token=token, now=timezone.now(), **fields)
        except (SetupLinkRefused, SetupDone):
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(make, range(4)))

    assert made.count(True) == User.objects.count() == 1


@pytest.mark.parametrize("password", ["elevenchars", "password1234", "ada@crm.example"])
def test_a_weak_password_is_refused_and_the_link_stays_good(client, token, password):
    answer = client.post("/setup", {"token": token, **YOU, "password": password})

    assert answer.status_code == 422
    assert not User.objects.exists()
    assert client.get(f"/setup?token={token}").status_code == 200


def test_every_step_can_be_gone_back_to_and_changes_only_by_post(client, token):
    client.post("/setup", {"token": token, **YOU})

    for path in ("/setup/you", "/setup/company", "/setup/form"):
        assert client.get(path).status_code == 200, path
    assert not Form.objects.exists()
    assert client.post("/setup/you", {"name": "Ada King", "email": "ada@crm.example"}).status_code == 302
    assert User.objects.get().name == "Ada King"


def test_coming_back_to_the_form_step_makes_no_second_form(client, token):
    client.post("/setup", {"token": token, **YOU})

    client.post("/setup/form", {"template": "demo"})
    client.post("/setup/form", {"template": "demo"})

    assert Form.objects.count() == 1


def test_before_set_up_strangers_are_led_to_the_explanation(client):
    assert client.get("/login").url == "/setup"


def test_the_command_prints_a_link_until_there_is_a_user(token):
    out = StringIO()
    call_command("setup_link", stdout=out)
    assert "/setup?token=" in out.getvalue()

    User.objects.create_user("ada@crm.example", name="Ada")
    with pytest.raises(CommandError, match="set up already"):
        call_command("setup_link")
