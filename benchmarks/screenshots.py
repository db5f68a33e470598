"""Takes a picture of every screen at 1440 and 390 px, light and dark, from a running server with demo data.

Usage: python benchmarks/screenshots.py --as admin=EMAIL:PASSWORD [--as rep=EMAIL:PASSWORD ...]
       [--base http://127.0.0.1:8000] [--only NAME ...] [--out screenshots] [--readme docs/home.png] [--full]

Signs in through the form at /login. A role without a sign-in of its own uses the first one given. Screens that do not
answer 200, scroll sideways or log an error in the browser are named at the end, and the exit status is 1.
"""

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
README_BYTES = 300_000
WIDTHS, THEMES = (1440, 390), ("light", "dark")


@dataclass(frozen=True)
class Screen:
    """A page by its path, or the one reached by the first link that matches each of ``follow``; "" signs nobody in."""

    name: str
    path: str
    role: str = "admin"
    follow: tuple[str, ...] = ()
    press: str = ""


SCREENS = (
    Screen("sign-in", "/login", ""),
    Screen("home", "/"),
    Screen("leads", "/leads/"),
    Screen("leads-empty-result", "/leads/?q=nobody-has-this-name"),
    Screen("lead-new", "/leads/new/"),
    Screen("lead", "/leads/?stage=sql", follow=("tbody th a",)),
    Screen("lead-cold", "/leads/?temperature=cold", follow=("tbody th a",)),
    Screen("inbox", "/inbox/", "rep"),
    Screen("inbox-reject", "/inbox/", "rep", press="r"),
    Screen("inbox-brief", "/inbox/", "rep", follow=("[data-item] a",)),
    Screen("inbox-manager", "/inbox/", "manager"),
    Screen("forms", "/forms/"),
    Screen("form-new", "/forms/new/"),
    Screen("form", "/forms/", follow=("tbody th a",)),
    Screen("nurture", "/nurture/"),
    Screen("sequence", "/nurture/", follow=("main a[href^='/nurture/']",)),
    Screen("scoring", "/scoring/"),
    Screen("goal", "/goal/"),
    Screen("settings", "/settings/"),
    Screen("settings-profile", "/settings/profile/"),
    Screen("settings-company", "/settings/company/"),
    Screen("settings-people", "/settings/people/"),
    Screen("settings-mail", "/settings/mail/"),
    Screen("settings-api-keys", "/settings/api-keys/"),
    Screen("settings-audit-log", "/settings/audit-log/"),
    Screen("form-hosted", "/forms/", follow=("tbody th a", "a[href^='/f/']")),
    Screen("try", "/forms/", follow=("tbody th a", "a[href^='/try/']")),
    Screen("mail", "/settings/mail/", follow=("tbody a[href^='/settings/mail/']",)),
    Screen("not-found", "/there-is-nothing-here"),
    Screen("components", "/_ui/"),
    Screen("components-public", "/_ui/public"),
)


@dataclass
class Album:
    base: str
    out: Path
    is_full: bool
    sign_ins: dict[str, tuple[str, str]]
    complaints: list[str] = field(default_factory=list)
    states: dict[str, dict] = field(default_factory=dict)

    def context(self, browser: Browser, role: str, width: int, theme: str) -> BrowserContext:
        state = self._signed_in(browser, role) if role else None
        return browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce", storage_state=state
        )

    def _signed_in(self, browser: Browser, role: str) -> dict:
        role = role if role in self.sign_ins else next(iter(self.sign_ins))
        if role not in self.states:
            email, password = self.sign_ins[role]
            context = browser.new_context()
            page = context.new_page()
            page.goto(urljoin(self.base, "/login"))
            page.locator("input[autocomplete='username'], input[name='username'], input[type='email']").first.fill(
                email
            )
            page.locator("input[type='password']").first.fill(password)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "/login" not in url, timeout=15000)
            self.states[role] = context.storage_state()
            context.close()
        return self.states[role]

    def take(self, browser: Browser, screen: Screen, width: int, theme: str) -> None:
        context = self.context(browser, screen.role, width, theme)
        page = context.new_page()
        name = f"{screen.name}-{width}-{theme}"
        page.on("pageerror", lambda error: self.complaints.append(f"{name}: {error}"))
        page.on("console", lambda said: self._hear(name, said.type, said.text))
        answer = page.goto(urljoin(self.base, screen.path))
        for selector in screen.follow:
            link = page.locator(selector).first
            answer = page.goto(urljoin(self.base, link.get_attribute("href") or "")) if link.count() else None
        self._judge(name, screen, page, answer.status if answer else 0, width)
        page.wait_for_load_state("networkidle") if not screen.name.startswith("inbox") else page.wait_for_timeout(700)
        if screen.press:
            page.keyboard.press(screen.press)
            page.wait_for_timeout(300)
        page.screenshot(path=self.out / f"{name}.png", full_page=self.is_full)
        context.close()

    def copy_home(self, to: Path) -> None:
        picture = self.out / "home-1440-light.png"
        if not picture.exists() or picture.stat().st_size > README_BYTES:
            self.complaints.append(f"{picture} is missing or larger than {README_BYTES} bytes: {to} is not renewed")
            return
        to.write_bytes(picture.read_bytes())

    def _hear(self, name: str, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:
            self.complaints.append(f"{name}: {text[:160]}")

    def _judge(self, name: str, screen: Screen, page: Page, status: int, width: int) -> None:
        expected = 404 if screen.name == "not-found" else 200
        if status != expected:
            self.complaints.append(f"{name}: answered {status or 'no link to follow'}")
        scroll_width = page.evaluate("document.documentElement.scrollWidth")
        if scroll_width > width:
            self.complaints.append(f"{name}: scrolls sideways, {scroll_width} px")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--base", default="http://127.0.0.1:8000")
    parser.add_argument("--as", dest="sign_ins", action="append", required=True, metavar="ROLE=EMAIL:PASSWORD")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--full", action="store_true", help="the whole page, not only what a screen shows")
    parser.add_argument("--readme", type=Path, help="where the home at 1440 px in light colors is copied to")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    pairs = (sign_in.split("=", 1) for sign_in in options.sign_ins)
    sign_ins = {role: tuple(secret.split(":", 1)) for role, secret in pairs}
    album = Album(options.base, options.out, options.full, sign_ins)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        for screen in SCREENS:
            if not options.only or screen.name in options.only:
                for width in WIDTHS:
                    for theme in THEMES:
                        album.take(browser, screen, width, theme)
                print(screen.name, flush=True)
        browser.close()
    if options.readme:
        album.copy_home(options.readme)
    print(*album.complaints, sep="\n")
    return 1 if album.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
