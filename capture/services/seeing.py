"""Where a form stands: looked for on a page that somebody names, and noted when a browser asks for its questions."""

import logging
import threading
import time
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, transaction

from capture.models import Form
from capture.reading import clean
from capture.site_check import Finding, judge, traces
from common import outbound
from common.outbound import CallFailed, Page

logger = logging.getLogger(__name__)

CHECK_SECONDS = 8.0
# Of a process. A website that answers slowly holds a thread that visitors with a form need.
CHECKS_AT_ONCE = 2
FRESH = timedelta(days=1)
SAME_PAGE_SECONDS, OTHER_PAGE_SECONDS = 60.0, 5.0
MAX_URL, MAX_NOTED = 1000, 500
HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; LeadCRM site check)",
    "Accept": "text/html",
    "Accept-Encoding": "identity",
}

_places = threading.BoundedSemaphore(CHECKS_AT_ONCE)
_noted: dict[str, tuple[float, str]] = {}


def check_website(*, form: Form, url: str, now: datetime) -> Finding:
    """Fetch a page, say what of the form is there, and remember the page if it is. Raises UnsafeUrl.

    Two at once in a process; whoever comes third is told to come again.
    """
    if not _places.acquire(blocking=False):
        return Finding("busy", "Other pages are being looked at.", "Try again in a few seconds.", url)
    try:
        return _fetch_and_judge(form, url, now)
    except CallFailed as exc:
        return Finding("unreachable", "The page cannot be reached.", str(exc), url)
    finally:
        _places.release()


def _fetch_and_judge(form: Form, url: str, now: datetime) -> Finding:
    page = outbound.get(url, headers=HEADERS, seconds=CHECK_SECONDS)
    found = _unreadable(page) or _judge(form, page)
    if found.word == "absent" and _was_drawn(form, page.url, now):
        text = "Its code is not in the HTML, but a browser has drawn the form there: a script inserts it, and it works."
        return Finding("found", "The form is on this page.", text, page.url)
    if found.is_found:
        Form.objects.filter(pk=form.pk).update(seen_url=page.url[:MAX_URL], seen_at=now)
        form.seen_url, form.seen_at = page.url[:MAX_URL], now
    return found


def note_view(*, form_id: str, page: str, now: datetime) -> None:
    """Remember the page whose visitor's browser asked for a form; ``page`` is empty where it said nothing.

    Written at most every five seconds a form and process, each minute where it is the same page. It waits for nobody
    and never fails: what asks for the form goes on whatever becomes of the note.
    """
    page = without_query(page)
    known_at, known = _noted.get(form_id, (float("-inf"), ""))
    pause = SAME_PAGE_SECONDS if page == known else OTHER_PAGE_SECONDS
    if not page or time.monotonic() - known_at < pause:
        return
    if len(_noted) >= MAX_NOTED:
        _noted.clear()
    _noted[form_id] = (time.monotonic(), page)
    try:
        with transaction.atomic():
            free = Form.objects.filter(pk=form_id).select_for_update(no_key=True, skip_locked=True)
            Form.objects.filter(pk__in=free.values("pk")).update(seen_url=page, seen_at=now)
    except DatabaseError as exc:
        logger.info("Where form %s was seen is not noted: %s", form_id, type(exc).__name__)


def without_query(page: str) -> str:
    """Return the address of a page on another website without what may name a person, else an empty text."""
    try:
        split = urlsplit(clean(page))
        own = urlsplit(settings.PUBLIC_BASE_URL).netloc
        is_other = split.scheme in ("http", "https") and split.hostname and split.netloc != own
    except ValueError:
        return ""
    if not is_other or "@" in split.netloc:
        return ""
    return split._replace(query="", fragment="").geturl()[:MAX_URL]


def _unreadable(page: Page) -> Finding | None:
    if page.status >= 400:
        text = f"Its server answers with {page.status}. Check the address, or whether the page needs a sign-in."
        return Finding("unreachable", "The page cannot be reached.", text, page.url)
    if page.headers.get_content_type() not in ("text/html", "application/xhtml+xml"):
        text = f"What stands there is {page.headers.get_content_type()}, and not HTML."
        return Finding("unreachable", "This is no web page.", text, page.url)
    return None


def _judge(form: Form, page: Page) -> Finding:
    # All that is looked for is ASCII, whatever charset the page is in.
    html = page.body.decode("latin-1")
    policies = [part for text in page.headers.get_all("Content-Security-Policy", []) for part in text.split(",")]
    base = settings.PUBLIC_BASE_URL
    return judge(
        traces(html, url=page.url),
        url=page.url,
        policies=policies,
        form_id=form.pk,
        script=f"{base}/embed.js",
        hosted=f"{base}/f/{form.pk}",
    )


def _was_drawn(form: Form, url: str, now: datetime) -> bool:
    form.refresh_from_db(fields=["seen_url", "seen_at"])
    return form.seen_at is not None and now - form.seen_at < FRESH and form.seen_url == without_query(url)
