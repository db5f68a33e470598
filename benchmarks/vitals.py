"""What people wait for in the browser: ``python -m benchmarks.vitals [--leads 100000] [--rounds 10]``.

Opens each page in headless Chromium with an empty cache and takes its largest contentful paint, then presses keys and
clicks, and takes the time from the input to the next paint as Chromium itself counts it (in steps of 8 ms). Prints the
75th percentile of both beside the budget; exits with 1 above one. ``--databases`` as in ``pages.py``.
"""

import argparse
import os
import statistics
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from benchmarks.capture import fdatasync_ms
from benchmarks.pages import Site, at_database, generated, run, served

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
LCP_MS, INP_MS, INBOX_KEY_MS = 1000, 100, 50
PAGES = {"list": "j j k", "lead page": "Tab Tab Tab", "inbox": "j j k j", "home": "Tab Tab Tab"}
WATCH = """
window.__lcp = 0; window.__inputs = [];
new PerformanceObserver(list => { for (const e of list.getEntries()) window.__lcp = e.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => {
  for (const e of list.getEntries()) if (e.interactionId) window.__inputs.push(e.duration);
}).observe({type: "event", buffered: true, durationThreshold: 16});
"""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--leads", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument("--databases", nargs="*", metavar="NAME")
    given = options.parse_args()
    if not Path(CHROMIUM).exists():
        print(f"vitals: no {CHROMIUM}; set CHROMIUM to another one")
        return 0
    with ExitStack() as stack:
        os.environ["STATIC_ROOT"] = stack.enter_context(TemporaryDirectory())
        run("-m", "django", "collectstatic", "--no-input", url=os.environ["DATABASE_URL"])
        named = [at_database(name) for name in given.databases or ()]
        (url,) = named or stack.enter_context(generated([given.leads]))
        site = stack.enter_context(served(url))
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        results = [report(page, *look(browser, site, page, given.rounds)) for page in PAGES]
        browser.close()
    print(f"fdatasync {fdatasync_ms():.2f} ms; load {os.getloadavg()[0]:.1f}")
    return 0 if all(results) else 1


def look(browser: Browser, site: Site, name: str, rounds: int) -> tuple[list[float], list[float]]:
    """Return the largest contentful paints and the times from input to paint, in milliseconds."""
    paints: list[float] = []
    inputs: list[float] = []
    base = f"http://127.0.0.1:{site.connection.port}"
    cookie, _, value = site.headers["Cookie"].partition("=")
    for number in range(rounds):
        with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
            context.add_cookies([{"name": cookie, "value": value, "url": base}])
            context.add_init_script(WATCH)
            page = context.new_page()
            addresses = site.pages[name]
            page.goto(base + addresses[number % len(addresses)], wait_until="load")
            page.wait_for_timeout(300)
            paints.append(page.evaluate("window.__lcp"))
            for key in PAGES[name].split():
                page.keyboard.press(key)
                page.wait_for_timeout(150)
            if not page.evaluate("performance.interactionCount"):
                raise SystemExit(f"{name}: no key reached the page, so there is nothing to time")
            if not page.evaluate("performance.interactionCount"):
                raise SystemExit(f"{name}: no key reached the page, so there is nothing to time")
            # An input painted within 16 ms leaves no entry.
            inputs += page.evaluate("window.__inputs") or [16.0]
    return paints, inputs


def report(name: str, paints: list[float], inputs: list[float]) -> bool:
    """Print one line; return whether both are within their budgets."""
    paint, after_input = p75(paints), p75(inputs)
    budget = INBOX_KEY_MS if name == "inbox" else INP_MS
    is_within = 0 < paint <= LCP_MS and after_input <= budget
    verdict = "ok" if is_within else "TOO SLOW"
    lcp = f"LCP p75 {paint:.0f} ms (must {LCP_MS})"
    print(f"{name:<12}{lcp:<30}input to paint p75 {after_input:.0f} ms (must {budget})   {verdict}")
    return is_within


def p75(values: list[float]) -> float:
    return statistics.quantiles(values, n=4)[2] if len(values) > 1 else values[0]


if __name__ == "__main__":
    sys.exit(main())
