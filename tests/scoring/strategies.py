"""Random rule sets, profiles and histories, small enough that rules meet facts often."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from scoring.engine import BehaviorRule, Fact, Group, Hold, ProfileRule, RuleSetDefinition, TriggerRule
from scoring.engine.definitions import DEFAULT_MATRIX, Cell

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
KINDS = ("page_viewed", "form_submitted", "demo_requested")
VERDICTS = ("handover_rejected", "handover_recycled", "outcome_lost", "outcome_won")
PATHS = ("/pricing", "/pricing/teams", "/blog", "/")
FIELDS = ("company", "job_title", "country")
TEXTS = ("", "Acme", "Head of Sales", "de", "DE", "Sales", None)
GROUPS = (Group("web", "Website", 2_000), Group("mail", "Mail", 500))

points = st.one_of(st.integers(500, 6_000), st.integers(1, 6_000), st.integers(-4_000, -1))
conditions = st.sampled_from([{}, {}, {"path": "/pricing*"}, {"path": "*blog"}])


def profile_rules(prefix):
    """Rules whose keys start with a prefix and a number."""
    values = {"is": st.sampled_from(TEXTS[1:5]), "in": st.just(("acme", "de")), "contains": st.just("sales")}
    return st.lists(
        st.tuples(
            st.sampled_from(FIELDS), st.sampled_from(("is", "in", "contains", "known", "unknown")), points
        ).flatmap(
            lambda rule: st.builds(
                ProfileRule,
                key=st.just(""),
                name=st.just("A rule"),
                field=st.just(rule[0]),
                operator=st.just(rule[1]),
                value=values.get(rule[1], st.none()),
                points=st.just(rule[2]),
            )
        ),
        min_size=1,
        max_size=4 if prefix == "fit" else 1,
    ).map(lambda rules: numbered(rules, prefix))


def numbered(rules, prefix):
    """Give each rule a key of its own."""
    names = [{slot: getattr(rule, slot) for slot in rule.__slots__} for rule in rules]
    return tuple(
        type(rule)(**{**values, "key": f"{prefix}-{number}"})
        for number, (rule, values) in enumerate(zip(rules, names, strict=True))
    )


def behaviors(half_lives):
    """Behavior rules with windows, limits and groups."""
    return st.lists(
        st.builds(
            BehaviorRule,
            key=st.just(""),
            name=st.just("Did something"),
            kind=st.sampled_from(KINDS),
            points=points,
            half_life_days=half_lives,
            conditions=conditions,
            count=st.sampled_from((1, 1, 2, 3)),
            within_days=st.sampled_from((None, 1, 7)),
            limit=st.sampled_from((None, None, 1, 2)),
            limit_days=st.sampled_from((None, 1, 7)),
            group=st.sampled_from(("", "web", "mail")),
        ),
        min_size=2,
        max_size=5,
    ).map(lambda rules: numbered(rules, "did"))


triggers = st.lists(
    st.builds(
        TriggerRule,
        key=st.just(""),
        name=st.just("Asked"),
        kind=st.sampled_from(KINDS[1:]),
        stage=st.sampled_from(("mql", "sql")),
        temperature=st.sampled_from(("warm", "hot")),
        within_days=st.sampled_from((0.01, 14, 90)),
        grades=st.sampled_from((("A", "B", "?"), ("A", "C"), ("C", "?"))),
        conditions=conditions,
        count=st.sampled_from((1, 1, 2)),
    ),
    min_size=1,
    max_size=2,
).map(lambda rules: numbered(rules, "asked"))
matrices = st.sampled_from(
    [
        DEFAULT_MATRIX,
        {grade: {1: Cell("sql", "hot"), 2: Cell("mql", "warm"), 3: Cell("new", "cold")} for grade in "ABC?"},
    ]
)


def rule_sets(half_lives, hold_hours=(0, 0, 6)):
    """Whole rule sets."""
    return st.builds(
        RuleSetDefinition,
        version=st.just(3),
        fit_rules=profile_rules("fit"),
        behavior_rules=behaviors(half_lives),
        disqualifiers=profile_rules("never").flatmap(lambda rules: st.sampled_from(((), (), (), rules))),
        triggers=triggers,
        groups=st.just(GROUPS),
        fit_bounds=st.sampled_from(((7_000, 4_000), (3_000, 1_000))),
        engagement_bounds=st.sampled_from(((6_000, 3_000), (2_500, 700), (600, 100))),
        matrix=matrices,
        hold_hours=st.sampled_from(hold_hours),
    )


profiles = st.fixed_dictionaries({field: st.sampled_from(TEXTS) for field in FIELDS})


def facts(max_age, ahead=timedelta(hours=1), max_size=10):
    """Histories: mostly behavior, sometimes verdicts and undone facts, some of it in the future or learned late."""
    age = st.timedeltas(-ahead, max_age)
    late = st.sampled_from((timedelta(0), timedelta(0), timedelta(minutes=3), timedelta(days=2)))
    payload = st.fixed_dictionaries(
        {"path": st.sampled_from(PATHS)},
        optional={"machine": st.sampled_from((False, False, True)), "reason": st.sampled_from((1, 2, 4, 5, "6", 7))},
    )
    row = st.tuples(st.sampled_from(KINDS * 6 + VERDICTS + ("undone", "note_added")), age, late, payload)
    return st.lists(row, min_size=3, max_size=max_size).flatmap(
        lambda rows: st.tuples(*[_fact(i, r) for i, r in enumerate(rows)])
    )


def _fact(number, row):
    kind, age, late, payload = row
    occurred_at = NOW - age
    undoes = st.integers(0, max(0, number - 1)) if kind == "undone" else st.none()
    return undoes.map(
        lambda target: Fact(
            number,
            kind,
            occurred_at,
            occurred_at + late,
            payload if target is None else {**payload, "undoes": target},
        )
    )


holds = st.builds(
    Hold,
    stage=st.sampled_from(("new", "iql", "mql", "sql")),
    candidate_stage=st.sampled_from(("mql", "sql")),
    candidate_since=st.sampled_from((None, NOW - timedelta(hours=3), NOW - timedelta(hours=8))),
)
