"""A newer extract of a period that is held: compared, added or put in its place, and undone."""

import csv
import random
from collections import Counter
from datetime import date, datetime
from threading import Thread

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from analytics import technology
from analytics.technology import compare as compare_module
from analytics.workspace import InputError, Refused, User, retention

HEAD = "Crime Ref,Offence Code,Offence Title,Date,Easting,Northing,Outcome\n"
COLUMNS = (
    "crime_id, offence_code, offence, occurred_from, occurred_to, round(x, 3), round(y, 3), "
    "outcome, status, location, recorded_on"
)


def row(number, day="13/01/2024 10:00", code="34B", x=431000, y=298000, outcome=""):
    return f"{number},{code},Offence {code},{day},{x},{y},{outcome}\n"


def held(workspace, feed="crimes"):
    """The rows of a feed without what differs between two stores of the same row."""
    return Counter(workspace.rows(f"SELECT {COLUMNS} FROM {feed}"))


OLD = HEAD + "".join(
    [row("a"), row("b"), row("c"), row("d"), row("e", outcome="open"), row("", code="9A")]
)
NEW = HEAD + "".join(
    [
        row("a"),
        row("b", code="5D"),
        row("c", x=431010),
        row("e", outcome="charged"),
        row("", code="9A"),
        row("", code="9A"),
        row("f", day="14/01/2024 23:00"),
    ]
)


@pytest.fixture
def compare(empty_workspace, acting, write):
    def run(text, name="new.csv"):
        return technology.compare_extract(empty_workspace, acting, "crimes", [write(name, text)])

    return run


def test_each_kind_of_change_is_counted_once(empty_workspace, load, write, compare):
    load("crimes", write("old.csv", OLD))
    found = compare(NEW)

    assert (found.new, found.cancelled) == (2, 1)  # f and one more without a number; d is gone
    assert (found.reclassified, found.moved, found.outcome_changed) == (1, 1, 1)
    assert (found.retimed, found.otherwise_changed, found.unchanged) == (0, 0, 2)
    assert found.held == 6
    assert (found.period_first, found.period_last) == ("2024-01-13", "2024-01-14")
    moved = found.samples.set_index("kind").loc["moved"]
    assert (moved["crime_id"], moved["moved_m"]) == ("c", 10)
    assert held(empty_workspace).total() == 6


def test_replacing_keeps_the_newer_version_and_undoing_brings_the_older_back(
    empty_workspace, acting, load, write
):
    load("crimes", write("old.csv", OLD))
    before = empty_workspace.rows("SELECT * FROM crimes ORDER BY row_id")
    marks = {empty_workspace.fingerprint("crimes")}

    report = load("crimes", write("new.csv", NEW), mode="replace")
    assert (report.rows_stored, report.rows_already_held) == (5, 2)
    assert (report.mode, report.changes["cancelled"]) == ("replace", 1)
    ids = empty_workspace.rows("SELECT crime_id, offence_code, x FROM crimes WHERE crime_id <> ''")
    assert {crime: (code, x) for crime, code, x in ids} == {
        "a": ("34B", 431000),
        "b": ("5D", 431000),
        "c": ("34B", 431010),
        "e": ("34B", 431000),
        "f": ("34B", 431000),
    }
    assert empty_workspace.value("SELECT count(*) FROM superseded") == 4
    marks.add(empty_workspace.fingerprint("crimes"))

    effect = technology.undo_effect(empty_workspace, acting, report.load_id)
    assert (effect.taken_out, effect.brought_back) == (5, 4)
    technology.undo_load(empty_workspace, acting, report.load_id)
    assert empty_workspace.rows("SELECT * FROM crimes ORDER BY row_id") == before
    assert empty_workspace.value("SELECT count(*) FROM superseded") == 0
    marks.add(empty_workspace.fingerprint("crimes"))
    assert len(marks) == 3


