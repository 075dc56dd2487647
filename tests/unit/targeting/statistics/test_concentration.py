"""Published and recomputed values of the domain reference, section 10.5."""

import pytest

from analytics.targeting.statistics.concentration import (
    cumulative_shares,
    generalised_gini,
    gini,
    places_for_share,
    summarise,
)


@pytest.mark.parametrize(
    ("counts", "plain", "generalised"),
    [
        ([1, 1, 1, 1], 0, 0),
        ([0, 0, 0, 4], 0.75, 0.75),
        ([0, 0, 1, 1, 2, 6], 0.6, 0.6),
        ([0] * 6 + [1] * 4, 0.6, 0),
        ([0] * 9 + [4], 0.9, 0.75),
        ([12, 8, 5, 3, 2, 0, 0, 0, 0, 0], 0.666667, 0.666667),
    ],
)
def test_gini_and_generalised_gini(counts, plain, generalised):
    assert gini(counts) == pytest.approx(plain, abs=5e-7)
    assert generalised_gini(counts) == pytest.approx(generalised, abs=5e-7)
    assert gini(counts[::-1]) == pytest.approx(plain, abs=5e-7)


def test_lorenz_curve_and_places_for_a_share():
    counts = [12, 8, 5, 3, 2, 0, 0, 0, 0, 0]
    expected = [0.4, 0.6667, 0.8333, 0.9333, 1]
    assert cumulative_shares(counts)[:5] == pytest.approx(expected, abs=5e-5)
    assert places_for_share(counts, 0.5) == 2
    assert places_for_share(counts, 0.25) == 1
    assert places_for_share(counts, 0.4) == 1
    assert places_for_share([1, 1, 1], 2 / 3) == 2
    assert summarise(counts).places_for_half == 2


def test_nothing_to_share_out_is_refused():
    for counts in ([], [0, 0], [3, -1]):
        with pytest.raises(ValueError, match="Concentration"):
            gini(counts)
