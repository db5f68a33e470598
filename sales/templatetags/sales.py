"""Template filters of sales."""

from django import template

from sales import words
from sales.models import Handover

register = template.Library()


@register.filter
def said(handover: Handover) -> str:
    """What became of a handover, and when it takes effect."""
    return words.said(handover)
