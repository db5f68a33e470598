"""Whether the Content-Security-Policy of a website lets its visitors' browsers load the embed and send a form.

https://www.w3.org/TR/CSP3/: the first of two equal directives counts, every policy has to agree, and a directive that
is missing falls back to the next of its row.
"""

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

NEEDED = {
    "script-src": ("script-src-elem", "script-src", "default-src"),
    "connect-src": ("connect-src", "default-src"),
}
SOURCE = re.compile(r"(?:([a-z][a-z0-9+.-]*)://)?(\*|(?:\*\.)?[^*:/\s]+)(?::(\d{1,5}|\*))?(/\S*)?")
DEFAULT_PORTS = {"http": 80, "https": 443}


def missing_sources(policies: Iterable[str], *, page: str, script: str, nonce: str = "") -> list[str]:
    """Return the directives a website still has to write, such as ``connect-src https://crm.example``."""
    lacking: list[str] = []
    here, target = urlsplit(page), urlsplit(script)
    for policy in policies:
        directives = _directives(policy)
        for name, row in NEEDED.items():
            sources = next((directives[part] for part in row if part in directives), None)
            if sources is not None and not _allows(sources, target, here, nonce if name == "script-src" else None):
                lacking.append(f"{name} {target.scheme}://{target.netloc}")
    return list(dict.fromkeys(lacking))


def _directives(policy: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in policy.split(";"):
        name, *sources = part.split() or [""]
        found.setdefault(name.lower(), sources)
    return found


def _allows(sources: list[str], target: SplitResult, page: SplitResult, nonce: str | None) -> bool:
    """``nonce`` is that of the script element, None where the directive is not about scripts."""
    if nonce is not None:
        if nonce and f"'nonce-{nonce}'" in sources:
            return True
        # It makes a browser ignore all hosts: only what carries a nonce, or was loaded by such a script, may run.
        if "'strict-dynamic'" in sources:
            return False
    return any(_matches(source, target, page) for source in sources)


def _matches(source: str, target: SplitResult, page: SplitResult) -> bool:
    if source == "'self'":
        return (target.scheme, target.netloc) == (page.scheme, page.netloc)
    if source == "*":
        return True
    if source.endswith(":"):
        return _is_scheme(source[:-1], target)
    found = SOURCE.fullmatch(source)
    if found is None:
        return False
    scheme, host, port, path = found.groups()
    return (
        _is_scheme(scheme or page.scheme, target)
        and _is_host(host.lower(), target.hostname or "")
        and _is_port(port, target)
        and _is_path(path or "", target.path)
    )


def _is_scheme(scheme: str, target: SplitResult) -> bool:
    return scheme.lower() in (target.scheme, "http")


def _is_path(allowed: str, path: str) -> bool:
    return allowed in ("", path) or (allowed.endswith("/") and path.startswith(allowed))


def _is_host(pattern: str, host: str) -> bool:
    return pattern in ("*", host) or (pattern.startswith("*.") and host.endswith(pattern[1:]))


def _is_port(port: str | None, target: SplitResult) -> bool:
    own = target.port or DEFAULT_PORTS.get(target.scheme)
    return port == "*" or int(port or DEFAULT_PORTS.get(target.scheme, 0)) == own
