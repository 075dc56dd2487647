"""Stop and search inside hot spots by recorded ethnicity."""

import pandas as pd
import pytest

from analytics import tracking
from analytics.tracking.stops import compare, group_of
from analytics.workspace import NotMeasurable, Refused, User


@pytest.mark.parametrize(
    ("recorded", "group"),
    [
        ("White - English/Welsh/Scottish/Northern Irish/British", "White"),
        ("Mixed/Multiple ethnic groups - White and Black Caribbean", "Mixed"),
        ("Black/African/Caribbean/Black British - African", "Black"),
        ("Asian/Asian British - Any other Asian background", "Asian"),
        ("Other ethnic group - Not stated", "Not stated"),
        ("Other ethnic group - Any other ethnic group", "Other"),
        ("Chinese", "Other"),
        (None, "Not stated"),
    ],
)
def test_recorded_ethnicities_fall_into_broad_groups(recorded, group):
    assert group_of(recorded) == group


def _groups(**counts):
    return pd.Series([name for name, number in counts.items() for _ in range(number)], dtype=object)


def test_small_counts_and_what_would_tell_them_are_withheld():
    inside = _groups(White=40, Black=9, Asian=3)
    elsewhere = _groups(White=80, Black=20, Asian=30, Mixed=6, Other=4, **{"Not stated": 7})
    table = compare(inside, elsewhere).set_index("group")
    # Inside, the three and the zeros add up to 3, so the 9 goes too, or the three would follow.
    assert table["inside"].dropna().to_dict() == {"White": 40}
    # Elsewhere, the one 4 would follow from the total: the 6 goes with it.
    shown = {"White": 80, "Black": 20, "Asian": 30, "Not stated": 7}
    assert table["elsewhere"].dropna().to_dict() == shown
    assert table["ratio"].isna().all()
    assert table.loc["Asian", ["inside_share", "inside_low"]].isna().all()


def test_a_ratio_compares_the_odds_inside_with_those_elsewhere():
    both = _groups(White=40, Black=20, Asian=10, Mixed=8, Other=8, **{"Not stated": 8})
    elsewhere = _groups(White=80, Black=20, Asian=10, Mixed=8, Other=8, **{"Not stated": 8})
    table = compare(both, elsewhere).set_index("group")
    assert table.loc["Black", "ratio"] == pytest.approx(2)
    assert pd.isna(table.loc["White", "ratio"])


def test_residents_give_rates_and_ratios():
    inside = _groups(White=40, Black=20, Asian=20, Mixed=10, Other=10)
    residents = {"White": 8_000, "Black": 1_000}
    table = compare(inside, inside, residents).set_index("group")
    assert table.loc["White", "per_1000"] == pytest.approx(5)
    assert table.loc["Black", "rate_ratio"] == pytest.approx(4)
    assert table.loc["Black", "rate_low"] > 1
    assert pd.isna(table.loc["Asian", "per_1000"])


def _add_stops(workspace, user, rows):
    with workspace.write(user, "collect", "load", "s") as kept:
        for number, (x, ethnicity) in enumerate(rows):
            kept.execute(
                "INSERT INTO stops (row_id, load_id, row_hash, occurred_from, time_precision, x, y, "
                "ethnicity) VALUES (?, 's', ?, '2026-06-08 12:00', 'minute', ?, 300000, ?)",
                [number, number, x, ethnicity],
            )


def test_stops_are_inside_by_the_boundary_and_not_measurable_without_any(tracked, acting):
    dosage = tracking.preview_dosage(tracked, acting, tracking.TrackingSettings())
    with pytest.raises(NotMeasurable, match="not measurable"):
        tracking.preview_stops(tracked, acting, dosage)
    rows = [(430_000 + n, "White") for n in range(20)] + [(430_300, "Black")] * 7
    _add_stops(tracked, acting, [*rows, *[(430_300, "White")] * 30])
    found = tracking.preview_stops(tracked, acting, dosage)
    assert (found.inside, found.elsewhere) == (20, 37)
    tracking.save_stops(tracked, acting, found, dosage.run_id)
    assert "20 stops" in tracked.value("SELECT value FROM evidence WHERE item_id = 'T6-12'")


def test_an_officer_may_not_see_stops_by_ethnicity(tracked, acting):
    dosage = tracking.preview_dosage(tracked, acting, tracking.TrackingSettings())
    with pytest.raises(Refused):
        tracking.preview_stops(tracked, User("o", "O", frozenset({"officer"})), dosage)
