"""What stands in a message."""

import email
import email.policy
import re

import pytest

from mail import mime
from mail.addresses import HeaderInjection, InvalidAddress
from mail.models import Kind, Message
from mail.services import send_due_messages
from tests.mail.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db


def parsed(message, now):
    return email.message_from_bytes(mime.build(message, at=now), policy=email.policy.default)


def test_text_comes_first_and_both_parts_survive_umlauts_dots_and_long_lines(queue, smtp_sink, now):
    text = "Grüße,\n.\n.. two dots\n" + "x" * 5000 + "\n\n  trailing \nFrom here €"
    message = queue(text=text, html=f"<p>Grüße {'y' * 5000}</p>")

    send_due_messages(now=now)

    mail = smtp_sink.messages[0]
    plain, html = mail.iter_parts()
    assert mail.get_content_type() == "multipart/alternative"
    assert plain.get_content().replace("\r\n", "\n") == text + "\n"
    assert html.get_content_type() == "text/html"
    assert "Grüße yyyy" in html.get_content()
    assert max(len(line) for line in smtp_sink.raw[0].split(b"\r\n")) <= 998
    assert b"\n" not in smtp_sink.raw[0].replace(b"\r\n", b"")
    assert smtp_sink.raw[0].isascii()
    assert message.message_id == mail["Message-ID"]


def test_marketing_carries_one_click_unsubscribe_on_one_line(queue, settings, now):
    settings.EMAIL_UNSUBSCRIBE = "leave@crm.example"
    message = queue(kind=Kind.MARKETING, list_id="news.crm.example", reply_to="rep@crm.example")

    raw = mime.build(message, at=now)

    mail = parsed(message, now)
    assert b"List-Unsubscribe: <https://crm.example/u/abc>, <mailto:leave@crm.example?subject=unsubscribe>\r\n" in raw
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "<news.crm.example>"
    assert mail["Reply-To"] == "rep@crm.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Feedback-ID"] == "newsletter:marketing:leadcrm:localhost"
    assert mail["Date"].datetime == now


def test_requested_mail_carries_no_unsubscribe_header(queue, now):
    mail = parsed(queue(kind=Kind.REQUESTED), now)

    assert mail["List-Unsubscribe"] is None
    assert mail["Feedback-ID"] is None


@pytest.mark.parametrize(
    "subject", ["Ihr Leitfaden: Größe & Maß", "=?utf-8?q?not_decoded?=", "日本語の件名" * 20, "plain " * 60, "tab-free"]
)
def test_a_subject_arrives_as_it_was_written(subject, queue, now):
    mail = parsed(queue(subject=subject), now)

    assert mail["Subject"] == subject.strip()


def test_names_and_domains_in_other_scripts_are_encoded_in_headers(queue, settings, now):
    settings.EMAIL_FROM = "Müller & Söhne, Vertrieb <hallo@müller.example>"

    mail = parsed(queue(to_email="kunde@bücher.example"), now)

    assert mail["From"].addresses[0].display_name == "Müller & Söhne, Vertrieb"
    assert mail["From"].addresses[0].addr_spec == "hallo@xn--mller-kva.example"
    assert mail["To"].addresses[0].addr_spec == "kunde@xn--bcher-kva.example"
    assert mime.build(Message.objects.get(), at=now).isascii()


def test_a_domain_in_another_script_is_sent_in_its_ascii_form(queue, smtp_sink, now):
    queue(to_email="kunde@bücher.example")

    send_due_messages(now=now)

    assert smtp_sink.envelopes == [("no-reply@localhost", "kunde@xn--bcher-kva.example")]


def test_a_local_part_in_another_script_needs_a_server_that_can_carry_it(queue, settings, now):
    able = queue(to_email="jörg@buyer.example")

    with SmtpSink() as sink:
        settings.EMAIL_URL = sink.url
        send_due_messages(now=now)
    with SmtpSink(features=("PIPELINING",)) as old_sink:
        settings.EMAIL_URL = old_sink.url
        unable = queue(to_email="jürgen@buyer.example")
        send_due_messages(now=now)

    able.refresh_from_db()
    unable.refresh_from_db()
    assert (able.status, sink.envelopes[0][1]) == ("sent", "jörg@buyer.example")
    assert any("SMTPUTF8" in command for command in sink.commands)
    assert (unable.status, old_sink.messages) == ("failed", [])
    assert "before the @" in unable.reason


@pytest.mark.parametrize("field", ["subject", "to_email", "reply_to", "unsubscribe_url", "list_id", "topic"])
@pytest.mark.parametrize("break_", ["\n", "\r", "\r\n", "\x00", "\u2028"])
def test_a_line_break_in_a_header_is_refused(field, break_, queue):
    value = f"a@b.example{break_}Bcc: victim@c.example"

    with pytest.raises(HeaderInjection, match="line break"):
        queue(**{field: value})

    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "@b.example",
        "a@",
        "a b@c.example",
        "a@b.example,c@d.example",
        "A <a@b.example>",
        "a@b@c.example",
        "a@b..example",
        "x" * 65 + "@b.example",
        "a@" + "b" * 250 + ".example",
        "a@b.example.",
    ],
)
def test_what_is_not_one_address_is_refused(address, queue):
    with pytest.raises(InvalidAddress):
        queue(to_email=address)

    assert not Message.objects.exists()


def test_a_fragment_is_set_into_the_layout_with_inlined_styles(queue):
    message = queue(html='<p>Hello</p><p><a class="button" href="https://crm.example/d">Get it</a></p>')

    assert message.html.lower().startswith("<!doctype html>")
    assert "<style" not in message.html
    assert re.search(r'<a class="button"[^>]*style="[^"]*background: ?#1a56c4', message.html)
    assert "Unsubscribe" not in message.html


def test_marketing_shows_its_way_out_in_both_parts_once(queue):
    message = queue(kind=Kind.MARKETING)
    own = queue(
        kind=Kind.MARKETING,
        html='<a href="https://crm.example/u/abc">Leave</a>',
        text="Leave: https://crm.example/u/abc",
    )

    assert message.html.count("https://crm.example/u/abc") == 1
    assert message.text.endswith("Unsubscribe: https://crm.example/u/abc\n")
    assert own.html.count("https://crm.example/u/abc") == own.text.count("https://crm.example/u/abc") == 1


def test_a_subject_with_markup_is_text_in_the_layout(queue):
    message = queue(subject="<script>alert(1)</script>")

    assert "<script>" not in message.html


def test_a_text_only_message_has_one_part(queue, now):
    mail = parsed(queue(html=""), now)

    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().strip() == "Here is your guide."
