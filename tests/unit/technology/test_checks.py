"""The checks of a load: planted faults are counted, and counts agree with plain Python."""

import csv
import random
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from analytics import technology
from analytics.workspace import InputError

HEAD = (
    "Crime Ref,Occurrence No,Offence Title,Date From,Date To,Recorded Date,Longitude,Latitude,"
    "Location,LSOA code,Last outcome category\n"
)
SQUARE = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"A"},'
    '"geometry":{"type":"Polygon","coordinates":[[[-1.5,53.3],[-1.3,53.3],[-1.3,53.5],'
    "[-1.5,53.5],[-1.5,53.3]]]}}]}"
)


@pytest.fixture
def preview(empty_workspace, acting):
    """Check a file without storing it and return its checks by rule."""

    def run(*files: Path, **named):
        report = technology.preview_load(empty_workspace, acting, "crimes", list(files), **named)
        return {check.rule: check for check in report.checks}

    return run


def random_rows(count: int = 1500, seed: int = 3) -> list[list[str]]:
    """Rows with every kind of fault in them, at random."""
    draw = random.Random(seed)
    rows = []
    for _ in range(count):
        begin = datetime(2026, 1, 5) + timedelta(minutes=draw.randrange(60 * 24 * 200))
        if draw.random() < 0.3:
            begin = begin.replace(minute=draw.choice([0, 30]))
        if draw.random() < 0.15:
            begin = begin.replace(hour=0, minute=0)
        end = begin + timedelta(hours=draw.choice([0, 1, 30]))
        recorded = begin.date() + timedelta(days=draw.choice([0, 0, 0, 1, 2, 9]))
        lon = round(draw.randrange(-1550, -1310) / 1000 + 0.0004, 4)
        lat = round(draw.uniform(53.32, 53.48), 3)
        place = draw.choice(
            [("", ""), ("0", "0"), *[(lon, lat)] * 12, *[("-1.4", "53.4")] * 2, ("-1.41", "53.4")]
        )
        rows.append(
            [
                f"R{draw.randrange(count)}" if draw.random() < 0.9 else "",
                f"O{draw.randrange(count)}",
                draw.choice(["Robbery", "Assault"]),
                begin.strftime("%Y-%m-%d %H:%M"),
                end.strftime("%Y-%m-%d %H:%M"),
                recorded.isoformat(),
                *map(str, place),
                "Station" if place == ("-1.4", "53.4") else "Street",
                draw.choice(["E01008881", "E01033769"]),
                draw.choice(["Charged", "Open"]),
            ]
        )
    return rows


def usable(rows: list[list[str]]) -> list[list[str]]:
    """Leave out what is kept aside: no place, withheld, exact repeats of a record number."""
    seen, kept = set(), []
    for row in rows:
        if row[6] in ("", "0") or (row[0] and tuple(row) in seen):
            continue
        seen.add(tuple(row))
        kept.append(row)
    return kept


def test_counts_agree_with_plain_python(empty_workspace, acting, load, preview, write):
    rows = random_rows()
    file = write("x.csv", HEAD + "".join(",".join(row) + "\n" for row in rows))
    load("boundary", write("force.geojson", SQUARE))
    found = preview(file)
    kept = usable(rows)
    times = [datetime.fromisoformat(row[3]) for row in kept]
    by_id, by_occurrence = defaultdict(list), Counter(row[1] for row in kept)
    for row in kept:
        by_id[row[0]].append(row)
    repeated = [group for number, group in by_id.items() if number and len(group) > 1]
    points = Counter((row[6], row[7]) for row in kept)

    def differing(*places: int) -> int:
        return sum(
            len({tuple(row[at] for at in places) for row in group}) > 1 for group in repeated
        )

    assert found["no_place"].count == sum(row[6] == "" for row in rows)
    assert found["suppressed_place"].count == sum(row[6] == "0" for row in rows)
    assert found["repeated_id"].count == len(repeated)
    assert (
        f"({sum(map(len, repeated)):,} rows that differ): {differing(6, 7):,} differ in place, "
        f"{differing(2):,} in kind, {differing(3, 4):,} in time, {differing(10):,} in outcome"
    ) in found["repeated_id"].note
    assert found["rows_per_occurrence"].count == sum(n > 1 for n in by_occurrence.values())
    assert found["midnight"].count == sum((t.hour, t.minute) == (0, 0) for t in times)
    assert found["rounded_times"].count == sum(t.minute in (0, 30) for t in times)
    assert found["long_span"].count == sum(
        datetime.fromisoformat(row[4]) - t > timedelta(days=1)
        for row, t in zip(kept, times, strict=True)
    )
    assert found["outside_area"].count == sum(float(row[6]) < -1.5 for row in kept)
    assert found["heaped_points"].count == sum(n > 0.01 * len(kept) for n in points.values())
    assert found["heaped_points"].examples[0]["rows"] == points.most_common(1)[0][1]
    assert found["lsoa_vintage"].count == sum(row[9] == "E01033769" for row in kept)
    placed = sum(row[6] not in ("", "0") for row in rows)
    assert f"{placed / len(rows):.1%} of the 1,500 rows" in found["geocoded_share"].note


