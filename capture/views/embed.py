"""``GET /embed.js``: the script that draws forms on other people's pages, stripped and compressed once per process."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import brotli
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_safe

SOURCE = Path(__file__).resolve().parent.parent / "embed" / "embed.js"
CACHE = "public, max-age=3600, stale-while-revalidate=604800"


@dataclass(frozen=True)
class Script:
    """The script as it travels."""

    plain: bytes
    gzip: bytes
    brotli: bytes
    etag: str


@lru_cache(maxsize=1)
def script() -> Script:
    """Return the script in all encodings."""
    plain = strip(SOURCE.read_text(encoding="utf-8")).encode()
    etag = f'"{hashlib.blake2b(plain, digest_size=9).hexdigest()}"'
    return Script(plain, gzip.compress(plain, 9, mtime=0), brotli.compress(plain, quality=11), etag)


def strip(source: str) -> str:
    """Drop indentation, empty lines and the lines that are a comment; nothing else is touched."""
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"


@require_safe
def embed(request: HttpRequest) -> HttpResponse:
    """Answer with the script in the best encoding the browser takes."""
    found = script()
    if request.META.get("HTTP_IF_NONE_MATCH") == found.etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = _encoded(found, request.META.get("HTTP_ACCEPT_ENCODING", ""))
    response.headers["ETag"] = found.etag
    response.headers["Cache-Control"] = CACHE
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Access-Control-Allow-Origin"] = "*"
    # Pages that isolate themselves (Cross-Origin-Embedder-Policy) load only what says that it may be loaded.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _encoded(found: Script, accepts: str) -> HttpResponse:
    taken = {part.partition(";")[0].strip().lower() for part in accepts.split(",")}
    for name, body in (("br", found.brotli), ("gzip", found.gzip)):
        if name in taken:
            response = HttpResponse(body, content_type="text/javascript; charset=utf-8")
            response.headers["Content-Encoding"] = name
            return response
    return HttpResponse(found.plain, content_type="text/javascript; charset=utf-8")
