"""Pages for the people who make forms, and the one on which they catch a first lead."""

import re

import pytest
from django.utils import timezone

from accounts.models import AuditEntry, Role
from accounts.services import create_user
from capture import live
from capture.models import Form, Submission
from capture.spam import TRAP
from tests.capture.conftest import token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client):
    """Return a function that signs the client in with a role; the public addresses stay those of a stranger."""

    def enter(role: str):
        user = create_user(
            name=role, email=f"{role}@example.com", role=role, password="x" * 12, by=None, now=timezone.now()
        )
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return user

    return enter


def test_a_marketer_makes_a_form_that_is_live_at_once(client, sign_in):
    user = sign_in(Role.MARKETER)
    answer = client.post("/forms/new/", {"template": "demo", "name": "Demo on the home page"})

    form = Form.objects.get()
    assert answer.headers["Location"] == f"/forms/{form.pk}/?tab=embed"
    assert (form.name, form.state, form.created_by) == ("Demo on the home page", "live", user)
    assert f"data-lead-form=&quot;{form.pk}&quot;" in client.get(answer.headers["Location"]).content.decode()
    assert client.get(f"/f/{form.pk}").status_code == 200
    assert AuditEntry.objects.filter(action="form_created", object_id=form.pk, by=user).exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.REP, Role.MANAGER])
def test_others_read_but_change_nothing(client, sign_in, guide_form, role):
    sign_in(role)

    assert client.get("/forms/").status_code == client.get(f"/forms/{guide_form.pk}/").status_code == 200
    assert client.post("/forms/new/", {"template": "demo", "name": "x"}).status_code == 403
    assert client.post(f"/forms/{guide_form.pk}/close/").status_code == 403
    assert Form.objects.get().state == "live"


def test_strangers_are_asked_to_sign_in(client, guide_form):
    for path in ("/forms/", "/forms/new/", f"/forms/{guide_form.pk}/", f"/try/{guide_form.pk}"):
        assert client.get(path).headers["Location"].startswith("/login"), path


def test_a_form_is_closed_and_opened_again(client, sign_in, guide_form):
    sign_in(Role.ADMIN)
    client.post(f"/forms/{guide_form.pk}/close/")
    live.forget(guide_form.pk)
    assert client.get(f"/f/{guide_form.pk}").status_code == 410
    client.post(f"/forms/{guide_form.pk}/reopen/")
    live.forget(guide_form.pk)

    assert client.get(f"/f/{guide_form.pk}").status_code == 200
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))[-2:] == [
        "form_closed",
        "form_reopened",
    ]


def test_a_held_submission_is_shown_with_its_reasons_and_released(client, sign_in, send, guide_form):
    send(guide_form, email="maybe@example.com", **{TRAP: "x"})
    sign_in(Role.MARKETER)
    page = client.get(f"/forms/{guide_form.pk}/?tab=held").content.decode()
    assert "maybe@example.com" in page and "do not see" in page

    client.post(f"/forms/submissions/{Submission.objects.get().pk}/release/")

    assert Submission.objects.get().lead.email == "maybe@example.com"
    assert "Nothing is held" in client.get(f"/forms/{guide_form.pk}/?tab=held").content.decode()


def test_a_rep_sees_only_the_submissions_of_leads_they_see(client, sign_in, send, guide_form):
    send(guide_form, email="secret@example.com")
    sign_in(Role.REP)

    assert "secret@example.com" not in client.get(f"/forms/{guide_form.pk}/").content.decode()


def test_the_list_costs_the_same_for_one_form_and_for_ten(client, sign_in, guide_form, django_assert_max_num_queries):
    sign_in(Role.MARKETER)
    client.get("/forms/")
    for number in range(9):
        client.post("/forms/new/", {"template": "contact", "name": f"Form {number}"})

    with django_assert_max_num_queries(6):
        page = client.get("/forms/").content.decode()
    assert page.count('id="form-') == 10


def test_the_try_page_waits_and_then_shows_the_lead(client, sign_in, send, demo_form):
    sign_in(Role.MARKETER)
    assert "Waiting for your first lead" in client.get(f"/try/{demo_form.pk}").content.decode()
    assert client.get(f"/try/{demo_form.pk}/catch/?after=").status_code == 204
    send(demo_form, email="first@work.example", first_name="Ada", company="Engines")
    assert client.get(f"/try/{demo_form.pk}/catch/?after=nonsense").status_code == 204, "not judged yet"


@pytest.mark.parametrize("query", ["?tab=nothing", "?cursor=nonsense", "?tab=held&cursor=%00"])
def test_addresses_of_nonsense_are_404(client, sign_in, guide_form, query):
    sign_in(Role.MARKETER)

    assert client.get(f"/forms/{guide_form.pk}/{query}").status_code == 404


def test_the_guide_is_a_page_and_offers_without_one_are_not(client, guide_form, demo_form):
    assert "Answer while they still think of you" in client.get("/o/lead-guide").content.decode()
    assert client.get("/o/demo").status_code == client.get("/o/nothing").status_code == 404


def test_the_embed_is_small_and_served_in_the_best_encoding(client, db):
    br = client.get("/embed.js", HTTP_ACCEPT_ENCODING="gzip, br")
    plain = client.get("/embed.js")

    assert br.headers["Content-Encoding"] == "br" and len(br.content) <= 5 * 1024
    assert "Content-Encoding" not in plain.headers and b"//" not in plain.content.replace(b"://", b"")
    assert br.headers["Cache-Control"] == "public, max-age=3600, stale-while-revalidate=604800"
    assert client.get("/embed.js", HTTP_IF_NONE_MATCH=br.headers["ETag"]).status_code == 304


def test_a_token_fits_the_form_it_was_given_for(client, send, guide_form):
    token = client.get(f"/f/{guide_form.pk}/token").json()["token"]

    assert token.startswith(guide_form.pk) and token != token_of(guide_form)
    assert send(guide_form, token=token).status_code == 201
    assert "half a second" in Submission.objects.get().spam_reasons[0]


@pytest.mark.parametrize("name", ["Demo on the pricing page", " demo on the PRICING page "])
def test_a_second_form_of_the_same_name_is_refused_with_what_was_typed(client, sign_in, demo_form, name):
    sign_in(Role.MARKETER)

    answer = client.post("/forms/new/", {"template": "contact", "name": name})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "There is a form named “Demo on the pricing page” already. Choose another name" in page
    assert f'value="{name}"' in page
    assert Form.objects.count() == 1


def test_a_new_form_comes_with_a_name_that_is_free(client, sign_in):
    sign_in(Role.MARKETER)
    for _ in range(2):
        name = re.findall(r'value="(Contact us[^"]*)"', client.get("/forms/new/").content.decode())[0]
        client.post("/forms/new/", {"template": "contact", "name": name})

    assert list(Form.objects.order_by("created_at").values_list("name", flat=True)) == ["Contact us", "Contact us 2"]


def test_the_try_page_belongs_to_forms_in_the_menu(client, sign_in, demo_form):
    sign_in(Role.MARKETER)

    page = client.get(f"/try/{demo_form.pk}").content.decode()

    assert re.search(r'<a class="rail-link" href="/forms/" aria-current="page"', page)
