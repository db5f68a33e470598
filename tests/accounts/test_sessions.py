"""Where somebody is signed in is listed; they sign out of one place, or of all others, at once."""

import pytest
from django.test import Client

from accounts.models import AuditEntry, Session
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604"


def browser(user, agent: str, ip: str) -> Client:
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=ip)
    assert client.post("/login", {"email": user.email, "password": PASSWORD}).status_code == 302
    return client


def devices(client: Client) -> list[tuple]:
    return [(place.device, place.ip, place.is_here) for place in client.get("/settings/sessions/").context["places"]]


def test_each_place_is_listed_with_this_browser_first_and_nobody_elses(people):
    here, _ = browser(people["rep"], FIREFOX, "192.0.2.1"), browser(people["rep"], PHONE, "192.0.2.2")
    browser(people["viewer"], PHONE, "192.0.2.3")

    assert devices(here) == [("Firefox on Windows", "192.0.2.1", True), ("Safari on iPhone", "192.0.2.2", False)]
    body = here.get("/settings/sessions/").content.decode()
    assert not [key for key in Session.objects.values_list("session_key", flat=True) if key in body]


def test_one_place_is_signed_out_and_the_others_stay(people):
    here, phone, tablet = (browser(people["rep"], agent, "192.0.2.1") for agent in (FIREFOX, PHONE, "iPad Safari"))
    place = next(p for p in here.get("/settings/sessions/").context["places"] if p.device == "Safari on iPhone")

    here.post("/settings/sessions/end", {"handle": place.handle})

    assert [client.get("/settings/").status_code for client in (here, phone, tablet)] == [200, 302, 200]


def test_all_others_are_signed_out_and_it_is_written_down(people):
    here, phone = browser(people["rep"], FIREFOX, "192.0.2.1"), browser(people["rep"], PHONE, "192.0.2.2")
    other = browser(people["viewer"], PHONE, "192.0.2.3")

    here.post("/settings/sessions/end")

    assert [client.get("/settings/").status_code for client in (here, phone, other)] == [200, 302, 200]
    assert AuditEntry.objects.get(action="signed out elsewhere").changes == {"sessions": [1, 0]}


def test_the_handle_of_somebody_else_ends_nothing(people):
    here, other = browser(people["rep"], FIREFOX, "192.0.2.1"), browser(people["viewer"], PHONE, "192.0.2.3")
    handle = other.get("/settings/sessions/").context["places"][0].handle

    here.post("/settings/sessions/end", {"handle": handle})

    assert other.get("/settings/").status_code == 200
