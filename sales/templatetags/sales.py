"""Template filters of sales."""

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from common.shortcuts import shortcut
from sales import words
from sales.models import Handover

register = template.Library()
VERDICTS = ("accept", "reject", "log", "won", "lost", "recycle")


@register.filter
def said(handover: Handover) -> str:
    """What became of a handover, and when it takes effect."""
    return words.said(handover)


@register.simple_tag
def idle_in_inbox() -> SafeString:
    """What is said to who answers a handover by key where only the inbox takes answers."""
    why = "Sales answers in the inbox: the button under Sales opens it."
    rows = ((shortcut(act).key, why) for act in VERDICTS)
    return format_html_join("", '<p hidden data-idle="{}">{}</p>', rows)