def test_comparing_holds_no_lock_and_a_load_that_comes_between_counts(
    empty_workspace, acting, load, write, monkeypatch
):
    load("crimes", write("old.csv", OLD))
    between = write("between.csv", HEAD + row("g"))
    pair, waited = compare_module.pair, []

    def interrupted(*given):
        found = pair(*given)
        if not waited:
            other = Thread(
                target=technology.load, args=(empty_workspace, acting, "crimes", [between])
            )
            waited.append(other)
            other.start()
            other.join(60)
        return found

    monkeypatch.setattr(compare_module, "pair", interrupted)
    report = load("crimes", write("new.csv", NEW), mode="replace")

    assert not waited[0].is_alive()
    assert report.changes["cancelled"] == 2  # d as before, and g, which came between
    assert "g" not in {crime_id for crime_id, *_ in held(empty_workspace)}


def test_adding_keeps_both_versions_and_says_so(empty_workspace, load, write):
    load("crimes", write("old.csv", OLD))
    report = load("crimes", write("new.csv", NEW))

    assert (report.rows_stored, report.rows_already_held) == (5, 2)
    assert held(empty_workspace).total() == 11
    text = " ".join(report.warnings)
    assert "2 new, 1 no longer in the extract, 1 reclassified, 1 moved" in text
    assert "3 records stand in two versions" in text


def test_the_same_extract_again_changes_nothing_in_either_mode(empty_workspace, load, write):
    file = write("old.csv", OLD)
    load("crimes", file)
    before = empty_workspace.rows("SELECT * FROM crimes ORDER BY row_id")
    for mode in ("add", "replace"):
        report = load("crimes", file, mode=mode)
        assert (report.rows_stored, report.rows_already_held) == (0, 6)
    assert empty_workspace.rows("SELECT * FROM crimes ORDER BY row_id") == before
    assert empty_workspace.value("SELECT count(*) FROM loads") == 1


def test_an_extract_with_cancellations_only_is_a_load_that_can_be_undone(
    empty_workspace, acting, load, write
):
    load("crimes", write("old.csv", OLD))
    fewer = HEAD + row("a") + row("b")
    report = load("crimes", write("new.csv", fewer), mode="replace")

    assert report.rows_stored == 0
    assert report.changes["cancelled"] == 4
    assert any("67% of the records held" in warning for warning in report.warnings)
    assert held(empty_workspace).total() == 2
    technology.undo_load(empty_workspace, acting, report.load_id)
    assert held(empty_workspace).total() == 6


def test_months_and_sources_that_the_extract_does_not_cover_stay(empty_workspace, load, write):
    old = [("a", "13/01/2024 10:00", "North"), ("b", "20/02/2024 10:00", "North")]
    old += [("c", "14/03/2024 10:00", "North"), ("d", "14/01/2024 10:00", "South")]
    load("crimes", write("old.csv", _with_force(old)))
    newer = [("x", "13/01/2024 12:00", "North"), ("y", "14/03/2024 12:00", "North")]
    report = load("crimes", write("new.csv", _with_force(newer)), mode="replace")

    # February has no row in the extract, and the South is not in it.
    assert report.changes["cancelled"] == 2
    left = {number for (number,) in empty_workspace.rows("SELECT crime_id FROM crimes")}
    assert left == {"b", "d", "x", "y"}


def _with_force(rows):
    lines = [f"{n},34B,Robbery,{day},431000,298000,,{force}\n" for n, day, force in rows]
    return HEAD.replace("\n", ",Force\n") + "".join(lines)


def test_a_record_that_the_extract_cannot_use_is_neither_kept_nor_called_cancelled(
    empty_workspace, load, write, compare
):
    load("crimes", write("old.csv", OLD))
    text = NEW.replace(row("c", x=431010), row("c", x="", y=""))
    assert (compare(text).kept_aside, compare(text).cancelled) == (1, 1)


def test_repeated_numbers_pair_alike_rows_first(empty_workspace, load, write, compare):
    load("crimes", write("old.csv", HEAD + row("a") + row("a", code="5D") + row("a", x=431500)))
    found = compare(HEAD + row("a", x=431500) + row("a", code="5D") + row("a", outcome="charged"))

    assert (found.unchanged, found.outcome_changed, found.new, found.cancelled) == (2, 1, 0, 0)


def test_a_record_moved_out_of_the_period_is_found_by_its_number(empty_workspace, load, write):
    load("crimes", write("old.csv", HEAD + row("a", day="13/01/2024 10:00") + row("b")))
    newer = HEAD + row("a", day="13/02/2024 10:00")
    report = load("crimes", write("new.csv", newer), mode="replace")

    assert (report.changes["retimed"], report.changes["cancelled"]) == (1, 0)
    assert held(empty_workspace).total() == 2


