"""No small count can be worked out from those shown, by trying every table that fits."""

from itertools import product

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics.tracking.rates import LEAST_SHOWN
from analytics.tracking.suppression import Published, width, withhold

ROWS, COLUMNS = 3, 2
CELLS = np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)


def published():
    """A table of groups by two areas with sums of rows, and totals of the columns."""
    columns = {"inside": CELLS[:, [0]], "elsewhere": CELLS[:, [1]], "all": CELLS}
    found = []
    for column, cells in columns.items():
        found += [Published(str(r), column, frozenset(cells[r].tolist())) for r in range(ROWS)]
        found.append(Published("all", column, frozenset(cells.ravel().tolist()), is_total=True))
    return found


def tables_that_fit(totals, shown):
    """Every table without a negative count that has these column totals and shows these counts."""
    per_column = []
    for column, total in enumerate(totals):
        fixed = [
            (int(r), n) for r in range(ROWS) for e, n in shown if e.cells == {CELLS[r, column]}
        ]
        ways = product(range(total + 1), repeat=ROWS)
        per_column.append(
            [way for way in ways if sum(way) == total and all(way[r] == n for r, n in fixed)]
        )
    for inside, elsewhere in product(*per_column):
        cells = np.column_stack([inside, elsewhere]).ravel()
        if all(cells[list(each.cells)].sum() == count for each, count in shown):
            yield cells


@settings(max_examples=40, deadline=None)
@example([3, 9, 12, 9, 8, 8])
@example([0, 6, 1, 7, 12, 6])
@given(st.lists(st.integers(0, 9), min_size=6, max_size=6))
def test_a_withheld_small_count_may_take_as_many_values_as_its_threshold(counts):
    cells, table = np.array(counts), published()
    hidden = withhold(table, cells)
    shown = [
        (each, cells[list(each.cells)].sum())
        for each, is_hidden in zip(table, hidden, strict=True)
        if not is_hidden
    ]
    fitting = list(tables_that_fit(cells.reshape(ROWS, COLUMNS).sum(axis=0), shown))
    totals = {each.column: each.cells for each in table if each.is_total}
    for number, each in enumerate(table):
        count = cells[list(each.cells)].sum()
        total = cells[list(totals[each.column])].sum()
        if each.is_total or not total:
            assert not hidden[number]
        elif count < LEAST_SHOWN:
            assert hidden[number]
            values = {int(fit[list(each.cells)].sum()) for fit in fitting}
            assert max(values) - min(values) >= min(LEAST_SHOWN, total)
            assert max(values) - min(values) == width(number, table, cells, hidden)


def test_nothing_is_withheld_where_every_count_is_large():
    assert not any(withhold(published(), np.full(6, LEAST_SHOWN)))


def test_a_count_that_the_sum_of_its_row_would_give_away_takes_others_with_it():
    # Inside 3 of a row of 23: with 20 elsewhere shown, 3 would follow.
    hidden = dict(
        zip(
            [(each.row, each.column) for each in published()],
            withhold(published(), np.array([3, 20, 30, 40, 25, 45])),
            strict=True,
        )
    )
    assert hidden["0", "inside"]
    assert hidden["0", "elsewhere"] or hidden["0", "all"]
    assert hidden["1", "inside"] or hidden["2", "inside"]
    assert sum(hidden.values()) == 4
