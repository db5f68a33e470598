"""A real browser opens every page that shows what strangers wrote: no dialog, no refused script, no request elsewhere.

The policy would stop a script; here nothing even asks it to (S01, S02).
"""

import pytest

from tests.attacks.test_hostile_words import pages, world  # noqa: F401 - the lead whose every field is an attack

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Pages that show nothing of strangers, and answers that are no pages.
ELSEWHERE = ("/embed.js", "/healthz", "/readyz", "/metrics", "/_ui", "/setup", "/admin", "/api", "/settings/people",
             "/settings/teams", "/settings/api-keys", "/settings/webhooks", "/settings/profile")  # fmt: skip


def test_what_strangers_wrote_runs_nowhere(browser, live_server, settings, world):  # noqa: F811
    settings.ALLOWED_HOSTS = ["*"]
    context, noticed = browser.new_context(), []
    session = world.client("admin").cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    page.on("dialog", lambda dialog: (noticed.append(("dialog", page.url)), dialog.dismiss()))
    page.on("console", lambda message: noticed.append((message.text, page.url)) if "Security" in message.text else None)
    page.on("pageerror", lambda error: noticed.append((str(error), page.url)))
    page.on(
        "request", lambda asked: None if asked.url.startswith((live_server.url, "data:")) else noticed.append(asked.url)
    )
    seen = []

    for path in pages(world):
        if not path.startswith(ELSEWHERE):
            answer = page.goto(live_server.url + path, wait_until="load")
            seen.append(answer.status if answer else 204)
    literally = page.goto(f"{live_server.url}/leads/{world.lead.pk}/")
    text = page.inner_text("main")
    context.close()

    assert noticed == []
    assert len(seen) > 20 and max(seen) < 500 and literally.ok
    assert "<img src=x onerror=alert(1)>" in text
