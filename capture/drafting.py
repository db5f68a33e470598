"""What a form asks, as its makers work on it: reading what they typed, their acts, and what visitors would see. Pure.

A content is a dict of texts, ``fields`` (questions in their order) and ``consent`` (or None), as a version stores it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from capture.blueprints import COMPANY, EMAIL, FIRST_NAME, JOB_TITLE, LAST_NAME, PHONE, message_field, text_field

Content = dict[str, Any]
Question = dict[str, Any]

TEXTS = {"heading": 120, "intro": 500, "button": 60, "thanks": 500}
MAX_LABEL, MAX_WORDING, MAX_OPTION, MAX_OPTIONS = 200, 1000, 120, 100
# A submission has at most 50 fields (capture.reading), and the script sends some of its own.
MAX_QUESTIONS = 40
MANY = 6
KNOWN: dict[str, Question] = {
    question["name"]: question
    for question in (EMAIL, FIRST_NAME, LAST_NAME, COMPANY, JOB_TITLE, PHONE, message_field("Your message"))
}
CUSTOM = {
    "text": ("Short answer", "text", 200),
    "textarea": ("Long answer", "textarea", 5000),
    "select": ("Choice", "select", MAX_OPTION),
    "number": ("Number", "number", 20),
    "date": ("Date", "date", 10),
    "url": ("Web address", "url", 500),
}
KINDS = {type_: label for label, type_, _ in CUSTOM.values()} | {"email": "E-mail", "tel": "Phone"}
OWN_NAME = re.compile(r"q(\d+)")


@dataclass(frozen=True)
class Problem:
    """Why a content cannot be published; ``place`` is the name of a question or text."""

    place: str
    text: str


def typed(content: Content, posted: Mapping[str, str], *, live: Content | None) -> Content:
    """Return ``content`` with the texts that were typed, cut to what fits. What was not posted stays as it is.

    What fills in no known field of the lead is kept under a name made from its label, until it has been published.
    """
    texts = {name: posted[name].strip()[:limit] for name, limit in TEXTS.items() if name in posted}
    published = {field["name"] for field in live["fields"]} if live else set()
    fields = [_typed(field, posted, is_published=field["name"] in published) for field in content["fields"]]
    consent = _consent(posted) if "consent_topic" in posted else content["consent"]
    return {**content, **texts, "fields": fields, "consent": consent}


def _typed(field: Question, posted: Mapping[str, str], *, is_published: bool) -> Question:
    name = field["name"]
    if f"{name}-label" not in posted:
        return field
    label = " ".join(posted[f"{name}-label"].split())[:MAX_LABEL]
    changed = {**field, "label": label, "required": f"{name}-required" in posted}
    if field["type"] == "select":
        lines = (line.strip()[:MAX_OPTION] for line in posted.get(f"{name}-options", "").splitlines())
        changed["options"] = list(dict.fromkeys(line for line in lines if line))[:MAX_OPTIONS]
    if name not in KNOWN and not is_published:
        changed["maps_to"] = _attribute(label) or name
    return changed


def _attribute(label: str) -> str:
    """Return a name of the lead's own for an answer; never that of a known field."""
    name = re.sub(r"\W+", "_", label.lower()).strip("_")[:60]
    return f"{name}_" if name in KNOWN else name


def _consent(posted: Mapping[str, str]) -> dict[str, Any] | None:
    topic = posted["consent_topic"]
    if not topic:
        return None
    wording = posted.get("consent_wording", "").strip()[:MAX_WORDING]
    return {"topic": topic[:60], "wording": wording, "required": "consent_required" in posted}


def acted(content: Content, act: str, name: str) -> Content:
    """Return ``content`` after one act on a question: add, copy, up, down or remove. What cannot be done does nothing.

    ``name`` is that of the question; for add, of a known field or a kind.
    """
    fields = list(content["fields"])
    if act == "add":
        return {**content, "fields": _with(fields, _new(fields, name))}
    at = next((place for place, field in enumerate(fields) if field["name"] == name), None)
    if at is None:
        return content
    if act == "copy":
        copy = {**fields[at], "name": _own_name(fields), "maps_to": ""}
        return {**content, "fields": _with(fields, copy, at + 1)} if name not in KNOWN else content
    field = fields.pop(at)
    if act != "remove":
        fields.insert(max(0, at + {"up": -1, "down": 1}.get(act, 0)), field)
    return {**content, "fields": fields}


