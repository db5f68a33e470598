"""EMAIL_URL, encryption and signing in."""

import ssl
import subprocess

import pytest

from mail.models import Status
from mail.relay import BadEmailUrl, RelayAddress, parse_email_url
from mail.services import send_due_messages
from tests.mail.smtp_sink import SmtpSink


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that no system trusts, and the server's context with it."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {key} -out {cert} -days 2 "
        "-subj /CN=sink -addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return cert, context


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", RelayAddress("smtp", "mail.example", 25)),
        ("smtp+tls://u%40x:p%2Fw@mail.example", RelayAddress("smtp+tls", "mail.example", 587, "u@x", "p/w")),
        ("smtps://mail.example:1465/?ca=/etc/ca.pem", RelayAddress("smtps", "mail.example", 1465, ca="/etc/ca.pem")),
        ("smtp://u:p@127.0.0.1:2525", RelayAddress("smtp", "127.0.0.1", 2525, "u", "p")),
    ],
)
def test_an_email_url_names_server_security_and_sign_in(url, expected):
    assert parse_email_url(url) == expected


@pytest.mark.parametrize(
    "url", ["mail.example", "http://mail.example", "smtp://", "smtp://h:port", "smtp://u:secret@mail.example"]
)
def test_an_email_url_that_cannot_be_used_says_what_to_change(url):
    with pytest.raises(BadEmailUrl, match="EMAIL_URL") as refusal:
        parse_email_url(url)

    assert "secret" not in str(refusal.value)


def test_the_password_is_not_shown_where_the_relay_is():
    assert "secret" not in repr(parse_email_url("smtps://u:secret@mail.example"))


@pytest.mark.django_db
@pytest.mark.parametrize(("scheme", "implicit"), [("smtp+tls", False), ("smtps", True)])
def test_mail_leaves_encrypted_and_signed_in(scheme, implicit, certificate, queue, settings):
    cert, context = certificate
    messages = [queue(), queue()]

    with SmtpSink(tls=context, implicit_tls=implicit, credentials=("crm", "p/w")) as sink:
        settings.EMAIL_URL = f"{scheme}://crm:p%2Fw@127.0.0.1:{sink.port}/?ca={cert}"
        sent = send_due_messages(now=messages[0].due_at)

    assert (sent, sink.connections) == (2, 1)
    assert any(command.startswith("AUTH PLAIN") for command in sink.commands)


@pytest.mark.django_db
def test_a_server_with_an_unknown_certificate_gets_neither_password_nor_mail(certificate, queue, settings):
    message = queue()

    with SmtpSink(tls=certificate[1], credentials=("crm", "secret")) as sink:
        settings.EMAIL_URL = f"smtp+tls://crm:secret@127.0.0.1:{sink.port}"
        send_due_messages(now=message.due_at)

    message.refresh_from_db()
    assert (message.status, sink.messages) == (Status.PENDING, [])
    assert "TLS failed" in message.reason
    assert not any(command.startswith("AUTH") for command in sink.commands)


@pytest.mark.django_db
def test_a_server_without_starttls_gets_nothing(queue, settings):
    message = queue()

    with SmtpSink("502_at_starttls") as sink:
        settings.EMAIL_URL = f"smtp+tls://crm:secret@127.0.0.1:{sink.port}"
        send_due_messages(now=message.due_at)

    message.refresh_from_db()
    assert (message.status, sink.messages) == (Status.PENDING, [])


@pytest.mark.django_db
def test_a_wrong_password_fails_no_message(queue, settings):
    message = queue()

    with SmtpSink(credentials=("crm", "right")) as sink:
        settings.EMAIL_URL = f"smtp://crm:wrong@127.0.0.1:{sink.port}"
        send_due_messages(now=message.due_at)

    message.refresh_from_db()
    assert (message.status, sink.messages) == (Status.PENDING, [])
    assert "535" in message.reason
    assert "wrong@" not in message.reason