@pytest.mark.parametrize(
    ("feed", "text", "says"),
    [
        ("bases", "name,easting,northing\nA,431000,298000\n", "Only crimes, incidents, stops"),
        ("crimes", "date,easting,northing\n2024-01-13,431000,298000\n", "no column of record"),
    ],
)
def test_what_has_no_record_numbers_cannot_be_replaced(load, write, feed, text, says):
    with pytest.raises(InputError, match=says):
        load(feed, write("x.csv", text), mode="replace")


def test_an_unknown_mode_and_a_stranger_are_refused(empty_workspace, load, write):
    file = write("x.csv", OLD)
    with pytest.raises(InputError, match="'add' or 'replace'"):
        load("crimes", file, mode="merge")
    inspector = User("i", "I", frozenset({"inspector"}))
    with pytest.raises(Refused):
        technology.compare_extract(empty_workspace, inspector, "crimes", [file])


def test_nothing_held_or_no_numbers_compare_to_nothing(empty_workspace, load, write, compare):
    assert compare(NEW) is None
    load("crimes", write("old.csv", OLD))
    assert compare(HEAD + row("z", day="13/05/2025 10:00")) is None
    assert compare(HEAD + row("")) is None


def test_loads_that_rest_on_each_other_are_undone_newest_first(
    empty_workspace, acting, load, write
):
    first = load("crimes", write("one.csv", OLD))
    second = load("crimes", write("two.csv", NEW), mode="replace")
    third = load("crimes", write("three.csv", HEAD + row("g") + row("a")))
    before_third = held(empty_workspace) - held_of(empty_workspace, third.load_id)
    for load_id in (first.load_id, second.load_id):
        with pytest.raises(InputError, match="Undo that one first"):
            technology.undo_load(empty_workspace, acting, load_id)

    technology.undo_load(empty_workspace, acting, third.load_id)
    assert held(empty_workspace) == before_third
    technology.undo_load(empty_workspace, acting, second.load_id)
    technology.undo_load(empty_workspace, acting, first.load_id)
    assert held(empty_workspace).total() == 0


def held_of(workspace, load_id):
    return Counter(workspace.rows(f"SELECT {COLUMNS} FROM crimes WHERE load_id = ?", [load_id]))


def test_a_load_of_another_period_does_not_hold_up_undoing(empty_workspace, acting, load, write):
    load("crimes", write("one.csv", OLD))
    replacing = load("crimes", write("two.csv", NEW), mode="replace")
    load("crimes", write("three.csv", HEAD + row("h", day="13/05/2025 10:00")))

    assert technology.undo_load(empty_workspace, acting, replacing.load_id) == 5
    assert held(empty_workspace).total() == 7


def test_what_was_replaced_is_purged_with_the_rest_and_does_not_come_back(
    empty_workspace, acting, load, write
):
    load("crimes", write("one.csv", OLD))
    replacing = load("crimes", write("two.csv", NEW), mode="replace")
    removed = retention.purge(empty_workspace, acting, "crimes", date(2024, 1, 14))

    assert removed == 6 + 4  # 7 rows held but f, and 4 set aside
    technology.undo_load(empty_workspace, acting, replacing.load_id)
    assert held(empty_workspace).total() == 0


