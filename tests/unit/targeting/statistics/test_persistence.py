"""Patterns over time by the documented rule, examples of the domain reference, section 10.6."""

import numpy as np
import pytest

from analytics.targeting.statistics.persistence import classify


@pytest.mark.parametrize(
    ("months", "pattern"),
    [
        ("1111111111", "persistent"),
        ("1111111110", "persistent"),
        ("0000000011", "emerging"),
        ("1110000000", "former"),
        ("0101010101", "intermittent"),
        ("0000000100", "former"),
        ("0000000000", "no pattern"),
    ],
)
def test_documented_rule(months, pattern):
    assert classify(np.array([[digit == "1" for digit in months]])).tolist() == [pattern]


def test_fewer_than_ten_periods_have_no_pattern():
    with pytest.raises(ValueError, match="at least 10"):
        classify(np.ones((2, 9)))
