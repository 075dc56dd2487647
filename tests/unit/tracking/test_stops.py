"""Stop and search in and near hot spots by recorded ethnicity, and how often the object was found."""

import csv
import gzip
from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from analytics import technology, tracking
from analytics.geography import project, unproject
from analytics.tracking import stops_tables
from analytics.tracking.ethnicity import group_of
from analytics.tracking.quarters import Quarter
from analytics.tracking.stops import NEAR_M
from analytics.tracking.suppression import width
from analytics.workspace import InputError, NotMeasurable, Refused, User
from tests.unit.tracking.conftest import FIRST_DAY, add_list

HEAD = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
    "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome,"
    "Outcome linked to object of search,Removal of more than just outer clothing\n"
)
WHITE = "White - English/Welsh/Scottish/Northern Irish/British"
BLACK = "Black/African/Caribbean/Black British - African"
NO_ACTION = "A no further action disposal"
QUARTER = Quarter(2026, 1)
OTHERS = ("Asian - Indian", "Mixed - any", "Other ethnic group - Any other", "")
"""The other groups: a group without a stop is withheld, and the next smallest with it."""


def others(x, copies=8):
    """Return stops of every group but White and Black at one place, found and not found alike."""
    rows = [(x, own, "", "True", copies) for own in OTHERS]
    return [*rows, *[(x, own, "", "False", copies) for own in OTHERS]]


@pytest.mark.parametrize(
    ("recorded", "group"),
    [
        (WHITE, "White"),
        ("Mixed/Multiple ethnic groups - White and Black Caribbean", "Mixed"),
        (BLACK, "Black"),
        ("Asian/Asian British - Any other Asian background", "Asian"),
        ("Other ethnic group - Not stated", "Not stated"),
        ("Other ethnic group - Any other ethnic group", "Other"),
        ("Chinese", "Asian"),
        ("Asian/Asian British - Chinese", "Asian"),
        ("Chinese or other ethnic group - Any other", "Other"),
        ("Chinese or other ethnic group - Chinese", "Asian"),
        ("Any other White background", "White"),
        ("Gypsy or Irish Traveller", "White"),
        ("White and Black Caribbean", "Mixed"),
        ("Arab", "Other"),
        ("IC6 - Arab / North African", "Other"),
        ("IC5 - Chinese, Japanese or South East Asian", "Asian"),
        ("Black - West Indian", "Black"),
        ("West Indian", "Black"),
        ("Ghana", "Other"),
        ("N/A", "Not stated"),
        ("IC1", "White"),
        ("IC3 - Black", "Black"),
        ("IC9", "Not stated"),
        (" ", "Not stated"),
        (None, "Not stated"),
    ],
)
def test_recorded_ethnicities_fall_into_broad_groups(recorded, group):
    assert group_of(recorded) == group


@pytest.fixture
def with_stops(empty_workspace, acting, tmp_path):
    """Load stops in the layout of police.uk: rows of (x, self, officer, linked, number)."""
    add_list(empty_workspace, acting, 1, FIRST_DAY, {"A": (430_000, 300_000)})

    def load(*rows, day="2026-06-10", outcome=NO_ACTION):
        lines, number = [], 0
        for x, own, seen, linked, copies in rows:
            lon, lat = unproject(x or 0, 300_000, empty_workspace.crs)
            place = "," if x is None else f"{lat:.6f},{lon:.6f}"
            for _ in range(copies):
                number += 1
                clock = f"{day}T{10 + number // 60:02d}:{number % 60:02d}:00+00:00"
                lines.append(
                    f"Person search,{clock},False,,{place},Male,18-24,{own},{seen},"
                    f"Misuse of Drugs Act 1971 (section 23),Controlled drugs,{outcome},{linked},\n"
                )
        file = tmp_path / f"{day}-test-stop-and-search.csv"
        file.write_text(HEAD + "".join(lines))
        report = technology.load(empty_workspace, acting, "stops", [file], timezone="UTC")
        assert report.rows_stored == report.rows_read == number
        return empty_workspace

    return load


