"""Counts of one network, token and text: each process counts at once, and learns what the others counted."""

import secrets

from capture import limits
from capture.limits import Counter


def test_two_processes_know_of_each_other_after_they_shared():
    key, one, two = secrets.token_hex(8), Counter(), Counter()
    for _ in range(7):
        one.count({key: 60})
    one.share()

    two.count({key: 60})
    two.share()

    assert two.count({key: 60})[0][0] == 9
    assert one.count({key: 60})[0][0] == 8  # it learns of the others when it shares again


def test_nothing_is_counted_twice_when_it_is_shared_again():
    key, one, two = secrets.token_hex(8), Counter(), Counter()
    for _ in range(3):
        one.count({key: 60})
        one.share()
        one.share()
    two.count({key: 60})
    two.share()

    count, left = two.count({key: 60})[0]

    assert count == 5 and 50 <= left <= 60


def test_a_count_starts_again_when_its_time_is_over(monkeypatch):
    counter, clock = Counter("redis://127.0.0.1:1/0"), [1000.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: clock[0])
    assert [counter.count({"a": 60})[0][0] for _ in range(3)] == [1, 2, 3]

    clock[0] += 61

    assert counter.count({"a": 60}) == [(1, 60)]
