"""A field finds pages and single settings, by their names and by what else people call them."""

import pytest
from django.test import Client

from accounts.forms import CompanyForm, ProfileForm
from accounts.models import Role, User
from accounts.settings_search import Found, find
from common.composition import composed
from leadcrm.retention import RULES
from mail.models import Kind, Status
from mail.services import queue_message

pytestmark = pytest.mark.django_db


def found(text: str, role: str = Role.ADMIN) -> list[Found]:
    return find(text, user=User(role=role, is_active=True))


def labels(text: str) -> list[str]:
    return [hit.label for hit in found(text)]


@pytest.mark.parametrize(
    ("typed", "label", "place", "url"),
    [
        ("unsubscribe", "Suppressed mails", "Mail", "/settings/mail/?status=suppressed"),
        ("pause", "Pause sending", "Company", "/settings/company/#div_id_sending_paused"),
        ("DARK mode", "Theme", "Profile", "/settings/profile/#div_id_theme"),
        ("vacation", "Holidays", "Company", "/settings/company/#div_id_holidays"),
        ("permissions", "Roles", "People", "/settings/people/#roles"),
        ("invite", "Invite people", "People", "/settings/people/invite"),
        ("threshold", "Matrix", "Scoring", "/scoring/#matrix-title"),
    ],
)
def test_a_word_for_a_setting_leads_to_it(typed, label, place, url):
    hit = found(typed)[0]

    assert (hit.label, hit.place, hit.url) == (label, place, url)


def test_what_is_called_so_comes_before_what_is_only_told_of_it():
    named = ["Audit log", "Audit log", "Network address in the audit log"]

    assert sorted(labels("audit log")[:3]) == named
    assert labels("audit")[: len(named)] == labels("audit log")[: len(named)]
    assert labels("history") == ["Audit log", "Audit log"]
    assert labels("company")[0] == "Company"


def test_every_word_has_to_fit_and_nothing_typed_finds_nothing():
    assert labels("business holidays") == []
    assert labels("business days") == ["Business days"]
    assert labels("   ") == labels("?") == []


@pytest.mark.parametrize("role", [role for role in Role.values if role != "admin"])
def test_nobody_is_shown_what_they_may_not_open(client, people, role):
    client.force_login(people[role])

    urls = {hit.url.partition("#")[0] for page in composed("SETTINGS_PAGES") for hit in found(page.label, role)}

    assert "/settings/profile/" in urls
    assert {url: client.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)


def test_every_setting_found_is_there(as_admin):
    for page in composed("SETTINGS_PAGES"):
        for setting in page.all_settings:
            hit = next(hit for hit in found(setting.label) if hit.label == setting.label)
            answer = as_admin.get(hit.url.partition("#")[0])
            assert answer.status_code == 200, hit
            assert not setting.anchor or setting.anchor[0] == "?" or f'id="{setting.anchor}"' in answer.content.decode()


@pytest.mark.parametrize("form", [ProfileForm, CompanyForm])
def test_each_field_of_a_form_is_found_by_its_label(form):
    for field in form():
        assert any(hit.url.endswith(f"#div_id_{field.name}") for hit in found(field.label)), field.name


def test_each_rule_of_retention_is_found_by_its_label():
    for rule in RULES:
        assert any(hit.url.endswith(f"#id_{rule.name}") for hit in found(rule.label)), rule.name


def test_suppressed_mails_are_those_and_no_others(as_admin, now):
    words = {"text": "Here it is.", "html": "", "now": now, "kind": Kind.REQUESTED}
    for status in (Status.SUPPRESSED, Status.PENDING):
        row = queue_message(dedupe_key=status, to_email="ada@engines.example", subject=f"It is {status}", **words)
        type(row).objects.filter(pk=row.pk).update(status=status, reason="As it is" if status != Status.PENDING else "")

    page = as_admin.get(found("unsubscribe")[0].url).content.decode()

    assert "It is suppressed" in page and "It is pending" not in page


def test_the_index_shows_what_was_found_without_javascript(as_admin):
    page = as_admin.get("/settings/", {"q": "holidays"}).content.decode()

    assert 'href="/settings/company/#div_id_holidays"' in page
    assert 'href="/settings/webhooks/"' not in page
    assert 'value="holidays"' in page
    assert "Nothing is called that here." in as_admin.get("/settings/", {"q": "xyzzy"}).content.decode()


def test_the_list_beside_a_page_narrows_down_and_comes_back(as_admin):
    found = as_admin.get("/settings/find", {"q": "time", "here": "/settings/company/"}).content.decode()
    whole = as_admin.get("/settings/find", {"q": "", "here": "/settings/company/"}).content.decode()

    assert found.count("Time zone") == 2 and "Audit log" not in found
    assert '<a href="/settings/company/" aria-current="page">' in whole


def test_the_palette_finds_single_settings_too(as_admin):
    page = as_admin.get("/palette/", {"q": "vacation"}).content.decode()

    assert "Settings Company: Holidays" in page
    assert 'href="/settings/company/#div_id_holidays"' in page


def test_strangers_find_nothing(people):
    assert Client().get("/settings/find", {"q": "time"}).url.startswith("/login")