def test_examples_are_records_and_their_view_is_logged(empty_workspace, acting, write):
    text = HEAD + "a,,Robbery,2026-01-05,,,,,,,\n" + "b,,Robbery,2026-01-05,,,-1.4,53.4,,,\n"
    report = technology.preview_load(empty_workspace, acting, "crimes", [write("x.csv", text)])
    (check,) = [check for check in report.checks if check.rule == "no_place"]

    assert check.examples == [
        {"file": "x.csv", "line": 2, "crime_id": "a", "offence": "Robbery"}
        | dict.fromkeys(
            "occurrence_number occurred_to recorded_on x y location area_code outcome".split()
        )
        | {"occurred_from": "2026-01-05"}
    ]
    assert (
        empty_workspace.value("SELECT object_type FROM audit WHERE action = 'consult'")
        == "rows_to_load"
    )
    assert all("examples" not in each for each in report.as_json()["checks"])


def test_a_load_reports_its_checks_without_records(load, write):
    text = HEAD + "a,,Robbery,2026-01-05,,,,,,,\n" + "b,,Robbery,2026-01-05,,,-1.4,53.4,,,\n"
    report = load("crimes", write("x.csv", text))
    assert {check.rule: check.count for check in report.checks}["no_place"] == 1
    assert not any(check.examples for check in report.checks)


def lagging(first: date, days: int, lag: int) -> str:
    """A row a day, each recorded `lag` days after it happened."""
    rows = []
    for number in range(days):
        day = first + timedelta(days=number)
        recorded = day + timedelta(days=lag)
        rows.append(f"R{number},,Robbery,{day},,{recorded},-1.4,53.4,,,\n")
    return HEAD + "".join(rows)


def test_weeks_within_the_recording_lag_are_provisional(preview, write):
    # The last day known is 26 Jun 2026 (a Friday): 17 Jun lies 9 days before, in the week of 15.
    found = preview(write("x.csv", lagging(date(2026, 1, 1), 168, 9)))["provisional_weeks"]
    assert "95% of 168 dated records were entered within 9 days" in found.note
    assert "From 15 Jun 2026" in found.note
    assert found.count == 1


def test_a_lag_set_for_the_feed_wins_over_the_measured_one(empty_workspace, preview, write):
    file = write("x.csv", lagging(date(2026, 1, 1), 168, 9))
    with empty_workspace.bookkeeping() as transaction:
        transaction.execute("DELETE FROM feeds WHERE feed = 'crimes'")
        transaction.execute("INSERT INTO feeds (feed, recording_lag_days) VALUES ('crimes', 30)")
    found = preview(file)["provisional_weeks"]
    # 30 days before 26 Jun is 27 May 2026, a Wednesday; its week begins on 25 May.
    assert "is set to 30 days" in found.note
    assert "From 25 May 2026" in found.note
    assert found.count == 4


def test_without_recorded_dates_the_lag_is_not_measurable(preview, write):
    found = preview(write("x.csv", "id,date,lon,lat\na,2026-01-05 10:00,-1.4,53.4\n"))
    assert found["provisional_weeks"].count is None
    assert "not measurable" in found["provisional_weeks"].note
    assert found["outside_area"].count is None


def test_a_table_of_counts_is_refused_whatever_is_matched(empty_workspace, acting, write):
    text = "lsoa_code,year,month,crime_count,lon,lat\nE01008881,2023,5,4,-1.4,53.4\n"
    file = write("counts.csv", text)
    found = technology.inspect(empty_workspace, acting, "crimes", [file])
    assert "table of counts" in found.refusal
    columns = {"occurred_from": "year", "x": "lon", "y": "lat", "crs": "EPSG:4326"}
    with pytest.raises(InputError, match="table of counts"):
        technology.load(empty_workspace, acting, "crimes", [file], columns=columns)
    assert empty_workspace.value("SELECT count(*) FROM loads") == 0


def test_events_with_a_number_of_victims_are_no_table_of_counts(empty_workspace, acting, write):
    text = "crime_ref,date,lsoa_code,victims,lon,lat\na,2023-05-01,E01008881,4,-1.4,53.4\n"
    found = technology.inspect(empty_workspace, acting, "crimes", [write("x.csv", text)])
    assert found.refusal == ""


@pytest.mark.real
def test_midnight_and_withheld_places_of_vancouver(empty_workspace, acting, real_data):
    import gzip

    folder = real_data / "vancouver_crimes_2020"
    file = folder / "crimedata_csv_AllNeighbourhoods_2020.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    placed = [row for row in rows if row["X"] and float(row["X"])]
    found = technology.inspect(empty_workspace, acting, "crimes", [file])
    report = technology.preview_load(
        empty_workspace, acting, "crimes", [file], columns=found.suggestion, crs="EPSG:32610"
    )
    checks = {check.rule: check.count for check in report.checks}
    assert checks["suppressed_place"] == sum(row["X"] != "" for row in rows) - len(placed) == 3750
    assert checks["midnight"] == sum((r["HOUR"], r["MINUTE"]) == ("0", "0") for r in placed)
