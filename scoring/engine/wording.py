"""Words for kinds, fields and numbers, so that a rule reads as a sentence."""

from collections.abc import Sequence

NOUNS = {
    "page_viewed": "page view",
    "form_submitted": "form submission",
    "demo_requested": "demo request",
    "contact_requested": "contact request",
    "webinar_attended": "webinar attendance",
    "email_sent": "e-mail sent to them",
    "email_clicked": "click in an e-mail",
    "email_replied": "reply to an e-mail",
    "email_bounced": "bounced e-mail",
    "unsubscribed": "unsubscription",
    "resubscribed": "new subscription",
    "call_logged": "call",
    "contact_logged": "contact by sales",
    "note_added": "note",
}
PAST = {
    "demo_requested": "asked for a demo",
    "contact_requested": "asked to be contacted",
    "form_submitted": "submitted a form",
    "page_viewed": "viewed a page",
    "webinar_attended": "attended a webinar",
    "email_clicked": "clicked in an e-mail",
    "email_replied": "replied to an e-mail",
    "call_logged": "had a call",
}
FIELDS = {
    "email": "e-mail address",
    "email_domain": "e-mail domain",
    "job_title": "job title",
    "job_level": "job title",
    "first_name": "first name",
    "last_name": "last name",
    "company": "company",
    "country": "country",
    "phone": "phone number",
}
ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
MINUS = "\N{MINUS SIGN}"
SPANS = {1: "day", 7: "week"}


def noun_of(kind: str) -> str:
    """Return "demo request"."""
    return NOUNS.get(kind, kind.replace("_", " "))


def past_of(kind: str) -> str:
    """Return "asked for a demo"."""
    return PAST.get(kind, f"had a {noun_of(kind)}")


def field_name(field: str) -> str:
    """Return the name of a profile field in the middle of a sentence."""
    return FIELDS.get(field, field.removeprefix("attributes.").replace("_", " "))


def joined(words: Sequence[str], last: str) -> str:
    """Return "DE, AT or CH"."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def ordinal(number: int) -> str:
    """Return "third" or "12th"."""
    if number < len(ORDINALS):
        return ORDINALS[number]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def with_article(noun: str) -> str:
    """Return "a demo request" or "an unsubscription"."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def capital(text: str) -> str:
    """Return the sentence with a capital at its start and all else as it is."""
    return text[:1].upper() + text[1:]


def times(count: int) -> str:
    """Return "once", "twice", "3 times"."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def days(count: float) -> str:
    """Return "7 days", "1 day" or "12 hours"."""
    if count < 1:
        hours = round(count * 24)
        return f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{count:g} day{'' if count == 1 else 's'}"


def at_most(limit: int, limit_days: float | None) -> str:
    """Return "at most once a week", "at most twice in 3 days" or "at most once"."""
    if not limit_days:
        return f"at most {times(limit)}"
    if limit_days in (1, 7):
        return f"at most {times(limit)} a {SPANS[int(limit_days)]}"
    return f"at most {times(limit)} in {days(limit_days)}"


def shown(points: int) -> str:
    """Return hundredths of points as people read them: "25" or "12.5"."""
    return f"{points / 100:.2f}".rstrip("0").rstrip(".")


def signed(points: int) -> str:
    """Return points with their sign, a true minus sign where they are lost."""
    return f"{MINUS if points < 0 else '+'}{shown(abs(points))}"
