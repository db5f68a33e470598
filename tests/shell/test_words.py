"""How values read: pure functions of ``common.ui``."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from common import ui

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("points", "text"),
    [(2500, "25"), (1250, "12.5"), (1, "0.01"), (0, "0"), (-800, f"{MINUS}8"), (None, "\N{EN DASH}"), (10000, "100")],
)
def test_hundredths_read_as_points(points, text):
    assert ui.points_text(points) == text


def test_signed_points_carry_a_plus_but_zero_carries_none():
    assert [ui.points_text(value, signed=True) for value in (2500, -800, 0)] == ["+25", f"{MINUS}8", "0"]


def test_whole_points_never_reach_a_bound_by_rounding():
    assert ui.whole_points_text(5999) == "59"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (57, 150, "38 % · 57 of 150"),
        (3, 7, "too few to say: 3 of 7"),
        (20, 20, "100 % · 20 of 20"),
        (0, 0, "\N{EN DASH}"),
        (1200, 24000, "5 % · 1,200 of 24,000"),
    ],
)
def test_a_percentage_shows_its_counts_and_is_withheld_below_twenty(part, whole, text):
    assert ui.percent_text(part, whole) == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (48200, "EUR", "€48,200"),
        (Decimal("12.50"), "USD", "$12.50"),
        (-3, "EUR", f"{MINUS}€3"),
        (5, "SEK", "SEK 5"),
        (None, "EUR", "\N{EN DASH}"),
    ],
)
def test_money_shows_cents_only_where_there_are_any(amount, currency, text):
    assert ui.money_text(amount, currency) == text


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(seconds=50), "1 min ago"),
        (timedelta(minutes=12), "12 min ago"),
        (timedelta(hours=3, minutes=50), "3 h ago"),
        (timedelta(days=6), "6 d ago"),
        (timedelta(days=40), "13 Oct"),
        (timedelta(days=400), "18 Oct 2025"),
        (-timedelta(hours=2), "in 2 h"),
    ],
)
def test_a_moment_reads_as_its_distance_until_a_date_says_more(age, text):
    assert ui.ago_text(NOW - age, NOW) == text


def test_a_promise_is_calm_then_due_then_overdue():
    due_at, warn_at = NOW + timedelta(minutes=60), NOW + timedelta(minutes=45)

    states = [ui.sla_clock(due_at, warn_at, NOW + timedelta(minutes=minutes)) for minutes in (0, 48, 60, 85)]

    assert [(clock.state, clock.text) for clock in states] == [
        ("calm", "due in 1 h"),
        ("due", "due in 12 min"),
        ("overdue", "overdue 0 min"),
        ("overdue", "overdue 25 min"),
    ]


def test_a_change_is_good_in_the_welcome_direction_and_spoken_in_full():
    worse = ui.delta(-4, unit="pt", than="October")
    faster = ui.delta(-4, unit="min", good="down")

    assert (worse.tone, worse.spoken) == ("bad", "down 4 pt compared with October")
    assert faster.tone == "good"
    assert ui.delta(0).text == "no change"


def test_a_funnel_measures_against_the_tallest_and_takes_rates_from_the_step_before():
    steps = [{"name": "New", "count": 200}, {"name": "IQL", "count": 100}, {"name": "MQL", "count": 10}]

    columns = ui.funnel_columns(steps)

    assert [(c.height, c.ghost, c.rate) for c in columns] == [
        ("100", "0", ""),
        ("50", "100", "50 %"),
        ("5", "50", "10 %"),
    ]


def test_a_funnel_without_leads_is_flat():
    columns = ui.funnel_columns([{"name": "New", "count": 0}, {"name": "IQL", "count": 0}])

    assert [(c.height, c.ghost) for c in columns] == [("0", "0"), ("0", "0")]


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(1, 3, "33.33"), (5, 0, "0"), (9, 3, "100"), (-1, 3, "0"), (None, 3, "0")]
)
def test_a_share_stays_between_nothing_and_all(part, whole, text):
    assert ui.share(part, whole) == text


@pytest.mark.parametrize(
    ("kind", "value", "css", "label"),
    [
        ("stage", "mql", "badge-mql", "MQL"),
        ("temperature", "hot", "badge-hot", "Hot"),
        ("grade", "?", "badge-grade", "?"),
        ("status", "overdue", "badge-error", "Overdue"),
        ("status", "some_new_state", "", "Some new state"),
        ("stage", "", "", ""),
    ],
)
def test_a_badge_knows_its_word_and_an_unknown_value_stays_readable(kind, value, css, label):
    badge = ui.badge(kind, value)

    assert (badge.css, badge.label) == (css, label)


def test_a_line_runs_from_zero_to_its_highest_value():
    assert ui.polyline([0, 5, 10], width=100, height=20) == "0.0,20.0 50.0,10.0 100.0,0.0"
    assert ui.polyline([]) == ""
    assert ui.polyline([0, 0]) == "0.0,20.0 100.0,20.0"


@pytest.mark.parametrize(("name", "letters"), [("Ada Silva", "AS"), ("Ada", "A"), ("ada@crm.example", "AC"), ("", "?")])
def test_an_avatar_has_one_or_two_letters(name, letters):
    assert ui.initials(name) == letters
