"""Building a form in a browser: what is typed is kept and previewed; visitors see what is published."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from accounts.models import Role
from capture import services
from capture.models import Form, Submission
from tests.factories.sales import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def form(starter) -> Form:
    return services.create_form(template="demo", name="Demo", by=None, now=timezone.now())


@pytest.fixture
def builder(signed_in, form):
    page = signed_in(make_user(Role.MARKETER), f"/forms/{form.pk}/build/")
    labels(page).get_by_text("Work e-mail").wait_for()
    return page


def labels(page):
    return page.frame_locator("#form-preview").locator("label")


def state(page):
    return page.locator("#draft-state")


def draft(form: Form) -> dict:
    return services.draft_of(Form.objects.get(pk=form.pk)).content


def test_what_is_typed_is_kept_and_previewed_while_visitors_see_the_published(builder, form, page, live_server):
    visitor = page
    visitor.goto(f"{live_server.url}/f/{form.pk}")
    builder.get_by_label("Question", exact=True).nth(2).fill("Your last name")
    builder.keyboard.press("Tab")
    labels(builder).get_by_text("Your last name").wait_for()

    visitor.reload()

    assert visitor.get_by_text("Your last name").count() == 0
    assert draft(form)["fields"][2]["label"] == "Your last name"
    builder.get_by_role("link", name="Publish…").click()
    builder.get_by_text("“Last name” is called “Your last name”.").wait_for()
    builder.get_by_role("button", name="Publish 1 change").click()
    builder.get_by_text("Version 2 of Demo is live.").wait_for()
    visitor.reload()
    visitor.get_by_text("Your last name").wait_for()


def test_a_question_is_added_named_moved_and_taken_away_by_keyboard(builder, form):
    builder.keyboard.press("+")
    builder.get_by_role("menuitem", name="Choice").press("Enter")
    builder.locator("#question-q1").wait_for()
    builder.keyboard.type("Team size")
    builder.get_by_label("Choices, one a line").fill("1-9\n10-49")
    builder.keyboard.press("Tab")
    labels(builder).get_by_text("Team size").wait_for()
    builder.get_by_role("button", name="Move up Team size").press("Enter")
    builder.locator("#questions > #question-q1:nth-child(6) #up-q1:focus").wait_for()
    builder.keyboard.press("Enter")
    builder.locator("#questions > #question-q1:nth-child(5)").wait_for()

    assert [field["label"] for field in draft(form)["fields"]][4:] == [
        "Team size",
        "Job title",
        "What would you like to see?",
    ]
    assert draft(form)["fields"][4]["options"] == ["1-9", "10-49"]
    builder.get_by_role("button", name="Remove Team size").click()
    builder.locator("#question-q1").wait_for(state="detached")
    builder.get_by_role("button", name="Undo").click()
    builder.locator("#question-q1").wait_for()


def test_what_is_sent_in_the_preview_goes_nowhere(builder, form):
    frame = builder.frame_locator("#form-preview")
    frame.get_by_label("Work e-mail").fill("ada@work.example")
    frame.get_by_role("button", name="Request a demo").click()

    frame.get_by_text("Thank you. We write to you").wait_for()

    assert not Submission.objects.exists()


def test_the_preview_turns_dark_and_narrow_and_begins_again(builder, form):
    frame = builder.frame_locator("#form-preview")
    frame.get_by_label("Work e-mail").fill("ada@work.example")
    builder.get_by_role("button", name="Dark").click()
    frame.locator("html[data-on=dark]").wait_for()
    labels(builder).get_by_text("Work e-mail").wait_for()
    builder.get_by_role("button", name="Phone").click()

    assert builder.locator("#form-preview").bounding_box()["width"] == 390
    frame.get_by_label("Work e-mail").fill("ada@work.example")
    builder.get_by_role("button", name="Restart").click()
    frame.locator("html[data-on=dark] [data-lead-form]").wait_for()
    builder.get_by_role("button", name="Dark").click()
    frame.locator("html:not([data-on])").wait_for()


def test_somebody_elses_change_is_told_and_not_overwritten(builder, form):
    other = make_user(Role.ADMIN, name="Otto Example")
    content = {**draft(form), "heading": "By Otto"}
    services.save_draft(form=form, content=content, seen=0, by=other, now=timezone.now())

    builder.get_by_label("Heading").fill("By me")
    builder.keyboard.press("Tab")

    builder.locator("[data-toast]", has_text="Otto Example has changed this form").wait_for()
    assert draft(form)["heading"] == "By Otto"


@pytest.mark.parametrize("width", [1440, 390])
def test_the_builder_fits_and_is_accessible(builder, form, width):
    builder.set_viewport_size({"width": width, "height": 900})
    axe = [
        item["id"] for item in Axe().run(builder).response["violations"] if item["impact"] in ("serious", "critical")
    ]

    assert axe == []
    assert builder.evaluate("document.documentElement.scrollWidth <= innerWidth")
