"""Words that become a mail: tokens with fallbacks, a little markup, and no name that is more than a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurturing.content import Values, check_body, render_html, render_text
from nurturing.starter import GUIDE_TEMPLATE, STEPS
from nurturing.tokens import TokenError, check_tokens, fill_tokens, usable


def values(links=None, **words):
    return Values(words=words, links={"guide": "https://crm.example/o/churn", "website": "", **(links or {})})


def test_a_token_becomes_the_value_or_its_fallback():
    assert fill_tokens("Hello {{first_name|there}},", {"first_name": "Ada"}) == "Hello Ada,"
    assert fill_tokens("Hello {{ first_name | there }},", {"first_name": " "}) == "Hello there,"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{frist_name|there}}", "is not a token. Use one of: first_name"),
        ("{{first_name}}", "needs the words to use when it is not known"),
        ("{{first_name| }}", "needs the words to use when it is not known"),
        ("{{lead.owner.password|x}}", "is not a token"),
        ("{{first_name|there}", "is not complete"),
        ("Hello }}", "is not complete"),
    ],
)
def test_a_broken_token_is_refused_with_what_to_change(text, words):
    with pytest.raises(TokenError, match=words):
        check_tokens(text)


@pytest.mark.parametrize(
    "name", ["Win at https://evil.example", "www.evil.example", "evil.com", "a@b.co", "</p><a", "x" * 61, "C:\\x"]
)
def test_a_name_that_holds_an_address_is_not_used(name):
    assert fill_tokens("Hello {{first_name|there}}", {"first_name": name}) == "Hello there"


@pytest.mark.parametrize("name", ["Ada", "J. R. Müller", "Zoë-Anne O'Neill", "山田 太郎", "Engines & Co. KG"])
def test_ordinary_names_are_used(name):
    assert usable(name) == name


def test_a_name_is_one_line():
    assert usable("Ada\r\nBcc: all") == "Ada Bcc: all"


def test_markup_becomes_html_and_text():
    body = "# News\n\nHello **{{first_name|you}}**,\nsee [the guide](guide).\n\n- one\n- two\n\n[Open it](guide)"

    assert render_html(body, values(first_name="Ada")) == (
        "<h2>News</h2>\n"
        '<p>Hello <strong>Ada</strong>,<br>\nsee <a href="https://crm.example/o/churn">the guide</a>.</p>\n'
        "<ul><li>one</li><li>two</li></ul>\n"
        '<p><a class="button" href="https://crm.example/o/churn">Open it</a></p>'
    )
    assert render_text(body, values(first_name="Ada")) == (
        "News\n\nHello Ada,\nsee the guide (https://crm.example/o/churn).\n\n- one\n- two\n\n"
        "Open it:\nhttps://crm.example/o/churn"
    )


def test_a_name_can_be_neither_html_nor_markup():
    assert render_html("{{company|you}}", values(company="**B** & [x](guide)")) == "<p>**B** &amp; [x](guide)</p>"


def test_a_line_whose_link_is_not_known_is_left_out():
    body = "Talk to us:\n[our website](website)\n\n[Our website](website)\n\nBye"

    assert render_text(body, values()) == "Talk to us:\n\nBye"


@pytest.mark.parametrize("target", ["javascript:alert", "http:evil", "//evil.example", "guides", "https://a'onload"])
def test_a_link_that_leads_nowhere_safe_is_refused(target):
    with pytest.raises(TokenError, match="begins with https://, or one of: guide, website, preferences"):
        check_body(f"See [this]({target}).")


@pytest.mark.parametrize("mail", [GUIDE_TEMPLATE, *STEPS])
def test_the_starter_mails_can_be_sent_to_somebody_of_whom_nothing_is_known(mail):
    check_tokens(mail["subject"])
    check_body(mail["body"])

    text = render_text(mail["body"], values())

    assert "{{" not in text + fill_tokens(mail["subject"], {})
    assert "Hello there," in text
    assert "  " not in text


@given(st.text(max_size=200), st.text(max_size=80))
def test_no_name_and_no_body_makes_html_of_its_own(body, name):
    html = render_html(body, values(first_name=name, company=name))

    assert "<script" not in html.lower()
    assert html.count("<") == html.count(">")
