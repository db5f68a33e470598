"""The list of first steps is what facts say, stands on the home until it is done or put away, and comes back."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.services import create_user
from capture.models import Form, Submission
from capture.services import create_form
from insights.selectors import first_steps
from sales import services as sales
from tests.factories.leads import LeadFactory
from tests.factories.sales import become_sql, make_lead, make_team, make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
HOME = reverse("home")


@pytest.fixture
def admin():
    return make_user(Role.ADMIN)


def done(user) -> set[str]:
    return {step.title for step in first_steps(user).steps if step.is_done}


def submission(form: Form, page: str) -> Submission:
    return Submission.objects.create(
        form=form,
        form_version=form.live_version,
        submission_key=page,
        lead=LeadFactory(),
        status="accepted",
        answers={},
        answers_hash="",
        page_url=page,
        received_at=NOW,
    )


def test_a_new_installation_has_done_nothing_and_every_step_leads_somewhere(client, admin) -> None:
    client.force_login(admin)

    steps = first_steps(admin).steps

    assert done(admin) == set()
    assert [client.get(step.url).status_code for step in steps] == [200] * len(steps)
    assert all(step.time for step in steps)


def test_a_lead_of_ones_own_form_is_the_first_step_and_its_page_the_second(admin, settings) -> None:
    settings.PUBLIC_BASE_URL = "https://crm.example"
    form = create_form(template="demo", name="Demo", by=admin, now=NOW)

    submission(form, "https://crm.example/try/x")
    assert done(admin) == {"Catch a test lead"}

    submission(form, "https://www.shop.example/demo")
    assert done(admin) == {"Catch a test lead", "Put a form on your website"}
    assert "Seen on www.shop.example." in {step.text for step in first_steps(admin).steps}


def test_sample_data_does_no_step(admin) -> None:
    form = create_form(template="demo", name="Demo", by=admin, now=NOW, is_sample=True)
    submission(form, "https://www.northgate.example/")
    create_user(name="R", email="r@demo.example", role="rep", password="x" * 12, by=None, now=NOW, is_sample=True)

    assert done(admin) == set()


def test_sellers_verdicts_and_mail_do_theirs(admin, settings) -> None:
    settings.EMAIL_URL = "smtp://mail.example:25"
    team = make_team()
    rep = make_user(Role.REP, team=team)
    lead = make_lead(NOW, team=team)
    become_sql(lead, NOW)
    handover = sales.hand_over(lead_ids=[lead.pk], now=NOW)[0]
    assert done(admin) == {"Connect a mail server", "Invite a sales rep"}

    sales.accept(handover=handover, by=rep, now=NOW)

    assert done(admin) == {"Connect a mail server", "Invite a sales rep", "Check the qualification rules"}


def test_an_invitation_counts_as_a_seller_on_the_way(client, admin) -> None:
    client.force_login(admin)

    client.post(reverse("accounts:invite"), {"emails": "rep@work.example", "role": "rep"})

    assert "Invite a sales rep" in done(admin)


def test_the_list_is_put_away_and_brought_back(client, admin) -> None:
    client.force_login(admin)
    assert "First steps</h2>" in client.get(HOME).content.decode()

    client.post(reverse("accounts:cards"), {"card": "first_steps", "hidden": "yes"})

    assert "First steps</h2>" not in client.get(HOME).content.decode()
    page = client.get(reverse("insights:first_steps")).content.decode()
    assert "Show on Home" in page
    assert reverse("insights:first_steps") in client.get(reverse("palette"), {"q": "first"}).content.decode()

    client.post(reverse("accounts:cards"), {"card": "first_steps", "hidden": ""})

    assert "First steps</h2>" in client.get(HOME).content.decode()


def test_a_card_that_does_not_exist_is_refused(client, admin) -> None:
    client.force_login(admin)

    assert client.post(reverse("accounts:cards"), {"card": "other", "hidden": "yes"}).status_code == 422


def test_a_marketer_is_told_to_ask_an_admin_and_a_viewer_sees_no_list(client) -> None:
    client.force_login(make_user(Role.MARKETER))
    assert "Ask an admin" in client.get(HOME).content.decode()

    client.force_login(make_user(Role.VIEWER))
    assert "First steps" not in client.get(HOME).content.decode()
