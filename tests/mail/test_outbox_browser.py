"""Caught mail in a real browser."""

import os
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from accounts.models import Role, User
from common.models import Installation
from mail.services import send_due_messages, suppress

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def as_admin(page, client, live_server):
    """A browser page signed in as an admin."""
    user = User.objects.create_user("admin@crm.example", "x" * 12, name="Ada", role=Role.ADMIN)
    client.force_login(user)
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    return page


def shot(page, name):
    """Keep a picture where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_person_reads_caught_mail_and_follows_its_link(as_admin, queue, live_server, settings, now):
    settings.EMAIL_URL = ""
    Installation.objects.update_or_create(pk=1, defaults={"name": "Example Tools"})
    link = f"{live_server.url}/settings/mail/?status=sent"
    message = queue(
        subject="Your guide to planning production",
        html=f'<h1>Here is your guide</h1><p>Thank you.</p><p><a class="button" href="{link}">Get the guide</a></p>'
        '<script>document.body.innerHTML = "ran"</script><img src="https://tracker.example/x.gif">',
        text=f"Here is your guide: {link}",
    )
    queue(kind="marketing", to_email="gone@buyer.example", subject="News of March")
    suppress(email="gone@buyer.example", topic="all", reason="Unsubscribed on 1 March 2026 by link.", now=now)
    send_due_messages(now=now)
    problems = []
    as_admin.on("pageerror", lambda error: problems.append(str(error)))

    as_admin.goto("/settings/mail/")
    shot(as_admin, "mail-outbox")
    as_admin.get_by_role("link", name=message.subject).click()
    frame = as_admin.frame_locator("iframe")
    frame.get_by_role("heading", name="Here is your guide").wait_for()
    shot(as_admin, "mail-message")
    with as_admin.context.expect_page() as opened:
        frame.get_by_role("link", name="Get the guide").click()

    assert opened.value.url == link
    assert as_admin.url.endswith(f"/settings/mail/{message.pk}/")
    assert problems == []