def test_stops_are_counted_inside_near_elsewhere_and_not_placeable(with_stops, acting):
    workspace = with_stops(
        (430_000, WHITE, "White", "True", 20),
        (430_000, WHITE, "White", "False", 30),
        (430_070, BLACK, "Black", "False", 20),
        (430_074 + NEAR_M, WHITE, "White", "False", 8),
        (430_080 + NEAR_M, WHITE, "White", "False", 60),
        (430_080 + NEAR_M, BLACK, "Black", "True", 12),
        *others(430_000),
        *others(430_900),
        (None, "", "Black", "False", 6),
    )
    found = tracking.preview_stops(workspace, acting, QUARTER)
    assert found.totals == {"inside": 134, "near": 8, "elsewhere": 136, "unplaced": 6}
    table = found.table.set_index("group")
    # By hand: (20 x 60) / (50 x 12).
    assert table.loc["Black", "ratio"] == pytest.approx(2.0)
    assert table.loc["White", "inside_share"] == pytest.approx(50 / 134)
    assert table.loc["White", "inside"] == 50
    # The near ones are all White: those of the other groups are nil and withheld.
    assert table.loc["Black", ["near", "unplaced"]].isna().all()
    text = tracking.stops_sentence(found)
    assert "134 stops inside hot spots, 8 within 200 m, 136 elsewhere" in text
    assert "Not placeable: 6 of 284" in text
    assert tracking.found_sentence(found).startswith("The object was found in 96 of 284 stops (34%")
    rates = found.found.set_index("group")
    assert rates.loc["White", "inside_rate"] == pytest.approx(20 / 50)
    assert rates.loc["White", "inside_low"] < 20 / 50 < rates.loc["White", "inside_high"]


def test_the_officers_word_and_the_persons_own_are_told_apart(with_stops, acting):
    workspace = with_stops(
        (430_000, "", "White", "", 30),
        (430_000, BLACK, "White", "", 10),
        (430_000, WHITE, "White", "", 10),
        (430_900, WHITE, "", "", 20),
        (430_900, BLACK, "", "", 8),
        *[(x, own, "", "", 8) for x in (430_000, 430_900) for own in OTHERS],
    )
    own = tracking.preview_stops(workspace, acting, QUARTER, "ethnicity")
    seen = tracking.preview_stops(workspace, acting, QUARTER, "officer_ethnicity")
    counts = own.table.set_index("group")["inside"]
    assert counts.loc["Not stated"] == 38
    # As officers saw them, only White people and those left blank were stopped.
    shown = seen.table.set_index("group")["inside"].dropna()
    assert set(shown.items()) <= {("White", 50.0), ("Not stated", 32.0)}
    assert own.unknown == {"ethnicity": 46 / 142, "officer_ethnicity": 92 / 142}
    assert "self-defined 32% and officer-defined 65% of 142" in tracking.unknown_sentence(own)
    assert "is not measurable: none of the 142" in tracking.found_sentence(own)
    with pytest.raises(InputError, match="self-defined or officer-defined"):
        tracking.preview_stops(workspace, acting, QUARTER, "gender")


def test_a_small_count_follows_neither_from_its_row_nor_from_what_was_found(with_stops, acting):
    workspace = with_stops(
        (430_000, WHITE, "White", "True", 20),
        (430_000, WHITE, "White", "False", 20),
        (430_000, BLACK, "Black", "True", 3),
        (430_000, BLACK, "Black", "False", 9),
        (430_900, WHITE, "White", "False", 50),
        (430_900, BLACK, "Black", "False", 50),
    )
    found = tracking.preview_stops(workspace, acting, QUARTER)
    rates = found.found.set_index("group")
    assert rates["inside_found"].isna().loc["Black"]
    assert rates["inside_rate"].isna().loc["Black"]
    # Black 12 inside less 9 not found would be the 3, and so would 23 found less 20 White.
    assert rates["inside_not_found"].isna().loc["Black"] or found.table.isna().loc[2, "inside"]
    assert rates["inside_found"].isna().loc["White"]


