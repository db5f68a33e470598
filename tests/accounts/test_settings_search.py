"""A field finds pages and single settings, by their names and by what else people call them."""

import pytest
from django.test import Client

from accounts.forms import CompanyForm, ProfileForm
from accounts.models import Role
from accounts.settings_pages import PAGES, find
from leadcrm.retention import RULES
from mail.models import Status

pytestmark = pytest.mark.django_db


def labels(text: str, role: str = Role.ADMIN) -> list[str]:
    return [hit.label for hit in find(text, role=role)]


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
    hit = find(typed, role=Role.ADMIN)[0]

    assert (hit.label, hit.place, hit.url) == (label, place, url)


def test_what_is_called_so_comes_before_what_is_only_told_of_it():
    found = labels("audit log")

    assert found[0] == "Audit log"
    assert found.index("Network address in the audit log") < len(found)
    assert labels("company")[0] == "Company"


def test_every_word_has_to_fit_and_nothing_typed_finds_nothing():
    assert labels("business holidays") == []
    assert labels("business days") == ["Business days"]
    assert labels("   ") == labels("?") == []


@pytest.mark.parametrize("role", [role for role in Role.values if role != "admin"])
def test_nobody_is_shown_what_they_may_not_open(client, people, role):
    client.force_login(people[role])

    urls = {hit.url.partition("#")[0] for page in PAGES for hit in find(page.label, role=role)}

    assert "/settings/profile/" in urls
    assert {url: client.get(url).status_code for url in urls} == dict.fromkeys(urls, 200)


def test_every_setting_found_is_there(as_admin):
    for page in PAGES:
        for setting in page.all_settings:
            hit = next(hit for hit in find(setting.label, role=Role.ADMIN) if hit.label == setting.label)
            answer = as_admin.get(hit.url.partition("#")[0])
            assert answer.status_code == 200, hit
            assert not setting.anchor or setting.anchor[0] == "?" or f'id="{setting.anchor}"' in answer.content.decode()


@pytest.mark.parametrize("form", [ProfileForm, CompanyForm])
def test_each_field_of_a_form_is_found_by_its_label(form):
    for field in form():
        assert any(hit.url.endswith(f"#div_id_{field.name}") for hit in find(field.label, role=Role.ADMIN)), field.name


def test_each_rule_of_retention_is_found_by_its_label():
    for rule in RULES:
        assert any(hit.url.endswith(f"#id_{rule.name}") for hit in find(rule.label, role=Role.ADMIN)), rule.name


def test_suppressed_mails_are_a_view_of_the_ledger():
    assert "suppressed" in Status.values


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
