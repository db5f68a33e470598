"""``ETag`` and ``If-Match``: a change that was made upon an older state is refused instead of overwriting."""

import re

from rest_framework.request import Request

from accounts.api.errors import BadParameter

HEADER = "If-Match"
# A proxy that compresses marks a tag as weak; it still names the same version.
TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e]{0,200})"')
MAX_LENGTH = 2000


def asked_versions(request: Request) -> list[str] | None:
    """Return the versions that ``If-Match`` allows, None where it allows any. Raises BadParameter."""
    text = request.headers.get(HEADER, "*").strip()
    if text == "*":
        return None
    parts = [part.strip() for part in text[:MAX_LENGTH].split(",")]
    tags = [match for part in parts if (match := TAG.fullmatch(part))]
    if len(tags) < len(parts) or len(text) > MAX_LENGTH:
        raise BadParameter(f"{HEADER}: has to be an ETag with its quotation marks, as it came with the answer.")
    return [tag.group(1) for tag in tags]


def tag_of(version: str) -> str:
    """Return a version as ``ETag`` writes it."""
    return f'"{version}"'
