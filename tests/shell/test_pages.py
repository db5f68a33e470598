"""The shell around a page, through the URL."""

import re

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from accounts.models import User
from common.models import Installation


def rail(response) -> list[str]:
    html = response.content.decode().split('class="rail-list"')[1].split("</ul>")[0]
    return re.findall(r'class="rail-text">([^<]+)<', html)


def test_the_gallery_shows_every_component_to_an_admin(as_role):
    response = as_role("admin").get("/_ui/")

    assert response.status_code == 200
    html = response.content.decode()
    for name in ("receipt", "timeline", "funnel", "bullet", "facts", "stepper", "queue", "toasts", "banner", "empty"):
        assert f'class="{name}' in html
    assert html.count("<h1") == 1
    assert "<use href=" in html


def test_the_gallery_is_closed_to_others_in_production(as_role, client, settings):
    settings.DEBUG = False

    assert as_role("rep").get("/_ui/").status_code == 403
    assert client.get("/_ui/public").status_code == 403
    assert client.post("/_ui/act/done").status_code == 403


def test_the_public_theme_loads_no_script(as_role):
    html = as_role("admin").get("/_ui/public").content.decode()

    assert "<script" not in html
    assert "(optional)" in html
    assert 'aria-describedby="id_email_helptext id_email_error"' in html or 'id="id_email_error"' in html


def test_the_rail_shows_only_what_exists(as_role):
    assert rail(as_role("admin").get("/_ui/")) == ["Home", "Leads", "Inbox", "Forms", "Settings"]


def test_a_rep_sees_the_inbox_first_with_its_count(as_role, settings):
    settings.DEBUG = True

    response = as_role("rep").get("/_ui/")

    assert rail(response) == ["Inbox", "Home", "Leads", "Forms", "Settings"]
    assert 'hx-get="/sales/count/"' in response.content.decode()


def test_a_viewer_is_offered_nothing_to_create(as_role, settings):
    settings.DEBUG = True

    html = as_role("viewer").get("/_ui/").content.decode()

    assert 'popovertarget="menu-new"' not in html


def test_the_theme_of_the_person_is_in_the_first_byte(as_role):
    assert 'data-theme="dark"' in as_role("admin", theme="dark").get("/_ui/").content.decode()[:200]


@pytest.mark.parametrize(("cookie", "theme"), [("light", "light"), ("purple", "auto"), ('"><script>', "auto")])
def test_without_a_place_to_keep_it_the_theme_lives_in_a_cookie(as_role, cookie, theme):
    client = as_role("admin")
    client.cookies["theme"] = cookie

    assert f'data-theme="{theme}"' in client.get("/_ui/").content.decode()[:200]


def test_the_narrow_rail_is_remembered_without_a_flash(as_role):
    client = as_role("admin")
    client.cookies["rail"] = "narrow"

    assert '<body class="app rail-narrow"' in client.get("/_ui/").content.decode()


def test_a_banner_says_that_mail_is_caught_and_that_sending_is_paused(as_role, settings):
    settings.EMAIL_URL = ""
    Installation.objects.create(name="Example GmbH", sending_paused=True)

    html = as_role("admin").get("/_ui/").content.decode()

    assert "Mail is caught, not sent." in html
    assert "Sending is paused." in html
    assert "Example GmbH</span>" in html


def test_an_act_answers_with_a_toast_that_can_be_undone_without_javascript(as_role):
    html = as_role("admin").post("/_ui/act/done", follow=True).content.decode()

    assert "Rejected: bad timing." in html
    assert '<form method="post" action="/_ui/act/undo" data-undo-form>' in html


def test_a_refused_act_says_why_in_plain_text(as_role):
    response = as_role("admin").post("/_ui/act/refuse")

    assert (response.status_code, response.headers["Content-Type"]) == (409, "text/plain")


def test_a_toast_escapes_what_it_is_told():
    html = render_to_string(
        "components/toast.html",
        {"text": Message(constants.INFO, "<b>Ada</b>"), "tone": "info", "extra": "", "undo": ""},
    )

    assert "&lt;b&gt;Ada" in html


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500", "503"])
def test_an_error_page_needs_no_request_and_says_what_to_do(name):
    html = render_to_string(f"{name}.html")

    assert html.count("<h1") == 1
    assert "Go to the start page" in html


def test_a_changed_parameter_keeps_the_others_and_starts_paging_anew():
    request = RequestFactory().get("/leads/?stage=mql&cursor=abc&q=a%26b")
    template = Template("{% load ui %}{% query_with sort='name' stage=None %}")

    assert template.render(Context({"request": request})) == "?q=a%26b&amp;sort=name"


def test_the_sample_admin_is_told_the_command_that_ends_the_demo(as_role):
    Installation.objects.create(has_sample_data=True)
    client = as_role("admin")
    User.objects.update(is_sample=True)

    html = client.get("/_ui/").content.decode()

    assert "To end the demo and get an account of your own, run" in html
    assert "<code>python3 manage.py seed_demo --remove</code>" in html


def test_a_sample_rep_is_told_no_command(as_role, settings):
    settings.DEBUG = True
    Installation.objects.create(has_sample_data=True)
    client = as_role("rep")
    User.objects.update(is_sample=True)

    html = client.get("/_ui/").content.decode()

    assert "Sample data is among the leads and people." in html
    assert "manage.py seed_demo" not in html
