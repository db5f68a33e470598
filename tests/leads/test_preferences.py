"""The preference page and the unsubscribe links: no sign-in, no cookie, and only a POST changes anything."""

from datetime import timedelta

import pytest
from django.test import Client

from leads.kinds import Kind
from leads.models import Activity, Consent, Lead
from leads.services.consent import Proof, ensure_starter_topics, give_consent
from mail.models import Suppression
from mail.services import is_suppressed

pytestmark = pytest.mark.django_db

KEY = "aB3-_dEfGhIjKlMnOpQr-t"
EMAIL = "ada@engines.example"


@pytest.fixture
def visitor():
    """A browser that would be refused wherever a CSRF token is asked for."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def ada(now):
    lead = Lead.objects.create(
        email=EMAIL, email_key=EMAIL, preference_key=KEY, created_at=now, updated_at=now, first_name="Ada"
    )
    give_consent(lead=lead, topics=ensure_starter_topics(), proof=Proof(how="form"), now=now)
    return lead


def changes():
    return Consent.objects.filter(given=False).count(), Suppression.objects.count()


def test_the_page_says_what_you_get_and_names_the_address_in_part(visitor, ada):
    page = visitor.get(f"/p/{KEY}?topic=guides")

    text = page.content.decode()
    assert page.status_code == 200
    assert "You get: <strong>Guides, Product news</strong>" in text
    assert "a…@engines.example" in text
    assert EMAIL not in text
    assert "is about <strong>Guides</strong>" in text
    assert text.count("checked") == 2
    assert "<script" not in text
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", [f"/p/{KEY}", f"/p/{KEY}?done=everything&was=guides", f"/u/{KEY}", f"/u/{KEY}-guides"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing_and_sets_no_cookie(visitor, ada, path, method):
    answer = getattr(visitor, method)(path)

    assert answer.status_code == 200
    assert not answer.cookies
    assert changes() == (0, 0)


def test_saving_switches_topics(visitor, ada):
    answer = visitor.post(f"/p/{KEY}", {"act": "save", "topic-product-news": "on"})

    assert (answer.status_code, answer["Location"]) == (303, f"/p/{KEY}?done=save")
    assert is_suppressed(EMAIL, "guides")
    assert not is_suppressed(EMAIL, "product-news")
    assert "You get: <strong>Product news</strong>" in visitor.get(answer["Location"]).content.decode()


def test_unsubscribing_from_everything_is_done_at_once_and_can_be_undone(visitor, ada):
    answer = visitor.post(f"/p/{KEY}", {"act": "everything", "topic-guides": "on"})
    assert is_suppressed(EMAIL, "guides")
    page = visitor.get(answer["Location"]).content.decode()
    assert "You are unsubscribed from everything." in page
    assert 'value="undo"' in page

    answer = visitor.post(f"/p/{KEY}", {"act": "undo", "topics": ["guides", "product-news"]})

    assert not is_suppressed(EMAIL, "guides")
    assert "You get: <strong>Guides, Product news</strong>" in visitor.get(answer["Location"]).content.decode()


def test_a_made_up_link_cannot_claim_that_somebody_is_unsubscribed(visitor, ada):
    page = visitor.get(f"/p/{KEY}?done=everything&was=guides").content.decode()

    assert "unsubscribed from everything." not in page


def test_one_click_unsubscribes_from_the_topic_of_the_mail(visitor, ada):
    answer = visitor.post(f"/u/{KEY}-guides", {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert not answer.cookies
    assert is_suppressed(EMAIL, "guides")
    assert not is_suppressed(EMAIL, "product-news")
    assert Activity.objects.get(kind=Kind.UNSUBSCRIBED).payload["how"] == "Unsubscribe link of a mail"
    consent = Consent.objects.get(given=False)
    assert (consent.ip, consent.page_url) == ("127.0.0.1", f"/u/{KEY}-guides")


def test_one_click_names_a_topic_by_number_where_its_slug_is_too_long(visitor, ada):
    topic = ada.consents.get(topic__slug="product-news").topic

    visitor.post(f"/u/{KEY}-{topic.pk}")

    assert is_suppressed(EMAIL, "product-news")
    assert not is_suppressed(EMAIL, "guides")


@pytest.mark.parametrize("ending", ["", "-gui", "-", "-99999999999999999999"])
def test_a_link_without_a_known_topic_unsubscribes_from_everything(visitor, ada, ending):
    answer = visitor.post(f"/u/{KEY}{ending}")

    assert answer.status_code == 200
    assert is_suppressed(EMAIL, "guides")
    assert is_suppressed(EMAIL, "product-news")


def test_one_click_twice_is_one_no(visitor, ada):
    for _ in range(2):
        visitor.post(f"/u/{KEY}-guides")

    assert changes() == (1, 1)
    assert Activity.objects.filter(kind=Kind.UNSUBSCRIBED).count() == 1


def test_the_link_opened_by_a_person_asks_with_one_button(visitor, ada):
    page = visitor.get(f"/u/{KEY}-guides").content.decode()

    assert page.count("<button") == 1
    assert "Unsubscribe from Guides" in page
    assert f'href="/p/{KEY}"' in page


@pytest.mark.parametrize("path", ["/p/unknown", "/u/unknown-guides", "/p/%00", "/u/%00%0a", "/p/" + "x" * 300])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_link_says_so_and_what_to_do(visitor, ada, path, method):
    answer = getattr(visitor, method)(path)

    assert answer.status_code == 404
    assert "This link does not work" in answer.content.decode()
    assert "Open the link in the mail itself" in answer.content.decode()
    assert changes() == (0, 0)


def test_a_phone_only_lead_can_say_no(visitor, now):
    Lead.objects.create(phone="+49 30 1234", preference_key="phone", created_at=now, updated_at=now)
    ensure_starter_topics()

    answer = visitor.post("/u/phone")

    assert answer.status_code == 200
    assert changes() == (2, 0)


def test_a_yes_typed_into_a_form_by_anybody_does_not_end_an_unsubscription(visitor, ada, now):
    visitor.post(f"/u/{KEY}-guides")
    Consent.objects.create(
        lead=ada, topic=ada.consents.first().topic, given=True, at=now + timedelta(days=9), how="Form"
    )

    page = visitor.get(f"/p/{KEY}").content.decode()
    assert "You get: <strong>Product news</strong>" in page
    assert is_suppressed(EMAIL, "guides")

    visitor.post(f"/p/{KEY}", {"act": "save", "topic-guides": "on", "topic-product-news": "on"})
    assert not is_suppressed(EMAIL, "guides")
