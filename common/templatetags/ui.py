"""Template tags of the interface; ``templates/components/README.md`` shows each in use."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from heroicons.templatetags import heroicons

from common import navigation, ui
from common.clock import now as present
from common.shortcuts import shortcut

register = template.Library()


@lru_cache(maxsize=512)
def _icon(name: str, size: int, solid: bool) -> str:
    if size <= 16:
        return heroicons.heroicon_micro(name, size=size)
    if solid or size == 18:
        return heroicons.heroicon_mini(name, size=size)
    return heroicons.heroicon_outline(name, size=size)


@register.simple_tag
def icon(name: str, size: int = 16, solid: bool = False) -> str:
    """An icon of heroicons, hidden from screen readers: 16 beside text, 20 in the rail, 24 and more alone."""
    return _icon(str(name), int(size), bool(solid))


@register.simple_tag
def mark(name: str, size: int = 12) -> SafeString:
    """A mark of our own sprite: hot, warm, cold, pips-0 to pips-3, star, strike, check, triangle, octagon, clock."""
    width = size * 2 if name.startswith("pips") else size
    return format_html(
        '<svg width="{}" height="{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        width,
        size,
        static("img/marks.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def shell(context: Context) -> navigation.Shell | None:
    """Rail, theme, notices and menus of ``base.html``; None where there is no request (error pages)."""
    request = context.get("request")
    return navigation.shell(request) if request else None


@register.simple_tag
def key(act: str) -> SafeString:
    """The attributes of what a key presses, from the table of keys: ``<button {% key "accept" %}>``."""
    row = shortcut(act)
    spoken = format_html(' aria-keyshortcuts="{}"', row.spoken) if row.spoken else ""
    return format_html('data-key="{}" data-key-label="{}"{}', row.key, row.label, spoken)


@register.simple_tag
def caps(act: str) -> SafeString:
    """The key caps of an act, to be printed beside its words."""
    first_way = shortcut(act).caps[0]
    return format_html_join(" ", "<kbd>{}</kbd>", ((cap,) for cap in first_way))


@register.simple_tag
def idle(act: str, why: str) -> SafeString:
    """What is said to who presses the key of an act that is not offered here now."""
    return format_html('<p hidden data-idle="{}">{}</p>', shortcut(act).key, why)


@register.simple_tag(name="badge")
def badge_facts(kind: str, value: str, label: str = "", tone: str = "") -> ui.Badge:
    return ui.badge(kind, value, label or "", tone or "")


@register.simple_tag
def ago(value: datetime | None) -> str:
    """``<time>`` with relative words, kept fresh by the page; the exact moment is its title."""
    if not value:
        return ui.DASH
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        value.isoformat(timespec="seconds"),
        f"{local.day} {local:%b %Y, %H:%M}",
        ui.ago_text(local, timezone.localtime(present())),
    )


@register.simple_tag
def moment(value: datetime | None) -> str:
    """``<time>`` with the exact local moment: "3 Nov 2026, 14:02"."""
    if not value:
        return ui.DASH
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}">{}</time>', value.isoformat(timespec="seconds"), f"{local.day} {local:%b %Y, %H:%M}"
    )


@register.simple_tag
def hour(value: datetime | None) -> str:
    """``<time>`` with the local time of day, for a list whose days have headings: "14:02"."""
    if not value:
        return ui.DASH
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(timespec="seconds"),
        f"{local.day} {local:%b %Y, %H:%M:%S}",
        f"{local:%H:%M}",
    )


@register.filter
def day_words(day: date) -> str:
    """ "Today", "Yesterday", "Monday, 2 March 2026"."""
    return ui.day_text(day, timezone.localdate())


@register.simple_tag
def clock(due_at: datetime, warn_at: datetime | None = None) -> ui.Clock:
    return ui.sla_clock(due_at, warn_at, present())


@register.simple_tag
def percent_of(part: int, whole: int) -> str:
    """ "38 % · 57 of 150", or "too few to say: 3 of 7" below 20."""
    return ui.percent_text(part or 0, whole or 0)


@register.simple_tag
def rate_of(part: int, whole: int) -> str:
    """ "38 %", or "too few" below 20: for places where the counts stand beside it."""
    return ui.rate_text(part or 0, whole or 0)


@register.simple_tag
def delta(value: float, unit: str = "", than: str = "before", good: str = "up") -> ui.Delta:
    return ui.delta(value or 0, unit=unit or "", than=than or "before", good=good or "up")


@register.simple_tag
def funnel_columns(steps: Sequence[object]) -> list[ui.Column]:
    return ui.funnel_columns(steps or [])


@register.filter
def points(value: int | None) -> str:
    """Hundredths of a point: 2500 reads "25"."""
    return ui.points_text(value)


@register.filter
def signed_points(value: int | None) -> str:
    """Hundredths of a point with their sign: "+25"."""
    return ui.points_text(value, signed=True)


@register.filter
def break_at_sign(email: str) -> SafeString:
    """An e-mail address that breaks before its @ where a narrow column makes it."""
    name, sign, domain = email.rpartition("@")
    return format_html("{}<wbr>{}{}", name, sign, domain)


@register.filter
def whole_points(value: int | None) -> str:
    """Hundredths of a point as whole points, for tables."""
    return ui.whole_points_text(value)


@register.filter
def number(value: float | Decimal | None) -> str:
    return ui.number_text(value)


@register.filter
def money(value: float | Decimal | None, currency: str = "EUR") -> str:
    return ui.money_text(value, currency)


@register.filter
def share(part: float | None, whole: float | None) -> str:
    """Percent for an SVG attribute: ``width="{{ 57|share:150 }}%"``."""
    return ui.share(part, whole)


@register.filter
def rest(percent: str) -> str:
    """100 minus a share: where a bar that grows from the bottom starts."""
    return ui.share(100 - float(percent), 100)


@register.filter
def polyline(values: Iterable[float], size: str = "100x20") -> str:
    width, height = (int(side) for side in size.split("x"))
    return ui.polyline(values, width=width, height=height)


@register.filter
def stage_label(value: str) -> str:
    return ui.badge("stage", value).label


@register.filter
def temperature_label(value: str) -> str:
    return ui.badge("temperature", value).label


@register.filter
def words(value: str) -> str:
    """A key as words: ``handover_opened`` reads "Handover opened"."""
    return ui.sentence_case(value)


@register.filter
def initials(value: str) -> str:
    return ui.initials(value)


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: object) -> str:
    """The present query string with these parameters changed; None or "" removes one, and paging starts anew."""
    query = context["request"].GET.copy()
    if "cursor" not in changes:
        query.pop("cursor", None)
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = str(value)
    return mark_safe(f"?{query.urlencode()}".replace("&", "&amp;"))  # nosec B308 B703: urlencode leaves no HTML


@register.simple_tag
def undo_of(extra: str = "", undo: str = "") -> str:
    """The URL that undoes a message: given, or carried by its extra tags as ``undo:/url``."""
    tags = (extra or "").split()
    return undo or next((tag.removeprefix("undo:") for tag in tags if tag.startswith("undo:")), "")


@register.simple_tag
def spent_of(extra: str = "") -> str:
    """The undo of an earlier act that this message says would be refused from now on: ``spent:/url``."""
    return next((tag.removeprefix("spent:") for tag in (extra or "").split() if tag.startswith("spent:")), "")


@register.simple_tag
def total_of(*counts: int) -> int:
    return sum(count or 0 for count in counts)


@register.filter
def number_or_text(value: object) -> str:
    return ui.number_text(value) if isinstance(value, int | float | Decimal) else str(value)


@register.simple_tag
def trend_top(values: Sequence[float], before: Sequence[float] | None = None) -> float:
    return max([1.0, *(float(value) for value in values or []), *(float(value) for value in before or [])])


@register.simple_tag
def line_points(values: Sequence[float], top: float) -> str:
    return ui.polyline(values, width=300, height=100, top=top)
