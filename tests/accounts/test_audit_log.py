"""The audit log: who, what, about what, when; old and new; pages by keyset; export as CSV that runs nothing."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.services import audit

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(people):
    now = timezone.now()
    rows = [
        (people["admin"], "changed", "user", "7", {"role": ["rep", "manager"]}, 0),
        (people["manager"], "created", "goal", "3", {"name": ["", "=1+1"]}, 1),
        (None, "removed", "retention", "page_views", {"rows": ["", 12]}, 40),
    ]
    for by, action, kind, pk, changes, days in rows:
        audit(by=by, action=action, kind=kind, object_id=pk, changes=changes, now=now - timedelta(days=days))


def found(client, **query) -> list[str]:
    page = client.get("/settings/audit-log/", query)
    assert page.status_code == 200
    return [row.entry.kind for row in page.context["rows"]]


def test_each_filter_narrows_and_they_combine(as_admin, people, entries):
    today = timezone.localdate()
    assert found(as_admin) == ["user", "goal", "retention"]
    assert found(as_admin, by=people["manager"].pk) == ["goal"]
    assert found(as_admin, by="product") == ["retention"]
    assert found(as_admin, action="Chang") == ["user"]
    assert found(as_admin, kind="retention", object_id="page_views") == ["retention"]
    assert found(as_admin, since=(today - timedelta(days=5)).isoformat()) == ["user", "goal"]
    assert found(as_admin, until=(today - timedelta(days=5)).isoformat()) == ["retention"]
    assert found(as_admin, by="product", kind="user") == []


@pytest.mark.parametrize(
    "query", [{"by": "x\0"}, {"since": "soon"}, {"cursor": "%%"}, {"by": "9" * 30}, {"kind": "\0"}]
)
def test_what_cannot_be_read_is_not_asked(as_admin, entries, query):
    assert as_admin.get("/settings/audit-log/", query).status_code == 200


def test_old_and_new_stand_side_by_side(as_admin, entries):
    body = as_admin.get("/settings/audit-log/").content.decode()

    assert re.search(r"<del>Sales rep</del>.*<ins>Sales manager</ins>", body)


def test_a_long_log_is_read_page_by_page(as_admin, admin):
    now = timezone.now()
    for number in range(120):
        audit(by=admin, action="changed", kind="user", object_id=str(number), changes={}, now=now)
    seen, cursor = [], ""
    while cursor is not None:
        context = as_admin.get("/settings/audit-log/", {"kind": "user", "cursor": cursor}).context
        seen += [row.entry.object_id for row in context["rows"]]
        cursor = context["next_cursor"]

    assert seen == [str(number) for number in reversed(range(120))]


def test_the_export_has_what_the_filter_finds_runs_no_formula_and_is_written_down(as_admin, admin, entries):
    answer = as_admin.post("/settings/audit-log/export?kind=goal")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))

    assert [(row["kind"], row["field"], row["old"], row["new"]) for row in rows] == [("goal", "name", "", "'=1+1")]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.by, entry.changes) == (admin, {"kind": ["", "goal"]})
