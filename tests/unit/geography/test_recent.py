"""Recent results: computed once, forgotten in order of use, safe between threads."""

import threading

import pytest

from analytics.geography import Recent


def test_the_value_used_longest_ago_is_forgotten():
    held, made = Recent(2), []

    def make(name):
        return lambda: made.append(name) or name.upper()

    assert [held.get(name, make(name)) for name in "abacb"] == ["A", "B", "A", "C", "B"]
    assert made == ["a", "b", "c", "b"]


def test_threads_wait_for_the_first_one():
    held, made, gate = Recent(3), [], threading.Event()

    def slow():
        gate.wait(2)
        made.append(1)
        return 7

    found = []
    threads = [threading.Thread(target=lambda: found.append(held.get("k", slow))) for _ in range(4)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert (found, made) == ([7] * 4, [1])


def test_a_failure_is_not_kept():
    held = Recent(1)
    with pytest.raises(ZeroDivisionError):
        held.get("k", lambda: 1 / 0)
    assert held.get("k", lambda: 3) == 3
