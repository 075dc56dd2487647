"""Near repeats against Ratcliffe's Near Repeat Calculator, cell for cell, and a plain double loop."""

import csv
import gzip

import numpy as np
import pandas as pd
import pytest

from analytics.targeting.statistics import near_repeat as module
from analytics.targeting.statistics.near_repeat import near_repeat

MONTH = ("chicago_be_month1", "2019-09-23_143005")
ARSON = ("chicago_arson", "2019-09-23_145637")


def calculator(folder, name, made):
    """Return events (x, y, days) and the tables of observed pairs and of their mean in chance."""
    rows = pd.read_csv(folder / f"{name}.csv.gz", header=None, names=["x", "y", "day"])
    days = pd.to_datetime(rows["day"], format="mixed")
    with gzip.open(folder / f"{name}_NRverbose_{made}.csv.gz", "rt", encoding="latin-1") as handle:
        lines = list(csv.reader(handle))
    at = lines.index(["Observed frequencies distribution"])
    table = [[int(part or 0) for part in line[2:6]] for line in lines[at + 3 : at + 8]]
    mean = {}
    for line in lines:
        if line and line[0].startswith("Row "):
            place = tuple(int(word) - 1 for word in line[0].split()[1::2])
        elif line[:1] == ["Mean"]:
            mean[place] = float(line[1])
    chance = np.array([[mean[row, column] for column in range(4)] for row in range(5)])
    return rows["x"], rows["y"], (days - days.min()).dt.days, np.array(table), chance


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "space", "time", "runs"),
    [
        (MONTH, (0, 1, 100, 200, 300), (0, 7, 14, 21), 19),
        # Two pairs, 0.56 m and 399.96 m apart, stand in the Calculator's next band.
        (ARSON, (0, 0.5, 200, 399.9, 600), (0, 1, 2, 3), 99),
    ],
)
def test_chicago_equals_the_near_repeat_calculator(real_data, file, space, time, runs):
    folder = real_data / "chicago_burglary_arson_2016" / "near_repeat_calculator_reference"
    x, y, days, pairs, chance = calculator(folder, *file)
    found = near_repeat(x, y, days, space, time, metric="manhattan", shuffles=199, seed=4)
    assert found.observed.tolist() == pairs.tolist()
    # Both means are of shuffled Poisson-like counts: they differ by chance only.
    spread = np.sqrt(np.maximum(found.expected, 0.05) * (1 / runs + 1 / 199))
    assert (abs(found.expected[:-1] - chance[:-1]) < 5 * spread[:-1]).all()
    assert found.expected[-1] == pytest.approx(chance[-1], rel=1e-3)


@pytest.mark.real
def test_the_table_of_the_reference(real_data):
    folder = real_data / "chicago_burglary_arson_2016" / "near_repeat_calculator_reference"
    x, y, days, _, _ = calculator(folder, *MONTH)
    assert len(x) == 970
    found = near_repeat(
        x, y, days, (0, 1, 100, 200, 300), (0, 7, 14, 21), metric="manhattan", shuffles=99
    )
    assert found.observed.tolist() == [
        [28, 5, 5, 2],
        [44, 13, 8, 4],
        [97, 56, 19, 16],
        [77, 67, 45, 20],
        [182_194, 146_149, 95_237, 45_879],
    ]
    assert found.p[1, 0] == 0.01
    assert found.ratio[1, 0] == pytest.approx(1.685, abs=0.12)
    table = found.table()
    assert table["observed"].sum() == 970 * 969 // 2
    assert table.iloc[0][["from_m", "to_m", "from_days", "to_days"]].tolist() == [0, 1, 0, 7]
    assert np.isinf(table.iloc[-1][["to_m", "to_days"]].astype(float)).all()


@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
def test_equals_a_double_loop_over_pairs(metric):
    rng = np.random.default_rng(6)
    # Whole numbers put many pairs exactly on an edge: bands are half-open.
    x, y = rng.integers(0, 30, (2, 120)).astype(float)
    days = rng.integers(0, 40, 120)
    space, time = (0, 1, 3, 5), (0, 7, 14)
    expected = np.zeros((4, 3), dtype=int)
    for i in range(120):
        for j in range(i + 1, 120):
            across, up = abs(x[i] - x[j]), abs(y[i] - y[j])
            distance = across + up if metric == "manhattan" else np.hypot(across, up)
            row = max(k for k, edge in enumerate(space) if distance >= edge)
            column = max(k for k, edge in enumerate(time) if abs(days[i] - days[j]) >= edge)
            expected[row, column] += 1
    found = near_repeat(x, y, days, space, time, metric=metric, shuffles=9)
    assert found.observed.tolist() == expected.tolist()
    assert found.expected.sum() == pytest.approx(120 * 119 / 2)


def test_p_is_even_when_dates_have_nothing_to_do_with_places():
    rng = np.random.default_rng(11)
    low = 0
    for trial in range(60):
        x, y = rng.uniform(0, 1_000, (2, 150))
        found = near_repeat(
            x, y, rng.integers(0, 60, 150), (0, 100), (0, 7), shuffles=99, seed=trial
        )
        low += found.p[0, 0] <= 0.1
    assert 1 <= low <= 14


def test_planted_repeats_are_found_and_the_seed_gives_its_table_again():
    rng = np.random.default_rng(2)
    x, y = rng.uniform(0, 5_000, (2, 300))
    days = rng.integers(0, 365, 300)
    x, y = np.append(x, x[:60] + 20), np.append(y, y[:60])
    days = np.append(days, days[:60] + 2)
    found = near_repeat(x, y, days, (0, 1, 100, 200), (0, 7, 14), shuffles=99, seed=5)
    assert found.p[1, 0] == 0.01
    assert found.ratio[1, 0] > 3
    again = near_repeat(x, y, days, (0, 1, 100, 200), (0, 7, 14), shuffles=99, seed=5)
    assert again.expected.tolist() == found.expected.tolist()


def test_what_cannot_be_compared_is_said(monkeypatch):
    with pytest.raises(ValueError, match="begin at 0 and rise"):
        near_repeat(np.zeros(3), np.zeros(3), np.zeros(3), (0, 200, 100), (0, 7))
    with pytest.raises(ValueError, match="at least two events"):
        near_repeat(np.zeros(1), np.zeros(1), np.zeros(1), (0, 100), (0, 7))
    monkeypatch.setattr(module, "MOST_PAIRS", 2)
    with pytest.raises(ValueError, match="3 pairs of events lie within 100 m"):
        near_repeat(np.zeros(3), np.zeros(3), np.zeros(3), (0, 100), (0, 7))