def test_a_small_count_does_not_follow_from_the_share_not_stated(with_stops, acting):
    workspace = with_stops(
        *[(x, own, "", "", 30) for x in (430_000, 430_900) for own in (WHITE, BLACK, *OTHERS[:3])],
        (430_000, "", "White", "", 3),
        (430_900, "", "", "", 20),
    )
    found = tracking.preview_stops(workspace, acting, QUARTER)
    # "Self-defined 7% of 323" is 23 stops: with 20 of them elsewhere shown, 3 inside would follow.
    assert found.unknown["ethnicity"] == 23 / 323
    table = found.table.set_index("group")
    assert table.loc["Not stated", ["inside", "elsewhere"]].isna().all()
    assert (table.loc["Not stated", ["near", "unplaced"]] == 0).all()


def test_the_share_not_stated_is_withheld_where_it_is_of_few(with_stops, acting):
    workspace = with_stops(
        *[(None, own, "White", "", 20) for own in (WHITE, BLACK)], (None, "", "White", "", 3)
    )
    found = tracking.preview_stops(workspace, acting, QUARTER)
    assert found.unknown == {"ethnicity": None, "officer_ethnicity": None}
    assert "self-defined withheld and officer-defined withheld" in tracking.unknown_sentence(found)


def test_where_no_stop_can_be_placed_nothing_is_said_of_hot_spots(with_stops, acting):
    workspace = with_stops(
        *[(None, own, "", found, 9) for own in (WHITE, BLACK) for found in ("True", "False")],
        *others(None),
    )
    found = tracking.preview_stops(workspace, acting, QUARTER)
    assert not found.has_places
    assert found.table[["inside", "near", "elsewhere", "ratio"]].isna().all(axis=None)
    assert found.found[["inside_found", "inside_rate"]].isna().all(axis=None)
    assert found.table.set_index("group").loc["White", "all"] == 18
    assert tracking.stops_sentence(found).startswith("**Not placeable: 100 of 100 stops.**")
    assert "not measurable" in tracking.stops_sentence(found)


def test_each_stop_is_judged_by_the_list_of_its_day(with_stops, acting):
    with_stops((430_000, WHITE, "White", "", 7), (432_000, WHITE, "White", "", 5))
    workspace = with_stops(
        (430_000, WHITE, "White", "", 6), (432_000, WHITE, "White", "", 8), day="2026-06-20"
    )
    with workspace.write(acting, "alter", "list", "list-1") as kept:
        kept.execute("UPDATE lists SET valid_to = '2026-06-15' WHERE list_id = 'list-1'")
    add_list(workspace, acting, 2, date(2026, 6, 15), {"B": (432_000, 300_000)})
    found = tracking.preview_stops(workspace, acting, QUARTER)
    assert found.totals["inside"] == 7 + 8
    assert found.source == "hot spot list version 1, 2"


def test_a_stop_where_two_places_overlap_counts_once_and_no_minutes_are_spoken_of(
    with_stops, acting
):
    workspace = with_stops((430_000, WHITE, "White", "", 9))
    with workspace.write(acting, "alter", "list", "list-1") as kept:
        kept.execute("DELETE FROM lists")
        kept.execute("DELETE FROM hotspots")
    add_list(workspace, acting, 1, FIRST_DAY, {"A": (430_000, 300_000), "B": (430_050, 300_000)})
    found = tracking.preview_stops(workspace, acting, QUARTER)
    assert found.totals["inside"] == 9
    assert "minute" not in " ".join(found.remarks)


def test_a_quarter_that_is_partly_covered_says_so(with_stops, acting):
    workspace = with_stops((430_000, WHITE, "White", "True", 9))
    with_stops((430_000, WHITE, "White", "True", 9), day="2026-07-02")
    assert tracking.stop_quarters(workspace) == [Quarter(2026, 2), QUARTER]
    found = tracking.preview_stops(workspace, acting, QUARTER)
    assert found.all == 9
    assert any(
        "Apr 2026 and May 2026: the quarter is only partly" in text for text in found.remarks
    )
    with pytest.raises(NotMeasurable, match="unknown, and not zero"):
        tracking.preview_stops(workspace, acting, Quarter(2025, 1))


