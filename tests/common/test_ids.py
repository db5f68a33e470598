"""Ids sort by when they were made."""

from datetime import UTC, datetime, timedelta

from common.ids import uuid7


def test_ids_made_one_after_another_sort_in_that_order():
    made = [uuid7() for _ in range(5000)]

    assert made == sorted(made) and len(set(made)) == 5000


def test_an_id_carries_its_version_and_its_moment():
    at = datetime(2026, 3, 2, 10, 0, 0, 123456, tzinfo=UTC)

    made = uuid7(at)

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(at.timestamp() * 1000)
    assert uuid7(at) < uuid7(at + timedelta(microseconds=1)) and uuid7(at) != uuid7(at)
