"""The borders of the code: who may import whom, how long things get, and who writes which table."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
RANK = {
    "common": 0,
    "mail": 1,
    "accounts": 2,
    "leads": 3,
    "scoring": 4,
    "capture": 5,
    "nurturing": 5,
    "sales": 5,
    "insights": 6,
    "leadcrm": 7,
}
FILE_LINES, FUNCTION_LINES, VIEW_LINES, TASK_LINES = 400, 40, 25, 10
WRITES = {
    "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create", "update_or_create",
    "aupdate", "acreate", "adelete",
}  # fmt: skip
# Signs of life are left by processes that ask no database, each by its machine's clock, and are read by one.
OWN_CLOCK = {
    "common/clock.py", "common/tasks.py", "leadcrm/beat_age.py", "leadcrm/beat.py", "leadcrm/health.py",
    "leadcrm/launch.py", "leadcrm/management/commands/seed_demo.py", "leadcrm/observing.py",
    "leadcrm/system/doctor.py", "leadcrm/system/metrics.py", "leadcrm/system/views.py",
}  # fmt: skip
# Standard library only and run before Django exists: the bootstrap may import late, after it has made the environment.
BOOTSTRAP = {"manage.py", "leadcrm/bootstrap.py"}


def sources() -> list[Path]:
    return [path for app in RANK for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module


def functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_app_is_ranked_and_every_rank_exists() -> None:
    own = {config.name for config in apps.get_app_configs() if Path(config.path).parent == ROOT}

    assert own == set(RANK)


@pytest.mark.parametrize("path", sources(), ids=name)
def test_imports_point_down(path: Path) -> None:
    app = path.relative_to(ROOT).parts[0]
    used = {module.split(".")[0] for node in ast.walk(tree(path)) for module in imported(node)}

    wrong = {other for other in used & RANK.keys() if other != app and RANK[other] >= RANK[app]}

    assert not wrong, f"{name(path)} imports {sorted(wrong)}, which lie above or beside {app}"


@pytest.mark.parametrize("path", sources(), ids=name)
def test_files_and_functions_stay_short_and_import_at_the_top(path: Path) -> None:
    module = tree(path)
    long = [f"{f.name} has {f.end_lineno - f.lineno + 1} lines" for f in functions(module) if _is_long(path, f)]
    late = [f.name for f in functions(module) if any(isinstance(n, ast.Import | ast.ImportFrom) for n in ast.walk(f))]

    assert len(path.read_text().splitlines()) <= FILE_LINES
    assert not long
    assert name(path) in BOOTSTRAP or not late


def _is_long(path: Path, function: ast.FunctionDef) -> bool:
    app_file = path.name if path.parent.parent == ROOT else path.parent.name + ".py"
    limit = {"views.py": VIEW_LINES, "tasks.py": TASK_LINES}.get(app_file, FUNCTION_LINES)
    return function.end_lineno - function.lineno + 1 > limit


@pytest.mark.parametrize("path", sources(), ids=name)
def test_the_spine_has_no_signals_and_no_save_overrides(path: Path) -> None:
    text = path.read_text()

    assert "django.db.models.signals" not in text and "django.dispatch" not in text
    assert not (path.name == "models.py" or path.parent.name == "models") or "def save(" not in text


def owners() -> dict[str, str]:
    """Return the app that owns each model, by the model's name."""
    return {model.__name__: config.name for config in apps.get_app_configs() if config.name in RANK
            for model in config.get_models()}  # fmt: skip


@pytest.mark.parametrize("path", sources(), ids=name)
def test_only_the_app_that_owns_a_table_writes_it(path: Path) -> None:
    app = path.relative_to(ROOT).parts[0]
    owner = owners()

    foreign = [
        f"line {call.lineno}: {model}.objects…{call.func.attr}()"
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in WRITES
        for model in [_model_of(call.func.value)]
        if owner.get(model, app) != app
    ]

    assert not foreign


def _model_of(node: ast.AST) -> str:
    """Return the name in front of ``.objects`` in a chain of calls, or an empty string."""
    while True:
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute):
            if node.attr == "objects" and isinstance(node.value, ast.Name):
                return node.value.id
            node = node.value
        else:
            return ""


@pytest.mark.parametrize("path", sources(), ids=name)
def test_raw_sql_writes_only_the_tables_of_its_app(path: Path) -> None:
    app = path.relative_to(ROOT).parts[0]

    tables = re.findall(r"(?:INSERT INTO|UPDATE|DELETE FROM)\s+([a-z]+)_[a-z]", path.read_text())

    assert {table for table in tables if table in RANK} <= {app}


@pytest.mark.parametrize("path", sorted((ROOT / "leadcrm").rglob("*.py")), ids=name)
def test_the_app_without_tables_saves_and_deletes_no_rows(path: Path) -> None:
    calls = [node.func.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Call) and _is_method(node.func)]

    assert not {"save", "delete", "refresh_from_db"} & set(calls)


def _is_method(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute)


def test_lead_state_has_one_writer() -> None:
    write = re.compile(
        r"LeadState\.objects[^\n]*\.(create|bulk_create|update|delete)\(|(INSERT INTO|UPDATE) leads_leadstate"
    )

    writers = {name(path) for path in sources() if write.search(path.read_text())}

    assert writers == {"leads/services/judgements.py"}


@pytest.mark.parametrize("app", ["common", "mail", "accounts"])
def test_what_is_shown_of_apps_above_is_brought_by_them(app: str) -> None:
    """A name of a URL above, in an app below, is a part that the app above should bring itself."""
    above = "|".join(other for other, rank in RANK.items() if rank > RANK["accounts"])
    named = re.compile(rf'(?:url_of|url_for|may_open|reverse|redirect|Place|Page)\([^)]*"(?:{above}):\w+"')

    found = {name(path) for path in sources() if path.is_relative_to(ROOT / app) and named.search(path.read_text())}

    assert not found


def test_leads_are_locked_in_one_place() -> None:
    """One order of locks can be kept only where one place knows how a lead is locked; marks are taken by its SQL."""
    locks = {name(path) for path in sources() for model in _locked_models(path) if model in ("Lead", "LeadState")}
    statements = {name(path) for path in sources() if re.search(r"UPDATE OF (\w+, )*lead\b", path.read_text())}

    assert locks == {"leads/services/locking.py"}
    assert statements == {"leads/services/marks.py"}


def _locked_models(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and node.attr == "select_for_update":
            yield _model_of(node.value)


@pytest.mark.parametrize("path", sources(), ids=name)
def test_the_database_says_what_time_it_is(path: Path) -> None:
    """A machine's own clock dates only signs of life, and says how far it is off."""
    own_clock = re.compile(r"\btimezone\.now\b|\b(?:datetime|date)\.(?:now|today|utcnow)\(|\btime\.time\(")

    lines = [line.strip() for line in path.read_text().splitlines() if own_clock.search(line)]

    assert lines == [] or name(path) in OWN_CLOCK


def test_leadcrm_stays_importable_without_django() -> None:
    assert (ROOT / "leadcrm" / "__init__.py").read_text() == ""
