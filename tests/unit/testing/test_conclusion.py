"""The conclusion names the interval's width in the estimate's own unit."""

import pytest

from analytics.testing.conclusion import width_text
from analytics.testing.result import Estimate


def _estimate(scale, low, high):
    return Estimate(
        method="m",
        outcome="count",
        part="local",
        scale=scale,
        value=1.0,
        low=low,
        high=high,
        level=0.95,
        p_value=None,
    )


@pytest.mark.parametrize(
    ("scale", "low", "high", "text"),
    [
        ("ratio", 0.5, 1.5, "upper end is 3.0 times its lower end"),
        ("ratio", 0.0, 1.5, "not measurable as a factor"),
        ("crimes", -10.0, 4.0, "14.0 crimes wide"),
        ("crimes", None, None, ""),
    ],
)
def test_width(scale, low, high, text):
    said = width_text(_estimate(scale, low, high))
    assert text in said
    assert bool(said) == bool(text)
