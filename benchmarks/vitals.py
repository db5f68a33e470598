"""What people wait for in the browser: ``python -m benchmarks.vitals [--leads 100000] [--rounds 10]``.

Opens each page in headless Chromium with an empty cache and takes its largest contentful paint, then presses keys and
takes the time from each to the next paint, as Chromium counts both. The acts that must feel immediate are timed anew:
from the key until the frame that shows what was asked for is painted, or on the screen where Chromium says later.
Figures are the 75th percentile. ``--databases`` as in ``pages.py``.
"""

import argparse
import os
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.pages import Site, at_database, generated, run, served
from benchmarks.results import Result, hand_over

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
LCP_MS, INP_MS, KEY_MS = 1000, 100, 50
# As long as a person looks before the next key; what is fetched ahead comes in this time.
LOOK_MS = 800
PAGES = {"list": "j j k", "lead page": "Tab Tab Tab", "inbox": "j j k j", "home": "Tab Tab Tab"}
WATCH = """
window.largest = 0; window.inputs = []; window.keys = [];
new PerformanceObserver(list => { for (const e of list.getEntries()) window.largest = e.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => {
  for (const e of list.getEntries()) {
    if (e.interactionId) window.inputs.push(e.duration);
    if (e.name === "keydown") window.keys.push(e);
  }
}).observe({type: "event", buffered: true, durationThreshold: 16});
window.row = () => document.activeElement.closest("[data-item]");
window.peeked = () => document.querySelector("[data-peek-title]");
window.watchKey = isShown => {
  window.took = new Promise((done, fail) => addEventListener("keydown", event => {
    setTimeout(() => fail(new Error("what the key asked for did not come")), 5000);
    const onScreen = () => window.keys.find(e => Math.abs(e.startTime - event.timeStamp) < 1)?.duration || 0;
    const look = () => requestAnimationFrame(() => {
      if (!isShown()) return look();
      setTimeout(() => {
        const painted = performance.now() - event.timeStamp;
        setTimeout(() => done(Math.max(painted, onScreen())), 200);
      });
    });
    look();
  }, {once: true, capture: true}));
};
"""


class Act(NamedTuple):
    """A key that must be followed at once by what it asks for: ``shown`` is true in the page when it is there."""

    name: str
    page: str
    before: str
    key: str
    shown: str
    after: str


BRIEF_OF_ROW = "'handover-' + document.querySelector('#brief')?.dataset.handover === row().id"
PEEK_OF_ROW = (
    "document.querySelector('#peek:not([hidden]) .receipt')"
    " && peeked().textContent.trim() === row().querySelector('[data-peek]').dataset.peek"
)
ACTS = (
    Act("inbox, next lead", "inbox", before="", key="j", shown=BRIEF_OF_ROW, after=""),
    Act("inbox, lead before", "inbox", before="j j", key="k", shown=BRIEF_OF_ROW, after=""),
    Act("peek, open", "list", before="j", key=" ", shown=PEEK_OF_ROW, after="Escape"),
    Act("peek, next lead", "list", before="j Space", key="j", shown=PEEK_OF_ROW, after="Escape"),
    Act(
        "palette, open", "list", before="", key="Control+k",
        shown="document.querySelector('#palette[open] input:focus')", after="Escape",
    ),
)  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--leads", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument("--databases", nargs="*", metavar="NAME")
    given = options.parse_args()
    if not Path(CHROMIUM).exists():
        print(f"vitals: no {CHROMIUM}; set CHROMIUM to another one")
        return
    with ExitStack() as stack:
        os.environ["STATIC_ROOT"] = stack.enter_context(TemporaryDirectory())
        run("-m", "django", "collectstatic", "--no-input", url=os.environ["DATABASE_URL"])
        named = [at_database(name) for name in given.databases or ()]
        (url,) = named or stack.enter_context(generated([given.leads]))
        site = stack.enter_context(served(url, threads=4))
        chromium = stack.enter_context(sync_playwright()).chromium
        browser = chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        results = [result for name in PAGES for result in look_at(browser, site, name, given.rounds)]
        results += [time_act(browser, site, act, given.rounds) for act in ACTS]
        browser.close()
    hand_over(*results)


@contextmanager
def opened(browser: Browser, site: Site, name: str, number: int) -> Iterator[Page]:
    """Yield the page in a browser that has never been there, once it has loaded and rests."""
    base = f"http://127.0.0.1:{site.connection.port}"
    cookie, _, value = site.headers["Cookie"].partition("=")
    addresses = site.pages[name]
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        context.add_cookies([{"name": cookie, "value": value, "url": base}])
        context.add_init_script(WATCH)
        page = context.new_page()
        address = base + addresses[number % len(addresses)]
        answer = page.goto(address, wait_until="load")
        if page.url != address or not answer or answer.status != 200:
            raise SystemExit(f"{name}: {address} led to {page.url}")
        page.wait_for_timeout(LOOK_MS)
        yield page


def look_at(browser: Browser, site: Site, name: str, rounds: int) -> tuple[Result, Result]:
    """Return the largest contentful paint of the page and the time from its keys to the next paint."""
    paints: list[float] = []
    inputs: list[float] = []
    for number in range(rounds):
        with opened(browser, site, name, number) as page:
            paints.append(page.evaluate("largest"))
            for key in PAGES[name].split():
                page.keyboard.press(key)
                page.wait_for_timeout(150)
            if not page.evaluate("performance.interactionCount"):
                raise SystemExit(f"{name}: no key reached the page, so there is nothing to time")
            # An input painted within 16 ms leaves no entry.
            inputs += page.evaluate("inputs") or [16.0]
    if not all(paints):
        raise SystemExit(f"{name}: nothing was painted")
    return within(f"{name}: largest paint", paints, LCP_MS), within(f"{name}: key to next paint", inputs, INP_MS)


def time_act(browser: Browser, site: Site, act: Act, rounds: int) -> Result:
    """Return the time from the key to the frame that shows what it asked for."""
    took: list[float] = []
    with opened(browser, site, act.page, 0) as page:
        for _ in range(rounds):
            for key in act.before.split():
                page.keyboard.press(key)
                page.wait_for_timeout(LOOK_MS)
            page.evaluate(f"watchKey(() => {act.shown})")
            page.keyboard.press(act.key)
            took.append(page.evaluate("took"))
            if act.after:
                page.keyboard.press(act.after)
            page.wait_for_timeout(LOOK_MS)
    return within(f"{act.name}: key to paint", took, KEY_MS)


def within(name: str, times: list[float], must: float) -> Result:
    """Return the 75th percentile of milliseconds beside its budget."""
    p75 = statistics.quantiles(times, n=4)[2] if len(times) > 1 else times[0]
    return Result(name=name, figure=p75, unit="ms", bound="at most", must=must)


if __name__ == "__main__":
    main()
