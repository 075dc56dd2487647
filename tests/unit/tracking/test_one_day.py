"""One patrol day of a period: parts that add up, unknown where nothing was heard."""

from datetime import timedelta

import pandas as pd
import pytest

from analytics.tracking import (
    TrackingSettings,
    control_places_on,
    day_table_of,
    days_of,
    exclusions,
    heat,
    patrol_day_of,
    period_sentence,
    preview_dosage,
)
from analytics.workspace import InputError, make_settings
from tests.unit.tracking.conftest import FIRST_DAY, NOON_MS, add_plan, add_tracks, standing

DAY_MS = 86_400_000
SECOND, THIRD = FIRST_DAY + timedelta(days=1), FIRST_DAY + timedelta(days=2)


@pytest.fixture
def three_days(tracked, acting):
    """The small workspace, a day without any fix, and one on which `a` stood in B and C."""
    later = NOON_MS + 2 * DAY_MS
    tracks = [
        *standing("a", 431_000, 300_000, later, 11),
        *standing("a", 432_000, 300_000, later + 3_600_000, 13),
    ]
    add_tracks(tracked, acting, tracks, "pings-2")
    add_plan(tracked, acting, [(THIRD, "A"), (THIRD, "B"), (THIRD, "B")])
    return tracked


def _alone(workspace, acting, day):
    """The dosage of one day by itself, read from its fixes."""
    chosen = make_settings(TrackingSettings, {"from": str(day), "to": str(day)})
    return preview_dosage(workspace, acting, chosen), heat(workspace, acting, chosen)


@pytest.mark.parametrize("day", [FIRST_DAY, THIRD])
def test_a_day_of_a_period_is_what_its_fixes_alone_give(three_days, acting, day):
    dosage = preview_dosage(three_days, acting, TrackingSettings())
    found = patrol_day_of(three_days, dosage, day)
    alone, _ = _alone(three_days, acting, day)
    columns = ["place_id", "rank", "planned", "delivered", "visits", "qualifying_visits"]
    columns += ["patrol_minutes", "officer_minutes", "upper_minutes", "days_since_last_visit"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(found.hotspots[columns]), pd.DataFrame(alone.hotspots[columns])
    )
    assert found.has_gps
    assert found.coverage == alone.coverage


def test_days_add_up_to_the_period(three_days, acting):
    dosage = preview_dosage(three_days, acting, TrackingSettings())
    found = [patrol_day_of(three_days, dosage, day) for day in days_of(dosage)]
    assert [day.has_gps for day in found] == [True, False, True]
    minutes = sum(day.hotspots["patrol_minutes"].sum() for day in found if day.has_gps)
    assert minutes == pytest.approx(dosage.total("patrol_minutes"))
    assert sum(int(day.hotspots["visits"].sum()) for day in found if day.has_gps) == 5


def test_a_day_without_gps_is_unknown_and_not_zero(three_days, acting):
    dosage = preview_dosage(three_days, acting, TrackingSettings())
    found = patrol_day_of(three_days, dosage, SECOND)
    assert "unknown, and not zero" in found.sentence()
    table = day_table_of(found)
    assert table["name"].tolist() == ["Place A", "Place B", "Place C"]
    assert table[["delivered", "patrol_minutes"]].isna().all(axis=None)


def test_the_day_is_told_with_its_plan_and_its_completeness(three_days, acting):
    dosage = preview_dosage(three_days, acting, TrackingSettings())
    told = patrol_day_of(three_days, dosage, THIRD).sentence()
    assert "1 of 3 planned visits delivered; 0.4 patrol hours in 2 of 3 places" in told
    assert "cannot be measured: no roster" in told
    assert "no visit was planned" in patrol_day_of(three_days, dosage, FIRST_DAY).sentence()
    assert "cannot be measured: no roster" in period_sentence(dosage)


def test_a_day_outside_the_period_is_refused(three_days, acting):
    dosage = preview_dosage(three_days, acting, TrackingSettings())
    with pytest.raises(InputError, match="outside the period"):
        patrol_day_of(three_days, dosage, THIRD + timedelta(days=1))


def test_squares_of_a_day_are_those_its_fixes_alone_give(three_days, acting):
    whole = heat(three_days, acting, TrackingSettings())
    parts = [whole.of_day(day) for day in (FIRST_DAY, SECOND, THIRD)]
    assert parts[1].cells.empty
    assert parts[1].share_shown == 1
    for day, part in ((FIRST_DAY, parts[0]), (THIRD, parts[2])):
        _, alone = _alone(three_days, acting, day)
        pd.testing.assert_frame_equal(part.cells, alone.cells)
    total = sum(part.cells["minutes"].sum() for part in parts)
    assert total == pytest.approx(whole.cells["minutes"].sum())


def test_what_stands_beside_the_places_is_named(three_days, acting):
    with three_days.write(acting, "collect", "points", "1") as kept:
        kept.execute(
            "INSERT INTO points (name, kind, x, y) VALUES ('Main station', 'station', 430000, "
            "300000), ('Town hall', 'other', 431000, 300000)"
        )
        kept.execute(
            "INSERT INTO assignment (day, place_id, is_treatment) VALUES (?, 'B', false), "
            "(?, 'A', true)",
            [THIRD, THIRD],
        )
    areas = exclusions(three_days, acting, TrackingSettings(exclusion_radius_m=40))
    assert areas["name"].tolist() == ["Main station"]
    assert areas.geometry.iloc[0].bounds[0] == pytest.approx(429_960)
    assert exclusions(three_days, acting, TrackingSettings(exclusion_radius_m=0)).empty
    dosage = preview_dosage(three_days, acting, TrackingSettings())
    assert control_places_on(three_days, acting, dosage, THIRD) == {"B"}
    assert control_places_on(three_days, acting, dosage, FIRST_DAY) == set()
