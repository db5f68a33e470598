"""Prints what visitors and users download, raw, gzip and brotli, against the budgets; exits with 1 above one.

Usage: python -m benchmarks.weights [--email E --password P] [URL ...]

Files are read from the checkout. Each URL is fetched as a page, with every stylesheet, script, icon and sprite that it
links; with an e-mail and a password the script first signs in through the form at /login of that host.
"""

import argparse
import gzip
import re
import sys
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path

import brotli
import django_htmx

from benchmarks.results import Result, hand_over

ROOT = Path(__file__).resolve().parent.parent
KB = 1024
PAGE_BUDGET, VISIT_BUDGET = 25 * KB, 80 * KB
ASSET = re.compile(
    r'(?:<link[^>]+rel="(?:stylesheet|icon)"[^>]*href|<link[^>]+href|<script[^>]+src|<img[^>]+src|<use[^>]+href)="([^"#]+)'
)


@dataclass(frozen=True)
class Weight:
    raw: int
    gzip: int
    brotli: int

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(self.raw + other.raw, self.gzip + other.gzip, self.brotli + other.brotli)


NOTHING = Weight(0, 0, 0)


def weigh(content: bytes) -> Weight:
    return Weight(len(content), len(gzip.compress(content, 9)), len(brotli.compress(content)))


def weigh_files(*paths: Path) -> Weight:
    return sum((weigh(path.read_bytes()) for path in paths), NOTHING)


def by_brotli(weight: Weight) -> int:
    return weight.brotli


def report(name: str, weight: Weight, budget: float) -> Result:
    """Print one line; return the weight beside its budget (of brotli bytes)."""
    print(f"{name:<44.44}{weight.raw / KB:9.1f}{weight.gzip / KB:9.1f}{weight.brotli / KB:9.1f}{budget / KB:9.1f}")
    return Result(
        name=f"weight: {name.strip()}", figure=weight.brotli / KB, unit="KB", bound="at most", must=budget / KB
    )


def files() -> list[Result]:
    """Weigh the files of the checkout."""
    static = ROOT / "static"
    htmx = Path(django_htmx.__file__).parent / "static/django_htmx"
    embeds = [
        path
        for path in (static / "embed.js", static / "js/embed.js", ROOT / "capture/static/embed.js")
        if path.exists()
    ]
    shared = [static / f"js/{name}.js" for name in ("shell", "keys", "palette", "lists")]
    own = [path for path in sorted((static / "js").glob("*.js")) if path not in shared]
    results = [
        report("CSS, all", weigh_files(*sorted((static / "css").glob("*.css"))), 16 * KB),
        report("JavaScript of every page", weigh_files(*shared), 9.5 * KB),
        report(
            "  with the heaviest page's own", max((weigh_files(*shared, path) for path in own), key=by_brotli), 12 * KB
        ),
        report("sprite", weigh_files(static / "img/marks.svg"), 8 * KB),
        report("htmx", weigh_files(next(htmx.glob("htmx*.min.js"))), 18 * KB),
    ]
    return results + [report(f"embed: {path.name}", weigh_files(path), 5 * KB) for path in embeds]


class Visitor:
    """Fetches pages with cookies, as a browser does."""

    def __init__(self) -> None:
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, url: str) -> bytes:
        with self.opener.open(url, timeout=20) as answer:
            return answer.read()

    def sign_in(self, base: str, email: str, password: str) -> None:
        html = self.get(urllib.parse.urljoin(base, "/login")).decode()
        names = re.findall(r'<input[^>]+name="([^"]+)"', html)
        user_field = next(name for name in names if name in ("username", "email"))
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
        fields = {user_field: email, "password": password, "csrfmiddlewaretoken": token[1] if token else ""}
        request = urllib.request.Request(
            urllib.parse.urljoin(base, "/login"), urllib.parse.urlencode(fields).encode(), {"Referer": base}
        )
        self.opener.open(request, timeout=20).close()

    def weigh_page(self, url: str) -> list[Result]:
        content = self.get(url)
        links = {urllib.parse.urljoin(url, link) for link in ASSET.findall(content.decode(errors="replace"))}
        host = urllib.parse.urlsplit(url).netloc
        assets = [
            self.get(link)
            for link in sorted(links)
            if urllib.parse.urlsplit(link).netloc == host and "/static/" in link
        ]
        page = weigh(content)
        path = urllib.parse.urlsplit(url).path
        return [
            report(f"page {path}", page, PAGE_BUDGET),
            report(f"  first visit ({1 + len(assets)} requests)", sum(map(weigh, assets), page), VISIT_BUDGET),
        ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("urls", nargs="*", metavar="URL")
    parser.add_argument("--email")
    parser.add_argument("--password", default="")
    options = parser.parse_args()
    print(f"{'KB':<44}{'raw':>9}{'gzip':>9}{'brotli':>9}{'budget':>9}")
    results = files()
    visitor = Visitor()
    if options.email and options.urls:
        visitor.sign_in(options.urls[0], options.email, options.password)
    for url in options.urls:
        results += visitor.weigh_page(url)
    hand_over(*results)
    return 1 if any(result.is_missed for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
