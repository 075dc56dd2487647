"""The register of feeds, recipes, recognition and the inbox folders."""

from analytics import technology
from tests.unit.technology.conftest import POLICE_UK, police_uk_row


def test_the_register_tells_rows_period_age_and_problems(empty_workspace, load, write):
    months = ["2026-01", "2026-02", "2026-04"]
    text = POLICE_UK + "".join(police_uk_row(month=month) for month in months)
    load("crimes", write("x.csv", text + police_uk_row(lon="")))
    feeds = technology.register(empty_workspace)
    crimes = feeds.set_index("feed").loc["crimes"]

    assert len(feeds) == 14
    assert (crimes["rows"], crimes["loads"], crimes["kept_aside"]) == (3, 1, 1)
    assert (crimes["first"], crimes["last"]) == ("2026-01-01", "2026-04-30")
    assert crimes["freshness_days"] == 123  # 30 April to 31 August 2026
    assert crimes["by_month"] == [1, 1, 0, 1]
    assert "1 rows kept aside (25.0%)" in crimes["problems"]
    assert "2026-03 is missing" in crimes["problems"]
    assert "3 crimes** from 1 Jan 2026 to 30 Apr 2026" in technology.answer(empty_workspace, feeds)


def test_recognition_suggests_columns_with_samples(empty_workspace, acting, write):
    file = write("x.csv", "Ref;Date From;Easting;Northing\na;13/01/2024;431000;298000\n")
    found = technology.inspect(empty_workspace, acting, "crimes", [file])

    assert found.delimiter == ";"
    assert found.suggestion["occurred_from"] == "Date From"
    assert (found.crs, found.date_order) == ("EPSG:27700", "day_first")
    assert found.samples["Easting"] == ["431000"]
    assert found.is_certain
    assert 0.5 < found.confidence["occurred_from"] <= 1


def test_a_saved_recipe_is_used_for_the_same_header(empty_workspace, acting, load, write):
    head = "ref,when it was,across,up\n"
    file = write("jan.csv", head + "a,13/01/2024,-1.4,53.4\n")
    found = technology.inspect(empty_workspace, acting, "crimes", [file])
    assert not found.is_certain
    columns = {"crime_id": "ref", "occurred_from": "when it was", "x": "across", "y": "up"}
    technology.save_recipe(
        empty_workspace,
        acting,
        "crimes",
        "records",
        found.signature,
        columns | {"crs": "EPSG:4326"},
    )

    assert load("crimes", write("feb.csv", head + "b,14/02/2024,-1.4,53.4\n")).rows_stored == 1


def test_the_inbox_loads_settled_files_and_says_why_not(empty_workspace, acting):
    inbox = empty_workspace.path / "inbox" / "crimes"
    (inbox / "good.csv").write_text(POLICE_UK + police_uk_row("a1"), encoding="utf-8")
    (inbox / "bad.csv").write_text("a\n1\n", encoding="utf-8")

    assert technology.watch_inbox(empty_workspace, acting) == []
    (inbox / "bad.csv").write_text("a\n1\n2\n", encoding="utf-8")
    (first,) = technology.watch_inbox(empty_workspace, acting)
    assert (first.file, first.report.rows_stored) == ("good.csv", 1)
    (second,) = technology.watch_inbox(empty_workspace, acting)
    assert "Only one column" in second.failure

    assert (inbox / "done" / "good.csv").exists()
    failures = technology.inbox_failures(empty_workspace)
    assert failures[["feed", "file"]].values.tolist() == [["crimes", "bad.csv"]]
    assert "Only one column" in failures["sentence"].iloc[0]
    assert empty_workspace.value("SELECT count(*) FROM crimes") == 1
