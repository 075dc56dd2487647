"""Rows kept aside are corrected and loaded again; what was said of them stays true."""

import json

import pandas as pd
import pytest

from analytics import technology
from analytics.workspace import InputError, Refused, User

HEAD = "Crime Ref,Offence Code,Offence,Date,Easting,Northing\n"
TEXT = HEAD + (
    "a,34B,Robbery,13/01/2024 10:00,431000,298000\n"
    "b,34B,Robbery,13/01/2024 11:00,,\n"
    "c,34B,Robbery,31/02/2024 11:00,431000,298000\n"
    "d,34B,Robbery,14/01/2024 11:00,,\n"
)
PINGS = "device,time_utc,longitude,latitude,accuracy_m\n"


@pytest.fixture
def loaded(load, write):
    return load("crimes", write("crimes.csv", TEXT))


@pytest.fixture
def fix(empty_workspace, acting):
    def run(load_id, change):
        rows = technology.open_rows(empty_workspace, acting, load_id)
        return technology.fix_rows(empty_workspace, acting, load_id, change(rows))

    return run


def test_corrected_rows_that_pass_are_stored_and_the_others_stay(
    empty_workspace, acting, loaded, fix
):
    def correct(rows):
        rows.loc[rows["crime_id"] == "b", ["x", "y"]] = ["431500", "298500"]
        rows.loc[rows["crime_id"] == "c", "occurred_from"] = "30/02/2024 11:00"
        return rows

    done = fix(loaded.load_id, correct)

    assert (done.stored, done.still_aside, done.untouched) == (1, 1, 1)
    assert done.reasons == {"impossible_date": 1}
    assert empty_workspace.rows("SELECT x, y FROM crimes WHERE crime_id = 'b'") == [
        (431500, 298500)
    ]
    assert technology.open_rules(empty_workspace, loaded.load_id) == {
        "impossible_date": 1,
        "no_place": 1,
    }
    crimes = technology.register(empty_workspace).set_index("feed").loc["crimes"]
    assert (crimes["rows"], crimes["kept_aside"]) == (2, 2)
    history = empty_workspace.value(
        "SELECT rows_quarantined FROM loads WHERE load_id = ?", [loaded.load_id]
    )
    assert history == 3


def test_undoing_the_corrections_opens_the_rows_again(empty_workspace, acting, loaded, fix):
    done = fix(loaded.load_id, lambda rows: rows.fillna({"x": "431500", "y": "298500"}))
    assert done.stored == 2
    technology.undo_load(empty_workspace, acting, done.report.load_id)

    assert empty_workspace.value("SELECT count(*) FROM crimes") == 1
    assert sum(technology.open_rules(empty_workspace, loaded.load_id).values()) == 3
    crimes = technology.register(empty_workspace).set_index("feed").loc["crimes"]
    assert crimes["kept_aside"] == 3


@pytest.mark.parametrize(
    ("separator", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), (",", "cp1252")]
)
def test_the_download_comes_back_as_a_spreadsheet_saved_it(
    empty_workspace, acting, loaded, tmp_path, separator, encoding
):
    rows = technology.kept_aside(empty_workspace, acting, loaded.load_id)
    rows.loc[rows["crime_id"] == "d", ["x", "y"]] = ["431500", "298500"]
    file = tmp_path / "fixed.csv"
    rows.to_csv(file, index=False, sep=separator, encoding=encoding)
    done = technology.reload_fixed(empty_workspace, acting, loaded.load_id, file)

    assert (done.stored, done.untouched) == (1, 2)
    ((changes,),) = empty_workspace.rows("SELECT changes FROM loads WHERE mode = 'fix'")
    assert json.loads(changes) == {"fixed_load": loaded.load_id, "fixed_rows": 1}
    again = technology.kept_aside(empty_workspace, acting, loaded.load_id)
    assert sorted(again["crime_id"]) == ["b", "c"]


def test_a_row_that_is_held_already_counts_as_settled(
    empty_workspace, acting, loaded, load, write, fix
):
    load("crimes", write("later.csv", HEAD + "b,34B,Robbery,13/01/2024 11:00,431500,298500\n"))

    def correct(rows):
        return rows[rows["crime_id"] == "b"].fillna({"x": "431500", "y": "298500"})

    done = fix(loaded.load_id, correct)
    assert (done.stored, done.already_held) == (0, 1)
    assert "no_place" in technology.open_rules(empty_workspace, loaded.load_id)
    assert sum(technology.open_rules(empty_workspace, loaded.load_id).values()) == 2


def test_devices_stay_the_same_person_after_a_correction(empty_workspace, acting, load, write, fix):
    rows = "U1,2026-06-10T19:00:00Z,-1.5,52.5,5\nU1,2026-06-10T19:00:15Z,,,5\n"
    report = load("pings", write("pings.csv", PINGS + rows))
    done = fix(report.load_id, lambda rows: rows.fillna({"x": "-1.5", "y": "52.5"}))

    assert done.stored == 1
    pings = empty_workspace.frame(
        "SELECT DISTINCT device FROM read_parquet(?)", [empty_workspace.ping_files()]
    )
    assert pings["device"].tolist() == [empty_workspace.keys.pseudonym("U1")]


def test_a_device_named_by_its_file_keeps_its_name(empty_workspace, load, write, fix):
    report = load(
        "pings",
        write(
            "unit7.csv", "time,lon,lat\n2026-06-10T19:00:00Z,-1.5,52.5\n2026-06-10T19:01:00Z,,\n"
        ),
    )
    fix(report.load_id, lambda rows: rows.fillna({"x": "-1.5", "y": "52.5"}))

    devices = empty_workspace.rows("SELECT DISTINCT device FROM devices")
    assert devices == [(empty_workspace.keys.pseudonym("unit7"),)]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: rows.assign(line=rows["line"] + 90), "not kept aside by this load"),
        (lambda rows: pd.concat([rows, rows]), "stands in it twice"),
    ],
)
def test_what_is_not_the_load_s_own_rows_is_refused(loaded, fix, change, says, empty_workspace):
    with pytest.raises(InputError, match=says):
        fix(loaded.load_id, change)
    assert empty_workspace.value("SELECT count(*) FROM crimes") == 1


def test_another_file_shapes_and_strangers_are_refused(empty_workspace, acting, loaded, write):
    with pytest.raises(InputError, match="no column 'file'"):
        technology.reload_fixed(empty_workspace, acting, loaded.load_id, write("x.csv", TEXT))
    with pytest.raises(InputError, match="no load"):
        technology.fix_rows(empty_workspace, acting, "Lnone", pd.DataFrame())
    with pytest.raises(Refused):
        stranger = User("i", "I", frozenset({"inspector"}))
        technology.open_rows(empty_workspace, stranger, loaded.load_id)
