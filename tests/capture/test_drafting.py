"""Working on a form's content: what is typed, what acts do, what visitors would see changed."""

import pytest

from capture.blueprints import BLUEPRINTS
from capture.drafting import CUSTOM, KNOWN, MAX_QUESTIONS, acted, changes, problems, typed


def content(template: str = "demo") -> dict:
    blueprint = BLUEPRINTS[template]
    return {**blueprint.definition(), "button": blueprint.button, "thanks": blueprint.thanks}


def names(whole: dict) -> list[str]:
    return [field["name"] for field in whole["fields"]]


@pytest.mark.parametrize("template", list(BLUEPRINTS))
def test_every_template_can_be_published(template) -> None:
    assert problems(content(template)) == []


def test_what_was_not_posted_stays_and_what_was_is_cut_to_what_fits() -> None:
    before = content()

    after = typed(before, {"heading": f"  {'x' * 500} ", "company-label": "Your\n  firm"}, live=before)

    assert after["heading"] == "x" * 120
    assert after["intro"] == before["intro"]
    company = next(field for field in after["fields"] if field["name"] == "company")
    assert (company["label"], company["required"], company["maps_to"]) == ("Your firm", False, "company")
    assert [field for field in after["fields"] if field["name"] != "company"] == [
        field for field in before["fields"] if field["name"] != "company"
    ]


def test_an_unticked_box_is_an_answer_where_its_question_was_posted() -> None:
    after = typed(content(), {"email-label": "E-mail"}, live=None)

    assert after["fields"][0]["required"] is False
    assert [problem.place for problem in problems(after)] == ["fields"]


def test_choices_are_one_a_line_and_each_stands_once() -> None:
    before = acted(content(), "add", "select")

    after = typed(before, {"q1-label": "Team size", "q1-options": " 1-9 \n\n10-49\n1-9\n"}, live=None)

    assert after["fields"][-1]["options"] == ["1-9", "10-49"]


def test_an_own_question_is_kept_under_its_label_until_it_is_published() -> None:
    before = acted(content(), "add", "text")
    named = typed(before, {"q1-label": "Team size?"}, live=None)
    renamed = typed(named, {"q1-label": "How large is your team?"}, live=named)

    assert [whole["fields"][-1]["maps_to"] for whole in (before, named, renamed)] == ["", "team_size", "team_size"]
    assert typed(before, {"q1-label": "Company"}, live=None)["fields"][-1]["maps_to"] == "company_"
    assert typed(before, {"q1-label": "???"}, live=None)["fields"][-1]["maps_to"] == "q1"


@pytest.mark.parametrize(
    ("act", "name", "expected"),
    [
        ("up", "company", ["email", "company", "first_name", "job_title"]),
        ("down", "email", ["first_name", "email", "company", "job_title"]),
        ("up", "email", ["email", "first_name", "company", "job_title"]),
        ("down", "job_title", ["email", "first_name", "company", "job_title"]),
        ("remove", "company", ["email", "first_name", "job_title"]),
        ("add", "phone", ["email", "first_name", "company", "job_title", "phone"]),
        ("add", "number", ["email", "first_name", "company", "job_title", "q1"]),
        ("add", "company", ["email", "first_name", "company", "job_title"]),
        ("add", "spaceship", ["email", "first_name", "company", "job_title"]),
        ("copy", "company", ["email", "first_name", "company", "job_title"]),
        ("remove", "nobody", ["email", "first_name", "company", "job_title"]),
        ("fly", "company", ["email", "first_name", "company", "job_title"]),
    ],
)
def test_acts(act, name, expected) -> None:
    assert names(acted(content("guide"), act, name)) == expected


def test_a_copy_stands_below_under_a_name_of_its_own() -> None:
    before = acted(acted(content("guide"), "add", "select"), "add", "date")

    after = acted(before, "copy", "q1")

    assert names(after)[-3:] == ["q1", "q3", "q2"]
    assert after["fields"][-2]["options"] == after["fields"][-3]["options"]


def test_a_form_has_an_end() -> None:
    whole = content()
    for _ in range(2 * MAX_QUESTIONS):
        whole = acted(whole, "add", "text")

    assert len(whole["fields"]) == MAX_QUESTIONS
    assert len(set(names(whole))) == MAX_QUESTIONS


@pytest.mark.parametrize("kind", [*KNOWN, *CUSTOM])
def test_whatever_is_added_can_be_published(kind) -> None:
    bare = {**content(), "fields": [field for field in content()["fields"] if field["name"] == "email"]}

    assert problems(acted(bare, "add", kind)) == []


def test_problems_say_where_and_what_to_do() -> None:
    whole = acted({**content(), "button": " ", "thanks": ""}, "add", "select")
    whole["fields"][-1]["options"] = ["one"]
    whole["fields"][1]["label"] = ""
    whole["consent"]["wording"] = ""

    assert [(problem.place, problem.text) for problem in problems(whole)] == [
        ("button", "Write the words on the button."),
        ("thanks", "Write the words of thanks."),
        ("first_name", "Write the question."),
        ("q1", "Choice: give at least two choices, one a line."),
        ("consent", "Write what people agree to."),
    ]


def test_changes_are_said_in_sentences() -> None:
    old = content("guide")
    new = acted(acted(acted(old, "remove", "job_title"), "add", "phone"), "up", "company")
    new = typed(new, {"heading": "The guide", "intro": "", "company-label": "Firm", "company-required": "on"}, live=old)
    new["consent"] = None

    assert changes(old, new) == [
        "Heading: “Get the guide” becomes “The guide”.",
        "No text under the heading.",
        "New question: Phone (optional).",
        "No longer asked: Job title.",
        "“Company” is called “Firm”.",
        "Firm is required.",
        "New order: Work e-mail, Firm, First name, Phone.",
        "Nobody is asked for consent.",
    ]
    assert changes(old, content("guide")) == []