def test_where_most_stops_do_not_say_what_was_found_the_share_is_doubted(with_stops, acting):
    workspace = with_stops(
        (430_000, WHITE, "White", "True", 6),
        (430_000, WHITE, "White", "False", 6),
        (430_000, WHITE, "White", "", 20),
    )
    text = tracking.found_sentence(tracking.preview_stops(workspace, acting, QUARTER))
    assert "6 of 12 stops" in text
    assert "Not recorded: 20 of 32. Most stops do not say" in text


def test_found_without_any_action_is_doubted(with_stops, acting):
    workspace = with_stops((430_000, WHITE, "White", "True", 9))
    remarks = " ".join(tracking.preview_stops(workspace, acting, QUARTER).remarks)
    assert "9 stops say both that the object was found and that no further action" in remarks


def test_loads_that_mixed_both_ethnicities_are_named(with_stops, acting):
    workspace = with_stops((430_000, WHITE, "White", "True", 9))
    with workspace.write(acting, "alter", "load", "all") as kept:
        kept.execute("""UPDATE loads SET columns = '{"ethnicity": ["a", "b"]}'""")
    remarks = " ".join(tracking.preview_stops(workspace, acting, QUARTER).remarks)
    assert "9 stops come from loads in which the officer's word stood in" in remarks


def test_residents_give_rates_and_ratios_of_what_is_shown(with_stops, acting):
    workspace = with_stops(
        (430_000, WHITE, "White", "", 40),
        (430_000, BLACK, "Black", "", 20),
        *[(430_000, own, "", "", 8) for own in OTHERS[:2]],
    )
    residents = {"White": 8_000, "Black": 1_000, "Asian": 500}
    tracking.save_population(workspace, acting, residents)
    table = tracking.preview_stops(workspace, acting, QUARTER).table.set_index("group")
    assert table.loc["Black", "per_1000"] == pytest.approx(20)
    assert table.loc["Black", "rate_ratio"] == pytest.approx(4)
    assert table.loc["Black", "rate_low"] < 4 < table.loc["Black", "rate_high"]
    assert table.loc["Asian", ["per_1000", "rate_ratio"]].isna().all()
    with pytest.raises(InputError, match="negative"):
        tracking.save_population(workspace, acting, {"White": -1})


def test_the_evidence_is_what_the_tab_says(with_stops, acting):
    workspace = with_stops((430_000, WHITE, "White", "True", 9))
    found = tracking.preview_stops(workspace, acting, QUARTER)
    tracking.save_stops(workspace, acting, found)
    kept = workspace.value("SELECT value FROM evidence WHERE item_id = 'T6-12'")
    assert "9 stops inside" in kept
    assert "*" not in kept


def test_an_officer_may_not_see_stops_by_ethnicity(with_stops):
    workspace = with_stops((430_000, WHITE, "White", "True", 9))
    with pytest.raises(Refused):
        tracking.preview_stops(workspace, User("o", "O", frozenset({"officer"})), QUARTER)


def rows_of(real_data, pattern):
    """Return all rows of gzipped CSV files as dicts, by the csv module."""
    rows = []
    for file in sorted(real_data.glob(pattern)):
        with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
            rows += csv.DictReader(stream)
    return rows


def test_essex_equals_a_count_row_by_row(empty_workspace, acting, real_data):
    pattern = "stop_search_other_forces/*essex*"
    technology.load(empty_workspace, acting, "stops", sorted(real_data.glob(pattern)))
    centres = {"A": (571_000, 207_000), "B": (588_300, 185_500)}
    add_list(empty_workspace, acting, 1, date(2019, 12, 1), centres)
    circles = [shapely.box(x - 75, y - 75, x + 75, y + 75) for x, y in centres.values()]
    found = tracking.preview_stops(empty_workspace, acting, Quarter(2019, 4))

    areas, groups, told = Counter(), Counter(), Counter()
    for row in rows_of(real_data, pattern):
        if row["Date"] < "2020-01-01":
            continue
        told[row["Outcome linked to object of search"]] += 1
        if not row["Latitude"]:
            areas["unplaced"] += 1
            continue
        x, y = project(float(row["Longitude"]), float(row["Latitude"]), empty_workspace.crs)
        away = min(shape.distance(shapely.Point(x, y)) for shape in circles)
        area = "inside" if away == 0 else "near" if away <= NEAR_M else "elsewhere"
        areas[area] += 1
        groups[group_of(row["Self-defined ethnicity"])] += area == "elsewhere"
    assert found.totals == {area: areas[area] for area in found.totals}
    assert found.totals["inside"] + found.totals["near"] > 0
    shown = found.table.set_index("group")["elsewhere"].dropna().to_dict()
    assert {"White", "Asian", "Black", "Not stated"} <= set(shown)
    assert shown == {group: groups[group] for group in shown}
    assert (found.outcomes["found"], found.outcomes["not_found"]) == (told["True"], told["False"])


