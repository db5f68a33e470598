"""A repeat is known by a hash that is stored with its submission, so every release must make the same of an answer."""

from capture.answers import judge_answers
from capture.live import ConsentText, Field, Published


def question(name: str, kind: str = "text") -> Field:
    return Field(name, name, kind, required=False, autocomplete="off", maps_to=name, max_length=200)


def test_the_hash_of_the_same_answers_stays_what_it_was():
    version = Published(
        id=1,
        form_id="demo1",
        form_name="Demo",
        template="demo",
        number=1,
        heading="",
        intro="",
        fields=(question("first_name"), question("email", "email")),
        consent=ConsentText("news", 1, "Send me news.", required=False),
        button="Send",
        thanks="Thank you.",
        offer=None,
    )

    answers = judge_answers(
        version=version, fields={"email": "ada@engines.example", "first_name": "Zoë", "consent": "yes"}
    )

    assert answers.hash == "12350fa9e88f6c113d332f1e4ba258a4"
