"""What a form on a website is promised: every status of the contract."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from capture import services
from capture.live import forget
from capture.models import Form, FormVersion, Submission
from capture.services import submissions
from leads.kinds import Kind
from leads.models import Activity, Consent, Lead, Mark
from tests.capture.conftest import JSON, address, token_of

pytestmark = pytest.mark.django_db


def test_a_form_makes_a_submission_a_lead_its_facts_and_a_mark(send, demo_form):
    answer = send(
        demo_form, email="Ada@Example.com", first_name="Ada", company="Engines", message="Show reports", consent="yes"
    )

    assert answer.status_code == 201
    body = answer.json()
    submission = Submission.objects.get(pk=uuid.UUID(body["submission"]))
    lead = Lead.objects.get(email_key="ada@example.com")
    assert body["status"] == "accepted" and body["redirect"] is None and body["message"]
    assert submission.status == "accepted" and submission.lead == lead and submission.answers["company"] == "Engines"
    assert (lead.first_name, lead.company) == ("Ada", "Engines")
    facts = dict(Activity.objects.filter(lead=lead).values_list("kind", "payload"))
    assert set(facts) == {Kind.FORM_SUBMITTED, Kind.DEMO_REQUESTED}
    assert facts[Kind.DEMO_REQUESTED]["message"] == "Show reports"
    assert facts[Kind.FORM_SUBMITTED]["submission"] == body["submission"]
    assert facts[Kind.FORM_SUBMITTED]["fields"] == {"first_name": "Ada", "company": "Engines"}
    assert Mark.objects.get(lead=lead).urgent is True
    consent = Consent.objects.get(lead=lead)
    assert consent.given and consent.wording == demo_form.live_version.definition["consent"]["wording"]
    assert consent.form_version == f"{demo_form.pk} v1"


def test_an_address_is_known_by_what_its_question_means_whatever_that_is_called(send, demo_form):
    _publish_renamed(demo_form, email="work_mail")

    token = token_of(demo_form, number=2)
    answer = send(demo_form, token=token, email=None, work_mail="Ada@Example.com", first_name="Ada")

    assert answer.status_code == 201
    lead = Lead.objects.get()
    assert (lead.email, lead.email_key, lead.attributes) == ("Ada@Example.com", "ada@example.com", {})
    assert Submission.objects.get().email == "ada@example.com"


def test_a_form_whose_address_means_nothing_is_not_published(demo_form):
    definition = demo_form.live_version.definition
    next(field for field in definition["fields"] if field["name"] == "email")["maps_to"] = ""

    with pytest.raises(services.CannotPublish, match="e-mail address"):
        _publish(demo_form, definition)


def _publish_renamed(form: Form, **names: str) -> None:
    definition = form.live_version.definition
    for field in definition["fields"]:
        field["name"] = names.get(field["name"], field["name"])
    _publish(form, definition)


def _publish(form: Form, definition: dict) -> None:
    words = {"button": "Send", "thanks": "Thank you.", "offer": form.live_version.offer}
    services.publish_version(form=form, definition=definition, by=None, now=timezone.now(), **words)
    forget(form.pk)


def test_a_guide_form_asks_for_the_mail_with_the_guide_and_is_not_urgent(send, guide_form):
    send(guide_form, email="reader@example.com")

    fact = Activity.objects.get(lead__email_key="reader@example.com")
    assert (fact.payload["offer"], fact.payload["offer_mail"]) == ("lead-guide", True)
    assert Mark.objects.get().urgent is False


def test_an_unticked_box_records_no_consent(send, guide_form):
    send(guide_form, email="quiet@example.com")

    assert Lead.objects.filter(email_key="quiet@example.com").exists()
    assert not Consent.objects.exists()


def test_a_known_lead_keeps_its_fields(send, guide_form):
    send(guide_form, email="ada@example.com", company="Engines")
    send(guide_form, email=" ADA@example.com ", company="Somebody else")

    assert Lead.objects.get().company == "Engines"
    assert Submission.objects.count() == 2


def test_the_same_key_and_answers_get_the_same_answer_with_200(send, guide_form):
    first = send(guide_form, email="a@example.com", submission_key="k-1")
    second = send(guide_form, email="a@example.com", submission_key="k-1")

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Submission.objects.count() == 1 and Activity.objects.count() == 1


def test_the_key_may_come_in_the_header(send, guide_form):
    key = {"HTTP_IDEMPOTENCY_KEY": "header-key"}
    first = send(guide_form, email="a@example.com", submission_key=None, headers=key)
    second = send(guide_form, email="a@example.com", submission_key=None, headers=key)

    assert (first.status_code, second.status_code) == (201, 200)
    assert Submission.objects.get().submission_key == "header-key"


@pytest.mark.parametrize("change", [{"company": "Other"}, {"consent": "yes"}])
def test_the_same_key_with_other_answers_is_refused(send, guide_form, change):
    send(guide_form, email="a@example.com", submission_key="k-1")
    answer = send(guide_form, email="a@example.com", submission_key="k-1", **change)

    assert answer.status_code == 409 and answer.json()["status"] == "conflict"
    assert Submission.objects.count() == 1


def test_the_key_does_not_cover_the_token(send, guide_form):
    send(guide_form, email="a@example.com", submission_key="k-1", token=token_of(guide_form, 90))
    answer = send(guide_form, email="a@example.com", submission_key="k-1", token=token_of(guide_form, 5))

    assert answer.status_code == 200


@pytest.mark.parametrize("key", ["reloaded", None])
def test_the_same_answers_within_ten_minutes_are_a_repeat(send, guide_form, key):
    first = send(guide_form, email="a@example.com", submission_key=key and "first")
    again = send(guide_form, email="a@example.com", submission_key=key)

    assert (again.status_code, again.json()) == (200, first.json())
    assert Submission.objects.count() == 1


def test_the_same_answers_after_ten_minutes_are_a_new_submission(send, guide_form):
    send(guide_form, email="a@example.com", submission_key="first")
    Submission.objects.update(received_at=timezone.now() - timedelta(minutes=11))

    assert send(guide_form, email="a@example.com", submission_key="second").status_code == 201


def test_a_refused_form_leaves_its_key_free(send, guide_form):
    wrong = send(guide_form, email="nobody", submission_key="k-1")
    right = send(guide_form, email="nobody@example.com", submission_key="k-1")

    assert (wrong.status_code, right.status_code) == (422, 201)


def test_every_wrong_answer_is_named_at_once(send, guide_form):
    answer = send(guide_form, email="ada@", company="x" * 300)

    assert answer.status_code == 422
    body = answer.json()
    assert body["status"] == "invalid" and set(body["errors"]) == {"email", "company"}
    assert body["errors"]["company"] == ["Use at most 200 characters (now 300)."]


def test_an_expired_token_asks_to_send_again_and_a_fresh_one_finishes_with_the_same_key(send, guide_form):
    old = send(guide_form, email="a@example.com", submission_key="k", token=token_of(guide_form, 25 * 3600))
    new = send(guide_form, email="a@example.com", submission_key="k")

    assert old.status_code == 422
    assert old.json()["code"] == "token_expired" and "send it again" in old.json()["errors"]["token"][0]
    assert new.status_code == 201


def test_a_token_of_23_hours_is_fine(send, guide_form):
    assert send(guide_form, token=token_of(guide_form, 23 * 3600)).status_code == 201


def test_the_version_the_visitor_read_is_the_one_that_is_kept(send, guide_form):
    token = token_of(guide_form)
    old = guide_form.live_version
    wording = {"topic": "product-news", "wording": "Other words", "required": True}
    definition = {**old.definition, "consent": wording}
    services.publish_version(
        form=guide_form, definition=definition, button="Go", thanks="Thanks", offer=old.offer, by=None,
        now=timezone.now(),
    )  # fmt: skip

    answer = send(guide_form, email="a@example.com", token=token, consent="yes")

    assert answer.status_code == 201
    assert Submission.objects.get().form_version == old
    assert Consent.objects.get().wording == old.definition["consent"]["wording"]


def test_a_published_version_cannot_be_changed(guide_form):
    with pytest.raises(Exception, match="cannot be changed"):
        FormVersion.objects.filter(form=guide_form).update(button="Other")


def test_json_and_multipart_are_read_too(client, guide_form):
    url = f"/f/{guide_form.pk}/submit"
    fields = {"email": "j@example.com", "consent": True, "token": token_of(guide_form)}
    as_json = client.post(
        url, json.dumps(fields), content_type="application/json", **JSON, HTTP_X_FORWARDED_FOR=address()
    )
    as_parts = client.post(url, {"email": "m@example.com"}, **JSON, HTTP_X_FORWARDED_FOR=address())

    assert (as_json.status_code, as_parts.status_code) == (201, 201)
    assert Consent.objects.get().lead.email == "j@example.com"


def test_a_browser_is_led_to_the_thank_you_page(client, guide_form):
    fields = {"email": "b@example.com", "token": token_of(guide_form)}
    answer = client.post(f"/f/{guide_form.pk}/submit", fields, HTTP_ACCEPT="text/html")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/f/{guide_form.pk}/thanks")
    page = client.get(answer.headers["Location"])
    assert "The guide is on its way" in page.content.decode() and "/o/lead-guide" in page.content.decode()


def test_a_browser_gets_its_page_back_with_everything_it_typed(client, guide_form):
    answer = client.post(
        f"/f/{guide_form.pk}/submit", {"email": "ada@", "company": "Engines", "consent": "yes", "submission_key": "k"}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="ada@"' in page and 'value="Engines"' in page and 'value="k"' in page and "checked" in page
    assert "Write it like name@company.com." in page and answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_unknown_and_closed_forms_say_so_in_words(client, guide_form, django_user_model, accept):
    unknown = client.post("/f/zzzzz/submit", {"email": "a@example.com"}, HTTP_ACCEPT=accept)
    user = django_user_model.objects.create_user("m@example.com", "x", name="M", role="marketer")
    services.close_form(form=guide_form, by=user, now=timezone.now())
    closed = client.post(f"/f/{guide_form.pk}/submit", {"email": "a@example.com"}, HTTP_ACCEPT=accept)

    assert (unknown.status_code, closed.status_code) == (404, 410)
    assert "no form at this address" in unknown.content.decode() and "This form is closed" in closed.content.decode()


def test_a_form_closed_a_moment_ago_elsewhere_takes_nothing(send, guide_form):
    send(guide_form)
    Form.objects.update(state="closed")

    assert send(guide_form).status_code == 410
    assert Submission.objects.count() == 1


def test_a_database_that_is_away_is_said_with_503(send, guide_form, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(submissions, "_submit", away)
    answer = send(guide_form)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["status"] == "unavailable" and answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_eleventh_form_of_an_address_in_a_minute_waits(send, guide_form):
    here = {"HTTP_X_FORWARDED_FOR": address()}
    answers = [send(guide_form, headers=here) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].json()["retry_after"] == int(answers[-1].headers["Retry-After"])


def test_any_website_may_ask_before_it_sends_json(client, guide_form):
    answer = client.options(f"/f/{guide_form.pk}/submit")

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_public_addresses_set_no_cookie(client, guide_form):
    for path in ("", ".json", "/token", "/thanks"):
        answer = client.get(f"/f/{guide_form.pk}{path}")
        assert answer.status_code == 200 and not answer.cookies, path


def test_the_definition_is_cached_and_light(client, guide_form):
    answer = client.get(f"/f/{guide_form.pk}.json")
    again = client.get(f"/f/{guide_form.pk}.json", HTTP_IF_NONE_MATCH=answer.headers["ETag"])

    assert answer.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=86400"
    assert again.status_code == 304 and len(answer.content) < 2048
    assert client.get(f"/f/{guide_form.pk}/token").headers["Cache-Control"] == "no-store"


def test_a_get_sends_nothing(client, guide_form):
    assert client.get(f"/f/{guide_form.pk}/submit?email=a@example.com").status_code == 405
    assert not Submission.objects.exists()


def test_the_origin_is_read_off_the_first_page(send, guide_form):
    send(guide_form, first_page="https://site.example/?utm_source=News&utm_medium=email&utm_campaign=May")

    lead = Lead.objects.select_related("source").get()
    assert (lead.source.channel, lead.source.source, lead.source.campaign) == ("email", "news", "May")
    assert Submission.objects.get().attribution["first"]["campaign"] == "May"
