"""Building a form: drafts are kept, undone and published, and never seen by visitors before."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AuditEntry, Role
from capture import live, services
from capture.models import DraftStep, Form, FormVersion, Submission
from capture.services.drafts import KEPT_STEPS
from tests.capture.conftest import token_of
from tests.factories.sales import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def maker(client):
    user = make_user(Role.MARKETER, name="Maria Example")
    client.force_login(user)
    return user


def step_of(form: Form) -> int:
    return Form.objects.get(pk=form.pk).draft_step or 0


def post(client, form: Form, **posted):
    return client.post(f"/forms/{form.pk}/build/", {"step": step_of(form), **posted})


def test_a_draft_is_kept_and_no_visitor_sees_it(client, maker, demo_form) -> None:
    answer = post(client, demo_form, heading="Another heading", **{"company-label": "Firm", "act": "add:phone"})

    assert answer.headers["Location"] == f"/forms/{demo_form.pk}/build/"
    page = client.get(f"/forms/{demo_form.pk}/build/").content.decode()
    assert 'value="Another heading"' in page and 'value="Firm"' in page and 'name="phone-label"' in page
    live.forget(demo_form.pk)
    seen = client.get(f"/f/{demo_form.pk}.json").content.decode() + client.get(f"/f/{demo_form.pk}").content.decode()
    assert "Another heading" not in seen and "Firm" not in seen and "phone" not in seen
    assert FormVersion.objects.filter(form=demo_form).count() == 1
    preview = client.get(f"/forms/{demo_form.pk}/preview.json").json()
    assert [field["label"] for field in preview["fields"]][3:] == [
        "Firm",
        "Job title",
        "What would you like to see?",
        "Phone",
    ]


def test_publishing_shows_what_changes_and_then_visitors_see_it(client, maker, demo_form) -> None:
    post(client, demo_form, button="Show me", act="add:phone")

    page = client.get(f"/forms/{demo_form.pk}/publish/").content.decode()
    assert "Button: “Request a demo” becomes “Show me”." in page and "New question: Phone (optional)." in page
    answer = client.post(f"/forms/{demo_form.pk}/publish/", {"step": step_of(demo_form)})

    assert answer.headers["Location"] == f"/forms/{demo_form.pk}/?tab=embed"
    shown = client.get(f"/f/{demo_form.pk}.json").json()
    assert (shown["version"], shown["button"], shown["fields"][-1]["name"]) == (2, "Show me", "phone")
    assert not Form.objects.get().has_draft and not DraftStep.objects.exists()
    assert AuditEntry.objects.filter(action="form_published", object_id=demo_form.pk, by=maker).exists()


def test_what_was_sent_before_keeps_its_version_and_an_own_answer_becomes_the_leads(
    client, maker, demo_form, send
) -> None:
    send(demo_form, email="first@example.com")
    post(client, demo_form, act="add:number")
    post(client, demo_form, **{"q1-label": "Team size"})
    client.post(f"/forms/{demo_form.pk}/publish/", {"step": step_of(demo_form)})

    live.forget(demo_form.pk)
    wrong = send(demo_form, email="second@example.com", q1="many", token=token_of(demo_form, number=2))
    right = send(demo_form, email="second@example.com", q1="12", token=token_of(demo_form, number=2))

    assert wrong.json()["errors"] == {"q1": ["Write a number."]}
    assert right.status_code == 201, right.content
    versions = Submission.objects.order_by("pk").values_list("form_version__number", "answers__q1")
    assert list(versions) == [(1, None), (2, "12")]


def test_steps_are_undone_and_done_again_until_something_else_is_done(client, maker, demo_form) -> None:
    post(client, demo_form, heading="One")
    post(client, demo_form, heading="Two")

    def heading() -> str:
        return services.draft_of(Form.objects.get()).content["heading"]

    post(client, demo_form, act="undo")
    assert heading() == "One"
    post(client, demo_form, act="undo")
    post(client, demo_form, act="undo")
    assert heading() == "Request a demo"
    post(client, demo_form, act="redo")
    assert heading() == "One"
    post(client, demo_form, heading="Three")
    assert not services.draft_of(Form.objects.get()).can_redo
    post(client, demo_form, act="discard")
    assert heading() == "Request a demo" and not Form.objects.get().has_draft


def test_a_hundred_steps_are_kept(maker, demo_form) -> None:
    now = timezone.now()
    for number in range(KEPT_STEPS + 20):
        content = {**demo_form.live_version.content, "heading": f"Heading {number}"}
        services.save_draft(form=demo_form, content=content, seen=step_of(demo_form), by=maker, now=now)

    steps = DraftStep.objects.order_by("number")
    assert steps.count() == KEPT_STEPS
    assert steps.last().content["heading"] == f"Heading {KEPT_STEPS + 19}"


def test_saving_what_is_there_already_is_no_step(client, maker, demo_form) -> None:
    post(client, demo_form, heading="Request a demo")

    assert not Form.objects.get().has_draft


def test_who_comes_second_is_told_and_overwrites_nothing(client, maker, demo_form) -> None:
    client.post(f"/forms/{demo_form.pk}/build/", {"step": 0, "heading": "Mine"})

    answer = client.post(f"/forms/{demo_form.pk}/build/", {"step": 0, "heading": "Late"})
    published = client.post(f"/forms/{demo_form.pk}/publish/", {"step": 0})

    assert answer.status_code == published.status_code == 409
    assert "Maria Example has changed this form since you opened it." in answer.content.decode()
    assert services.draft_of(Form.objects.get()).content["heading"] == "Mine"
    assert Form.objects.get().live_version.number == 1


def test_a_draft_that_lacks_something_is_kept_but_not_published(client, maker, demo_form) -> None:
    post(client, demo_form, act="remove:email")

    page = client.get(f"/forms/{demo_form.pk}/publish/").content.decode()
    answer = client.post(f"/forms/{demo_form.pk}/publish/", {"step": step_of(demo_form)})

    assert "Ask for the e-mail address" in page
    assert answer.status_code == 409 and Form.objects.get().live_version.number == 1


def test_nothing_is_published_where_nothing_changed(client, maker, demo_form) -> None:
    answer = client.post(f"/forms/{demo_form.pk}/publish/", {"step": 0})

    assert answer.status_code == 409 and "Nothing has changed" in answer.content.decode()


@pytest.mark.parametrize("step", ["", "-1", "x", "9" * 30, "²"])
def test_a_damaged_step_is_no_page(client, maker, demo_form, step) -> None:
    assert client.post(f"/forms/{demo_form.pk}/build/", {"step": step, "heading": "x"}).status_code == 404


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER, Role.VIEWER])
def test_only_makers_see_drafts(client, demo_form, role) -> None:
    client.force_login(make_user(role))

    for path in ("build/", "publish/", "preview/", "preview.json"):
        assert client.get(f"/forms/{demo_form.pk}/{path}").status_code == 403, path
    assert "Build" not in client.get(f"/forms/{demo_form.pk}/").content.decode()


def test_the_preview_may_be_framed_by_us_alone_and_sends_nothing(client, maker, demo_form) -> None:
    answer = client.get(f"/forms/{demo_form.pk}/preview/")

    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in client.get(f"/forms/{demo_form.pk}/build/").headers["Content-Security-Policy"]


@pytest.mark.django_db(transaction=True)
def test_of_two_makers_at_the_same_instant_one_is_told(demo_form) -> None:
    by, now, outcomes, start = make_user(Role.MARKETER), timezone.now(), [], threading.Barrier(2)

    def save(heading: str) -> None:
        content = {**demo_form.live_version.content, "heading": heading}
        start.wait()
        try:
            services.save_draft(form=demo_form, content=content, seen=0, by=by, now=now)
            outcomes.append("kept")
        except services.DraftChanged:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(heading,)) for heading in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["kept", "told"]


def test_the_code_without_a_script_offers_the_choices(client, maker, demo_form) -> None:
    post(client, demo_form, act="add:select")
    post(client, demo_form, **{"q1-label": "Team size", "q1-options": "1 & 9\n10-49", "q1-required": "on"})
    client.post(f"/forms/{demo_form.pk}/publish/", {"step": step_of(demo_form)})

    plain = client.get(f"/forms/{demo_form.pk}/?tab=embed").context["snippets"].plain

    assert (
        '<label>Team size <select name="q1" required><option value="">Please choose</option>'
        "<option>1 &amp; 9</option><option>10-49</option></select></label>"
    ) in plain
