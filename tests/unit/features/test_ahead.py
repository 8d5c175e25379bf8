import threading
import time

import pytest

from visualtaste.features.ahead import work_ahead


def test_results_come_in_order_whoever_is_done_first():
    def slow_when_even(number):
        time.sleep(0.02 if number % 2 == 0 else 0)
        return number * number

    assert list(work_ahead(slow_when_even, range(9), threads=3, ahead=4)) == [n * n for n in range(9)]


def test_no_more_is_begun_than_may_be_ahead():
    begun = []
    results = work_ahead(begun.append, range(100), threads=2, ahead=3)
    next(results)
    time.sleep(0.05)
    assert len(begun) <= 3
    results.close()
    assert len(begun) <= 3


def test_an_error_comes_at_its_place_and_ends_the_work():
    begun, others = [], threading.active_count()

    def fail_at_two(number):
        begun.append(number)
        if number == 2:
            raise ValueError("two")
        return number

    results = work_ahead(fail_at_two, range(100), threads=1, ahead=4)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError, match="two"):
        next(results)
    assert len(begun) < 10
    assert threading.active_count() == others


def test_without_inputs_there_are_no_results():
    assert list(work_ahead(str, [], threads=2, ahead=2)) == []
