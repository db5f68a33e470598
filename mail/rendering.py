"""Turning what a caller wrote into the two finished parts of a mail."""

import css_inline
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from common.models import Installation
from mail.models import Kind

BASE_TEMPLATE = "mail/base.html"
_INLINER = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


def finished_html(html: str, *, subject: str, kind: str, unsubscribe_url: str) -> str:
    """Return a whole document with inlined CSS; a fragment is set into the mail layout, empty stays empty."""
    if not html.strip():
        return ""
    if "<html" not in html[:1000].lower():
        html = render_to_string(BASE_TEMPLATE, _layout(html, subject, kind, unsubscribe_url))
    return _INLINER.inline(html) if "<style" in html.lower() else html


def finished_text(text: str, *, kind: str, unsubscribe_url: str) -> str:
    """Return the text part; marketing that does not name its way out gets it as a last line."""
    if kind == Kind.MARKETING and unsubscribe_url not in text:
        return f"{text.rstrip()}\n\n-- \nUnsubscribe: {unsubscribe_url}\n"
    return text


def _layout(fragment: str, subject: str, kind: str, unsubscribe_url: str) -> dict[str, str]:
    # The fragment comes from a caller that escaped its values; it is shown sandboxed in the product.
    named = unsubscribe_url and unsubscribe_url in fragment
    return {
        "subject": subject,
        "content": mark_safe(fragment),  # nosec B308 B703: its writer escaped it, and it is shown in a sandbox
        "installation": str(Installation.current()),
        "unsubscribe_url": unsubscribe_url if kind == Kind.MARKETING and not named else "",
    }
