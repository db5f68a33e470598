"""Judging what a visitor typed against the questions of the version they saw. Pure."""

import hashlib
import json
import re
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from capture.live import Field, Published
from capture.reading import clean
from leads.matching import email_key

YES = {"yes", "on", "true", "1"}
MAX_LENGTH = 10_000
# The everyday shape, accepted at once; anything else is judged by the full rules.
PLAIN_EMAIL = re.compile(
    r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,24})", re.IGNORECASE
)
SHAPES = {
    "number": (re.compile(r"-?[0-9]+(?:[.,][0-9]+)?"), "Write a number."),
    "date": (re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"), "Write the date like 2026-01-31."),
}
UNUSABLE = (".local", ".localhost", ".invalid", ".onion", ".arpa")
CONSENT = "consent"
# Stored hashes are compared with, so this text may never change.
SPELL = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode


@dataclass(frozen=True)
class Answers:
    """What was answered; ``hash`` covers the form, the answers and the consent, so that a repeat is known by it."""

    values: dict[str, str]
    is_consent_given: bool
    email_key: str
    hash: str


class Wrong(ValueError):
    """Readable but wrong: ``errors`` says per field what to do."""

    def __init__(self, errors: dict[str, list[str]], code: str = "") -> None:
        super().__init__("; ".join(text for texts in errors.values() for text in texts))
        self.errors = errors
        self.code = code


def judge_answers(*, version: Published, fields: dict[str, str]) -> Answers:
    """Return the declared answers, cleaned. Raises Wrong with every error at once."""
    errors: dict[str, list[str]] = {}
    values: dict[str, str] = {}
    for field in version.fields:
        value = clean(fields.get(field.name, ""))
        message = _error_of(field, value)
        if message:
            errors[field.name] = [message]
        elif value:
            values[field.name] = value
    is_given = fields.get(CONSENT, "").strip().lower() in YES
    if version.consent and version.consent.required and not is_given:
        errors[CONSENT] = ["Tick this box to send the form."]
    if errors:
        raise Wrong(errors)
    is_given = is_given and version.consent is not None
    key = email_key(version.answer_to("email", values))
    return Answers(values, is_given, key, _hash(version.form_id, values, is_given))


def email_error(address: str) -> str:
    """Return why mail cannot reach ``address``, "" when it is fine."""
    if len(address) > 254 or len(address.rpartition("@")[0]) > 64:
        return "This address is too long for an e-mail address."
    if PLAIN_EMAIL.fullmatch(address) and not _is_unusable(address):
        return ""
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return "Write it like name@company.com."
    return ""


def _is_unusable(address: str) -> bool:
    return address.lower().endswith(UNUSABLE)


def _error_of(field: Field, value: str) -> str:
    limit = min(field.max_length, MAX_LENGTH)
    if not value:
        return _missing(field) if field.required else ""
    if len(value) > limit:
        return f"Use at most {limit:,} characters (now {len(value):,})."
    if field.type == "email":
        return email_error(value)
    if field.type != "textarea" and "\n" in value:
        return "Write this in one line."
    return _misshapen(field, value)


def _missing(field: Field) -> str:
    return "Enter your e-mail address." if field.type == "email" else f"Fill in: {field.label}."


def _misshapen(field: Field, value: str) -> str:
    shape, remedy = SHAPES.get(field.type, (None, ""))
    if shape and not shape.fullmatch(value):
        return remedy
    return "Choose one of the options." if field.type == "select" and value not in field.options else ""


def _hash(form_id: str, values: dict[str, str], is_consent_given: bool) -> str:
    text = SPELL([form_id, values, is_consent_given])
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