def test_south_yorkshire_publishes_no_place_and_is_not_counted_as_nil(
    empty_workspace, acting, real_data
):
    pattern = "police_uk_south_yorkshire/stop_and_search/*.csv.gz"
    technology.load(empty_workspace, acting, "stops", sorted(real_data.glob(pattern)))
    add_list(empty_workspace, acting, 1, date(2019, 12, 1), {"A": (435_000, 387_000)})
    found = [
        tracking.preview_stops(empty_workspace, acting, quarter)
        for quarter in tracking.stop_quarters(empty_workspace)
    ]
    assert [each.all for each in found] == [3_752, 1_322]
    assert all(each.all == each.totals["unplaced"] for each in found)
    assert "Not placeable: 3,752 of 3,752" in tracking.stops_sentence(found[0])
    rows = [row for row in rows_of(real_data, pattern) if row["Date"] >= "2020-01-01"]
    white = sum(group_of(row["Self-defined ethnicity"]) == "White" for row in rows)
    assert found[0].table.set_index("group").loc["White", "all"] == white


def test_the_excel_file_holds_what_the_page_shows_and_nothing_finer(with_stops, acting, tmp_path):
    workspace = with_stops(
        (430_000, WHITE, "White", "True", 20),
        (430_000, BLACK, "Black", "False", 3),
        *others(430_000),
        (430_900, WHITE, "White", "False", 30),
        *others(430_900),
    )
    found = tracking.preview_stops(workspace, acting, QUARTER)
    file = tmp_path / "stops.xlsx"
    file.write_bytes(tracking.stops_workbook(workspace, acting, found))
    sheets = pd.read_excel(file, sheet_name=None, engine="calamine")
    counts = sheets["Stops"].set_index("Recorded ethnicity")["Inside hot spots"]
    assert counts["Black"] == "withheld"
    shown = found.table.set_index("group")["inside"]
    assert {group: n for group, n in counts.items() if n != "withheld"} == shown.dropna().to_dict()
    assert not {"lon", "lat", "Date", "crime_id"} & set(sheets["Stops"].columns)
    assert any("street population" in text for text in sheets["Remarks"]["Remark"])
    ratios = sheets["Shares"].set_index("Recorded ethnicity")["Ratio"]
    assert pd.isna(ratios["White"])
    assert ratios["Black"] == "withheld"
    with pytest.raises(Refused):
        trainer = User("t", "T", frozenset({"trainer"}))
        tracking.stops_workbook(workspace, trainer, found)


@pytest.mark.parametrize("seed", range(12))
def test_every_withheld_small_count_keeps_its_range(seed):
    chance = np.random.default_rng(seed)
    cells = chance.poisson(np.exp(chance.normal(0.5, 1.5, stops_tables._CELLS.shape)))
    cells[:, 3] *= seed % 3 == 0
    published, flat = stops_tables._published(cells), cells.ravel()
    hidden = stops_tables._withheld(tuple(flat.tolist()))
    totals = {each.column: flat[list(each.cells)].sum() for each in published if each.is_total}
    for number, each in enumerate(published):
        count = flat[list(each.cells)].sum()
        if each.is_total or count >= 5 or not totals[each.column]:
            continue
        assert hidden[number]
        assert width(number, published, flat, hidden) >= min(5, totals[each.column]) - 1e-6