def test_a_doctored_extract_of_the_sample_comes_out_exactly(
    sample_files, tmp_path, acting, empty_workspace
):
    with (sample_files / "crimes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    month = [row for row in rows if row["Date From"][3:] == "08/2026" and row["Easting"]]
    month = list({row["Crime Ref"]: row for row in month}.values())
    newer = doctored(month)
    technology.load(empty_workspace, acting, "crimes", [_write(tmp_path / "old.csv", month)])
    file = _write(tmp_path / "new.csv", newer)
    report = technology.load(empty_workspace, acting, "crimes", [file], mode="replace")

    changes = report.changes
    assert (changes["new"], changes["cancelled"]) == (30, 20)
    assert (changes["reclassified"], changes["moved"]) == (10, 5)
    others = ("retimed", "outcome_changed", "otherwise_changed", "kept_aside")
    assert [changes[name] for name in others] == [0, 0, 0, 0]
    assert changes["unchanged"] == len(month) - 35
    assert report.rows_stored == 45
    assert empty_workspace.value("SELECT count(*) FROM crimes") == len(newer)


def doctored(rows):
    """30 new, 20 cancelled, 10 reclassified, 5 moved by 50 m; the first and last row stay."""
    draw = random.Random(7)
    chosen = draw.sample(rows[1:-1], 65)
    gone = {row["Crime Ref"] for row in chosen[:20]}
    codes = {row["Crime Ref"] for row in chosen[20:30]}
    moved = {row["Crime Ref"] for row in chosen[30:35]}
    newer = []
    for one in rows:
        one = dict(one)
        if one["Crime Ref"] in gone:
            continue
        if one["Crime Ref"] in codes:
            one["Offence Code"], one["Offence Title"] = "999", "Something else"
        if one["Crime Ref"] in moved:
            one["Easting"] = str(int(one["Easting"]) + 50)
        newer.append(one)
    return newer + [{**one, "Crime Ref": f"NEW/{n}"} for n, one in enumerate(chosen[35:])]


def _write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


EVENTS = st.lists(
    st.builds(
        row,
        st.sampled_from(["", "a", "b", "c", "d", "e"]),
        st.sampled_from(["12/01/2024 10:00", "13/01/2024 10:00", "14/02/2024 11:30", "bad"]),
        st.sampled_from(["34B", "5D"]),
        st.sampled_from([431000, 431001, 431500, ""]),
        st.just(298000),
        st.sampled_from(["", "charged"]),
    ),
    min_size=1,
    max_size=14,
)


MATCHED = {
    "crime_id": "Crime Ref",
    "offence_code": "Offence Code",
    "offence": "Offence Title",
    "occurred_from": "Date",
    "x": "Easting",
    "y": "Northing",
    "outcome": "Outcome",
    "crs": "EPSG:27700",
    "date_order": "day_first",
    "time_precision": "minute",
}


def usable(lines):
    """The rows of an extract that can be used, counted without the program."""
    found = Counter()
    for line in lines:
        number, code, _, day, x, _, outcome = next(csv.reader([line]))
        if day != "bad" and x:
            key = (number, code, datetime.strptime(day, "%d/%m/%Y %H:%M"), float(x), outcome)
            found[key] = 1 if number else found[key] + 1
    return found


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@example(old=[row("a")], new=[row("b", x="")])  # nothing stored or replaced, one row kept aside
@given(old=EVENTS, new=EVENTS)
def test_replacing_gives_the_extract_and_undoing_gives_what_was(
    empty_workspace, acting, write, old, new
):
    sure = row("z", day="13/01/2024 09:00")
    files = [
        write(f"{name}.csv", HEAD + sure + "".join(lines))
        for name, lines in (("old", old), ("new", new))
    ]
    query = """SELECT coalesce(crime_id, ''), offence_code, occurred_from, round(x, 3),
        coalesce(outcome, '') FROM crimes"""
    first = technology.load(empty_workspace, acting, "crimes", files[:1], columns=MATCHED)
    before = empty_workspace.rows("SELECT * FROM crimes ORDER BY row_id")
    report = technology.load(
        empty_workspace, acting, "crimes", files[1:], columns=MATCHED, mode="replace"
    )
    assert report.rows_read == (
        report.rows_stored + report.rows_quarantined + report.rows_already_held
    )
    wanted, now = usable([sure, *new]), Counter(empty_workspace.rows(query))
    rest = now - wanted
    assert now - rest == wanted
    covered = {key[2].month for key in wanted}
    days = sorted(key[2].date() for key in wanted)
    inside = [key for key in rest if days[0] <= key[2].date() <= days[-1]]
    assert not [key for key in inside if key[2].month in covered]
    recorded = "SELECT count(*) FROM loads WHERE load_id = ?"
    if empty_workspace.value(recorded, [report.load_id]):
        technology.undo_load(empty_workspace, acting, report.load_id)
    assert empty_workspace.rows("SELECT * FROM crimes ORDER BY row_id") == before
    assert empty_workspace.value("SELECT count(*) FROM superseded") == 0
    technology.undo_load(empty_workspace, acting, first.load_id)
