"""What is told apart: incidents, other presence, crews, jumps of the GPS, control days, gaps."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from analytics.tracking import TrackingSettings, preview_dosage
from analytics.tracking.alerts import unvisited
from analytics.tracking.summary import answer
from tests.unit.tracking.conftest import (
    FIRST_DAY,
    MINUTE_MS,
    NOON_MS,
    add_list,
    add_tracks,
    standing,
)

HERE, THERE = (430_000, 300_000), (431_000, 300_000)
COLUMNS = ("day", "shift", "starts", "ends", "unit", "officer", "team", "mode", "base", "crew")


def add_roster(workspace, user, units):
    """Put units on the roster of the first day: unit -> (officers named, crew, team)."""
    starts = datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(hours=10)
    rows = [
        (
            FIRST_DAY,
            "day",
            starts,
            starts + timedelta(hours=8),
            unit,
            officer,
            team,
            "foot",
            "B",
            crew,
        )
        for unit, (officers, crew, team) in units.items()
        for officer in officers
    ]
    with workspace.write(user, "collect", "roster", "r") as kept:
        kept.insert("roster", pd.DataFrame(rows, columns=COLUMNS))


def add_incident(workspace, user, unit, start_ms, minutes):
    at = datetime.fromtimestamp(start_ms / 1000, tz=UTC).replace(tzinfo=None)
    row = {"kind": "incident", "unit": unit, "at_utc_ms": start_ms, "at_local": at}
    row["until_utc_ms"] = start_ms + minutes * MINUTE_MS if minutes else None
    with workspace.write(user, "collect", "activity", "a") as kept:
        kept.insert("activity", pd.DataFrame([row]))
        kept.execute(
            "INSERT INTO devices (device, load_id, pings, unit) VALUES (?, 'd', 1, ?)", [unit, unit]
        )


@pytest.fixture
def place(empty_workspace, acting):
    add_list(empty_workspace, acting, 1, FIRST_DAY, {"A": HERE, "B": THERE})
    return empty_workspace


def dosage(workspace, user, **settings):
    return preview_dosage(workspace, user, TrackingSettings(**settings))


def a(found):
    return found.hotspots.set_index("place_id").loc["A"]


def test_time_at_an_incident_is_a_hole_in_the_visit(place, acting):
    add_tracks(place, acting, standing("U1", *HERE, NOON_MS, 30))
    whole = a(dosage(place, acting))
    assert (whole["officer_minutes"], whole["incident_minutes"]) == (30, 0)
    add_incident(place, acting, "U1", NOON_MS + 10 * MINUTE_MS, 12)
    found = dosage(place, acting, gap_minutes=20)
    part = a(found)
    assert part["visits"] == 1
    assert part["officer_minutes"] == pytest.approx(18, abs=0.51)
    assert part["incident_minutes"] == pytest.approx(12, abs=0.51)
    assert found.qualifying_visits == 1
    split = a(dosage(place, acting, gap_minutes=6))
    assert split["visits"] == 2


def test_an_incident_without_an_end_is_counted_and_said(place, acting):
    add_tracks(place, acting, standing("U1", *HERE, NOON_MS, 15))
    add_incident(place, acting, "U1", NOON_MS, None)
    found = dosage(place, acting)
    assert a(found)["incident_minutes"] == 0
    assert any("name no unit or no end" in text for text in found.warnings)


def test_crews_multiply_minutes_and_never_patrol_minutes(place, acting):
    add_roster(place, acting, {"U1": (["x", "y"], None, "North"), "U2": ([None], 3, "South")})
    add_tracks(
        place, acting, standing("U1", *HERE, NOON_MS, 15) + standing("U2", *HERE, NOON_MS, 15)
    )
    found = dosage(place, acting)
    row = a(found)
    assert (row["patrol_minutes"], row["officer_minutes"], row["crew_minutes"]) == (15, 30, 75)
    assert found.visits.set_index("unit")["team"].to_dict() == {"U1": "North", "U2": "South"}


def test_other_presence_is_shown_beside_and_can_be_left_out(place, acting):
    add_roster(place, acting, {"U1": (["x"], None, "North")})
    add_tracks(
        place, acting, standing("U1", *HERE, NOON_MS, 15) + standing("Z9", *HERE, NOON_MS, 12)
    )
    everyone = a(dosage(place, acting))
    assert (everyone["visits"], everyone["background_minutes"]) == (2, 12)
    mine = a(dosage(place, acting, project_only=True))
    assert (mine["visits"], mine["officer_minutes"], mine["background_minutes"]) == (1, 15, 0)


def test_without_a_roster_every_device_is_of_the_project(place, acting):
    add_tracks(place, acting, standing("U1", *HERE, NOON_MS, 15))
    found = dosage(place, acting, project_only=True)
    assert (a(found)["visits"], a(found)["background_minutes"]) == (1, 0)
    assert any("each device counts as one officer" in text for text in found.warnings)


def test_a_jump_out_and_back_makes_no_visit_and_is_counted(place, acting):
    fixes = standing("U1", *HERE, NOON_MS, 20)
    fixes[40] = ("U1", fixes[40][1], *THERE)
    add_tracks(place, acting, fixes)
    found = dosage(place, acting)
    rows = found.hotspots.set_index("place_id")
    assert (rows.loc["B", "visits"], rows.loc["A", "visits"]) == (0, 1)
    assert found.cleaning.set_index("reason")["fixes"]["impossible_jump"] == 1
    assert found.pings_left_out == 1
    assert rows.loc["A", "drive_throughs"] == 0
    kept = dosage(place, acting, impossible_speed_kmh=2_000)
    assert kept.hotspots.set_index("place_id").loc["B", "visits"] == 1


def test_a_second_fix_at_the_same_moment_is_left_out(place, acting):
    add_tracks(place, acting, [*standing("U1", *HERE, NOON_MS, 15), ("U1", NOON_MS, *HERE)])
    found = dosage(place, acting)
    assert found.cleaning.set_index("reason")["fixes"]["same_moment"] == 1
    assert a(found)["officer_minutes"] == 15


def test_driving_inside_a_visit_is_told_from_walking(place, acting):
    fixes = standing("U1", *HERE, NOON_MS, 15)
    fixes[10] = ("U1", fixes[10][1], HERE[0] + 70, HERE[1])
    fixes[11] = ("U1", fixes[11][1], HERE[0] - 74, HERE[1])
    add_tracks(place, acting, fixes)
    row = a(dosage(place, acting))
    assert row["vehicle_minutes"] == 0.25
    assert row["drive_throughs"] == 0


def test_gaps_run_from_the_end_of_one_visit_to_the_start_of_the_next(place, acting):
    hour = 60 * MINUTE_MS
    starts = [NOON_MS, NOON_MS + 2 * hour, NOON_MS + 7 * hour]
    fixes = [fix for start in starts for fix in standing("U1", *HERE, start, 15)]
    add_tracks(place, acting, fixes)
    row = a(dosage(place, acting))
    stay = 15 / 60 - 15 / 3600
    assert row["longest_gap_hours"] == pytest.approx(5 - stay)
    assert row["median_gap_hours"] == pytest.approx((2 + 5) / 2 - stay)


def test_control_days_with_a_qualifying_visit_are_counted(place, acting):
    add_tracks(place, acting, standing("U1", *HERE, NOON_MS, 15))
    with place.write(acting, "collect", "assignment", "a") as kept:
        for place_id in ("A", "B"):
            kept.execute(
                "INSERT INTO assignment (load_id, day, place_id, is_treatment) VALUES "
                "('a', ?, ?, false)",
                [FIRST_DAY, place_id],
            )
    found = dosage(place, acting).contamination
    assert (found.place_days, found.contaminated) == (2, 1)
    assert "1 of 2 control place-days" in found.sentence()
    assert dosage(place, acting, dwell_minutes=20).contamination.contaminated == 0
    assert found.left_alone == {"A", "B"}


def test_places_left_alone_by_the_trial_are_not_called_missed(place, acting):
    fixes = standing("U1", 435_000, 305_000, NOON_MS, 15)
    add_tracks(place, acting, [*fixes, ("U1", NOON_MS + 1440 * MINUTE_MS, 435_000, 305_000)])
    before = dosage(place, acting)
    assert set(before.missed["place_id"]) == {"A", "B"}
    with place.write(acting, "collect", "assignment", "a") as kept:
        for day, place_id in (
            (FIRST_DAY, "A"),
            (FIRST_DAY + timedelta(days=1), "A"),
            (FIRST_DAY, "B"),
        ):
            kept.execute(
                "INSERT INTO assignment (load_id, day, place_id, is_treatment) VALUES "
                "('a', ?, ?, false)",
                [day, place_id],
            )
    found = dosage(place, acting, dwell_minutes=11)
    assert found.contamination.left_alone == {"A"}
    assert list(found.missed["place_id"]) == ["B"]
    assert "1 place is left out, which the trial left alone." in answer(found)
    assert set(unvisited(place, before).places["hotspot_id"]) == {"A", "B"}
    assert list(unvisited(place, found).places["hotspot_id"]) == ["B"]
