"""What the stylesheet and the templates promise: tokens, contrast, no inline style or script, weights."""

import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
CSS = sorted((ROOT / "static/css").glob("*.css"))
JS = sorted((ROOT / "static/js").glob("*.js"))
# Mail is styled inline by necessity: mail programs read no stylesheet and no token.
TEMPLATES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if "mail" not in path.parts]
HEX = re.compile(r"#[0-9a-fA-F]{3,8}\b(?![-\w])")
TOKEN = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
TOKENS = {name: pair for name, *pair in TOKEN.findall((ROOT / "static/css/tokens.css").read_text())}
# Ink and the grounds it is read on.
READS_ON = {
    "text": "bg page surface sunken hover accent-soft",
    "text-muted": "page surface sunken hover accent-soft",
    "accent": "surface page accent-soft",
    "on-accent": "accent-fill accent-fill-hover",
    "ok-text": "ok-bg surface",
    "warn-text": "warn-bg surface accent-soft",
    "danger-text": "danger-bg surface page hover accent-soft",
    "info-text": "info-bg accent-soft",
    "ok": "surface",
    "on-danger": "danger-fill",
    "cold-text": "cold-bg",
    "warm-text": "warm-bg",
    "hot-text": "hot-bg",
    "new-text": "new-bg surface accent-soft",
    "iql-text": "iql-bg",
    "mql-text": "mql-bg",
    "sql-text": "sql-bg",
    "customer-text": "customer-bg",
    "disqualified-text": "surface hover",
    "heat-ink": "heat-1 heat-2 heat-3",
    "heat-ink-strong": "heat-4 heat-5",
    "page": "text",
}
READ_ON = [(ink, ground) for ink, grounds in READS_ON.items() for ground in grounds.split()]
MARKS = ["border-control", "focus", "danger", "cold", "warm", "hot"]
STAGES = ["new", "iql", "mql", "sql", "customer", "disqualified"]
CATEGORIES = ["cat-1", "cat-2", "cat-3", "cat-4", "cat-5"]
SEEN_ON = [(mark, "surface") for mark in MARKS + STAGES + CATEGORIES]


def luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), READ_ON)
def test_words_have_a_contrast_of_4_5(ink, ground, theme):
    assert contrast(TOKENS[ink][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), SEEN_ON)
def test_marks_and_borders_of_controls_have_a_contrast_of_3(mark, ground, theme):
    assert contrast(TOKENS[mark][theme], TOKENS[ground][theme]) >= 3


def test_only_tokens_hold_raw_colours():
    found = {path.name: HEX.findall(path.read_text()) for path in CSS if path.name != "tokens.css"}

    assert {name: hits for name, hits in found.items() if hits} == {}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_no_inline_style_script_or_colour(path):
    html = re.sub(r"\{#.*?#\}|\{% comment.*?endcomment %\}", "", path.read_text(), flags=re.S)

    assert not re.search(r"\sstyle\s*=|<style\b", html)
    assert not re.search(r"<script\b(?![^>]*\bsrc=)", html)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", html)
    assert not re.search(r"[\"'\s:](#[0-9a-fA-F]{6}|#[0-9a-fA-F]{3})[\"';\s]", html)


@pytest.mark.parametrize("path", sorted((ROOT / "templates/components").glob("*.html")), ids=lambda path: path.name)
def test_a_component_names_its_context_in_its_first_line(path):
    assert path.read_text().startswith("{# Context")


def test_the_guide_names_every_component():
    guide = (ROOT / "templates/components/README.md").read_text()
    parts = {path.name for path in (ROOT / "templates/components").glob("[!_]*.html")}

    assert {name for name in parts if f"`{name}`" not in guide} == set()


def test_every_token_that_is_used_exists():
    defined = set(re.findall(r"(--[\w-]+):", "".join(path.read_text() for path in CSS)))
    used = set(re.findall(r"var\((--[\w-]+)", "".join(path.read_text() for path in CSS)))

    assert used - defined == set()


def test_stylesheets_and_scripts_stay_within_their_weight():
    assert sum(len(brotli.compress(path.read_bytes())) for path in CSS) <= 16 * 1024
    shared = {
        path.name: len(brotli.compress(path.read_bytes())) for path in JS if path.name in ("shell.js", "lists.js")
    }
    heaviest = max(len(brotli.compress(path.read_bytes())) for path in JS if path.name not in shared)
    assert sum(shared.values()) <= 9 * 1024
    assert sum(shared.values()) + heaviest <= 12 * 1024
    assert len(brotli.compress((ROOT / "static/img/marks.svg").read_bytes())) <= 8 * 1024