def _with(fields: list[Question], field: Question | None, at: int | None = None) -> list[Question]:
    if field is None or len(fields) >= MAX_QUESTIONS:
        return fields
    place = len(fields) if at is None else at
    return [*fields[:place], field, *fields[place:]]


def _new(fields: list[Question], kind: str) -> Question | None:
    if kind in KNOWN:
        return None if any(field["name"] == kind for field in fields) else dict(KNOWN[kind])
    if kind not in CUSTOM:
        return None
    label, type_, max_length = CUSTOM[kind]
    options = {"options": ["First choice", "Second choice"]} if kind == "select" else {}
    return text_field(_own_name(fields), label, "off", max_length, type=type_, maps_to="", **options)


def _own_name(fields: list[Question]) -> str:
    """Names of questions are never shown, and one name is one question for as long as the draft lasts."""
    taken = [int(found[1]) for field in fields if (found := OWN_NAME.fullmatch(field["name"]))]
    return f"q{max(taken, default=0) + 1}"


def problems(content: Content) -> list[Problem]:
    """Return everything that keeps a content from being published, in its order on the page."""
    found = [Problem(name, f"Write the {word}.") for name, word in _WORDS.items() if not content[name].strip()]
    found += [problem for field in content["fields"] for problem in _problems_of(field)]
    names = [field["name"] for field in content["fields"]]
    if len(set(names)) != len(names):
        found.append(Problem("fields", "Two questions have the same name."))
    addresses = [field for field in content["fields"] if field.get("maps_to") == "email"]
    if not any(field["type"] == "email" and field.get("required") for field in addresses):
        found.append(Problem("fields", "Ask for the e-mail address, and require it: without it there is no lead."))
    if content["consent"] and not content["consent"]["wording"]:
        found.append(Problem("consent", "Write what people agree to."))
    return found


_WORDS = {"heading": "heading", "button": "words on the button", "thanks": "words of thanks"}


def _problems_of(field: Question) -> list[Problem]:
    if not field["label"]:
        return [Problem(field["name"], "Write the question.")]
    if field["type"] == "select" and len(field.get("options", ())) < 2:
        return [Problem(field["name"], f"{field['label']}: give at least two choices, one a line.")]
    return []


def changes(old: Content, new: Content) -> list[str]:
    """Return what visitors would see changed, a sentence each; nothing where they would see no change."""
    words = {"heading": "Heading", "intro": "Text under the heading", "button": "Button", "thanks": "Thanks"}
    said = [_changed(word, old[name], new[name]) for name, word in words.items() if old[name] != new[name]]
    before = {field["name"]: field for field in old["fields"]}
    after = {field["name"]: field for field in new["fields"]}
    said += [f"New question: {_asked(field)}." for name, field in after.items() if name not in before]
    said += [f"No longer asked: {field['label']}." for name, field in before.items() if name not in after]
    for name in (name for name in after if name in before):
        said += _changes_of(before[name], after[name])
    kept_before = [name for name in before if name in after]
    kept_after = [name for name in after if name in before]
    if kept_before != kept_after:
        order = ", ".join(field["label"] for field in after.values())
        said.append(f"New order: {order}.")
    return said + _consent_changes(old["consent"], new["consent"])


def _changed(word: str, old: str, new: str) -> str:
    return f"{word}: “{old}” becomes “{new}”." if old and new else f"{word}: “{new}”." if new else f"No {word.lower()}."


def _asked(field: Question) -> str:
    return field["label"] if field.get("required") else f"{field['label']} (optional)"


def _changes_of(old: Question, new: Question) -> list[str]:
    said = []
    if old["label"] != new["label"]:
        said.append(f"“{old['label']}” is called “{new['label']}”.")
    if old.get("required", False) != new.get("required", False):
        said.append(f"{new['label']} is {'required' if new.get('required') else 'optional'}.")
    if list(old.get("options", ())) != list(new.get("options", ())):
        said.append(f"{new['label']} offers: {', '.join(new.get('options', ()))}.")
    return said


def _consent_changes(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[str]:
    if old == new:
        return []
    if new is None:
        return ["Nobody is asked for consent."]
    need = "required" if new["required"] else "optional"
    return [f"Consent ({need}): “{new['wording']}”"]
