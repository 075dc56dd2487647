"""From crimes in the workspace to estimates, conclusion, protocol and stored run."""

import json
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
import shapely

from analytics import testing
from analytics.workspace import InputError, NotMeasurable, Refused, User, get_run, make_settings

PLACES = {
    "T1": (1_000, 1_000, "trial"),
    "T2": (2_000, 1_000, "trial"),
    "C1": (1_000, 3_000, "comparison"),
    "C2": (2_000, 3_000, "comparison"),
}
HALF_M = 75.0
WINDOWS = {"before": ["2025-06-01", "2025-08-31"], "after": ["2026-06-01", "2026-08-31"]}


@pytest.fixture
def insert(empty_workspace, acting):
    """Put rows into a table of the test workspace as one load of a feed."""

    def put(feed: str, frame: pd.DataFrame):
        load_id = f"load-{feed}-{len(frame)}"
        with empty_workspace.write(acting, "collect", "load", load_id) as transaction:
            transaction.insert(feed, frame.assign(load_id=load_id))
            transaction.execute(
                "INSERT INTO loads (load_id, feed, at_ms, fingerprint, is_undone) "
                "VALUES (?, ?, 1, ?, false)",
                [load_id, feed, load_id],
            )

    return put


@pytest.fixture
def places(insert):
    """Two trial and two comparison places, squares of 150 m, 1 to 2 km apart."""
    rows = [
        {
            "place_id": name,
            "name": name,
            "kind": kind,
            "geometry": shapely.box(x - HALF_M, y - HALF_M, x + HALF_M, y + HALF_M).wkb,
            "x": float(x),
            "y": float(y),
            "area_m2": 22_500.0,
        }
        for name, (x, y, kind) in PLACES.items()
    ]
    insert("places", pd.DataFrame(rows))
    boundary = {"name": "town", "geometry": shapely.box(0, 0, 4_000, 4_000).wkb, "area_m2": 1.6e7}
    insert("boundary", pd.DataFrame([boundary]))


def crime(x: float, y: float, when: datetime, **fields) -> dict:
    """One crime with a time to the minute; unknown flags unless given."""
    base = {"x": float(x), "y": float(y), "occurred_from": when, "time_precision": "minute"}
    return {**base, "offence_code": "8N", "offence": "Assault", "is_public_place": None, **fields}


def crimes_at(place: str, year: int, number: int, off_m: float = 0.0, **fields) -> list[dict]:
    """`number` crimes in a place (or `off_m` east of its edge) on days from 1 June of a year."""
    x, y, _ = PLACES[place]
    east = x if off_m == 0 else x + HALF_M + off_m
    start = datetime(year, 6, 1, 12)
    return [crime(east, y, start + timedelta(days=n % 90), **fields) for n in range(number)]


def settings(**values):
    return make_settings(testing.TestingSettings, {**WINDOWS, **values})


def by_name(evaluation, method, part="local"):
    return next(e for e in evaluation.estimates if (e.method, e.part) == (method, part))


def w1(fields=None):
    """The paper's counts, spread over the places and their rings."""
    rows = []
    for place, before, after, ring_before, ring_after in (
        ("T1", 107, 60, 78, 57),
        ("T2", 100, 50, 100, 100),
        ("C1", 208, 218, 100, 90),
        ("C2", 100, 100, 50, 50),
    ):
        rows += crimes_at(place, 2025, before) + crimes_at(place, 2026, after)
        rows += crimes_at(place, 2025, ring_before, 50) + crimes_at(place, 2026, ring_after, 50)
        rows += crimes_at(place, 2026, 7, 200)
    return pd.DataFrame(rows)


def test_crimes_become_the_papers_difference(empty_workspace, acting, insert, places):
    insert("crimes", w1())
    found = testing.preview_evaluation(empty_workspace, acting, settings())
    local, ring, total = (by_name(found, "WDD", p) for p in ("local", "displacement", "total"))
    assert (local.value, ring.value, total.value) == (-107, -11, -118)
    assert (total.low, total.high) == pytest.approx((-195.61, -40.39), abs=5e-3)
    assert by_name(found, "RIRR").value == pytest.approx(0.51469, abs=5e-6)
    assert by_name(found, "WDQ", "displacement").value == pytest.approx(0.258186, abs=5e-7)
    assert found.counts[0] == {"part": "treated", "before": 207, "after": 110}
    assert found.minimum_detectable_rate_ratio == pytest.approx(0.66, abs=0.03)
    assert found.primary.method == "RIRR" and found.facts["dispersion"] < 1
    assert "may not be put down to patrol alone" in found.conclusion
    assert "Smallest detectable effect" in found.conclusion
    assert not any(e.outcome == "harm" for e in found.estimates)
    assert any("no table of harm weights" in note for note in found.warnings)


def test_dates_are_included_at_both_ends(empty_workspace, acting, insert, places):
    x, y, _ = PLACES["T1"]
    moments = [
        datetime(2025, 5, 31, 23, 59),
        datetime(2025, 6, 1, 0, 0),
        datetime(2025, 8, 31, 23, 59),
        datetime(2025, 9, 1, 0, 0),
        datetime(2026, 8, 31, 23, 59),
    ]
    insert("crimes", pd.DataFrame([crime(x, y, moment) for moment in moments]))
    found = testing.preview_evaluation(empty_workspace, acting, settings())
    assert found.counts[0] == {"part": "treated", "before": 2, "after": 1}
    assert by_name(found, "RIRR").value is None
    assert "not measurable" in found.conclusion.lower() or "no effect" in found.conclusion


def test_places_with_varied_changes_widen_the_interval(empty_workspace, acting, insert, places):
    rows = []
    for place, before, after in (("T1", 60, 10), ("T2", 40, 60), ("C1", 50, 50), ("C2", 50, 20)):
        rows += crimes_at(place, 2025, before) + crimes_at(place, 2026, after)
    insert("crimes", pd.DataFrame(rows))
    found = testing.preview_evaluation(empty_workspace, acting, settings(displacement_m=0))
    assert found.facts["dispersion"] > 5
    plain, wide = by_name(found, "WDD"), by_name(found, "WDD widened")
    assert wide.high - wide.low > 2 * (plain.high - plain.low)
    assert found.primary.method == "RIRR widened"
    assert {e.part for e in found.estimates} == {"local"}


def test_windows_of_other_lengths_are_weighted(empty_workspace, acting, insert, places):
    rows = []
    for place in PLACES:
        rows += crimes_at(place, 2025, 90) + crimes_at(place, 2026, 30)
    insert("crimes", pd.DataFrame(rows))
    chosen = settings(after=["2026-06-01", "2026-06-30"])
    found = testing.preview_evaluation(empty_workspace, acting, chosen)
    assert by_name(found, "WDD").value == 0
    local = by_name(found, "WDD")
    weight = 92 / 30
    assert (local.high / 1.959964) ** 2 == pytest.approx(2 * (180 / weight**2 + 60), rel=1e-4)
    odd = settings(after=["2026-06-01", "2026-06-15"])
    warned = testing.preview_evaluation(empty_workspace, acting, odd)
    assert any("differ in length" in note for note in warned.warnings)


def test_default_windows_are_the_same_months_a_year_apart(empty_workspace, acting, insert, places):
    insert("crimes", w1())
    found = testing.preview_evaluation(empty_workspace, acting, testing.TestingSettings())
    assert found.windows.after == (date(2026, 5, 1), date(2026, 7, 31))
    assert found.windows.before == (date(2025, 5, 1), date(2025, 7, 31))


def test_months_only_need_whole_months(empty_workspace, acting, insert, places):
    insert("crimes", w1().assign(time_precision="month"))
    with pytest.raises(InputError, match="months only"):
        testing.preview_evaluation(
            empty_workspace, acting, settings(after=["2026-06-05", "2026-08-31"])
        )
    assert testing.preview_evaluation(empty_workspace, acting, settings()).counts[0]["after"]


def test_rings_keep_clear_of_other_places(empty_workspace, acting, insert, places):
    x, y, _ = PLACES["T1"]
    beside = shapely.box(x + HALF_M + 20, y - HALF_M, x + HALF_M + 170, y + HALF_M)
    row = {"place_id": "C3", "name": "C3", "kind": "comparison", "geometry": beside.wkb}
    insert("places", pd.DataFrame([{**row, "x": x + 170.0, "y": y, "area_m2": beside.area}]))
    insert("crimes", w1())
    found = testing.preview_evaluation(empty_workspace, acting, settings())
    # The crimes 50 m east of T1 lie in C3 now, the ones of T2 still in its ring.
    assert found.counts[2] == {"part": "treated_ring", "before": 100, "after": 100}
    assert 0 < found.facts["ring_share_removed"] < 0.3
    assert any("rings' area" in note for note in found.warnings)


def test_comparison_places_by_id_and_what_is_wrong_with_them(
    empty_workspace, acting, insert, places
):
    insert("crimes", w1())
    one = testing.preview_evaluation(empty_workspace, acting, settings(comparison=["C2"]))
    assert one.counts[1] == {"part": "control", "before": 100, "after": 100}
    with pytest.raises(InputError, match="no saved place 'X9'"):
        testing.preview_evaluation(empty_workspace, acting, settings(comparison=["X9"]))
    with pytest.raises(InputError, match="shares ground"):
        testing.preview_evaluation(
            empty_workspace, acting, settings(comparison=["T1"], treated=["T1"])
        )
    with pytest.raises(InputError, match="lies outside the crimes held"):
        testing.preview_evaluation(
            empty_workspace, acting, settings(before=["2015-01-01", "2015-12-31"])
        )
    with pytest.raises(InputError, match="No crime has the offence 'Treason'"):
        testing.preview_evaluation(empty_workspace, acting, settings(offences=["Treason"]))


def test_every_part_of_a_place_drawn_in_parts_counts(empty_workspace, acting, insert, places):
    far = shapely.box(3_000, 1_000, 3_150, 1_150)
    part = {"place_id": "T1", "name": "T1", "kind": "trial", "geometry": far.wkb}
    insert("places", pd.DataFrame([part]))
    rows = [*crimes_at("T1", 2025, 3), crime(3_050, 1_050, datetime(2025, 6, 5))]
    rows += crimes_at("C1", 2025, 4) + crimes_at("C1", 2026, 4)
    insert("crimes", pd.DataFrame(rows))
    found = testing.preview_evaluation(empty_workspace, acting, settings(treated=["T1"]))
    assert found.counts[0] == {"part": "treated", "before": 4, "after": 0}


def test_places_called_control_are_what_is_compared_with(empty_workspace, acting, insert, places):
    with empty_workspace.write(acting, "alter", "places", "kind") as transaction:
        transaction.execute("UPDATE places SET kind = 'control' WHERE kind = 'comparison'")
    insert("crimes", w1())
    found = testing.preview_evaluation(empty_workspace, acting, settings())
    assert by_name(found, "WDD").value == -107


def test_public_places_and_offences_choose_what_counts(empty_workspace, acting, insert, places):
    rows = crimes_at("T1", 2025, 5) + crimes_at("T1", 2025, 4, is_public_place=False)
    rows += crimes_at("T1", 2025, 3, is_public_place=True, offence_code="34B", offence="Robbery")
    rows += crimes_at("C1", 2026, 1)
    insert("crimes", pd.DataFrame(rows))
    ask = testing.preview_evaluation
    assert ask(empty_workspace, acting, settings()).counts[0]["before"] == 12
    public = settings(is_public_place_only=True)
    assert ask(empty_workspace, acting, public).counts[0]["before"] == 8
    for name in ("Robbery", "34B"):
        assert ask(empty_workspace, acting, settings(offences=[name])).counts[0]["before"] == 3


def test_harm_is_measured_only_with_weights(empty_workspace, acting, insert, places):
    insert("crimes", w1())
    with pytest.raises(NotMeasurable, match="no table of harm weights"):
        testing.preview_evaluation(empty_workspace, acting, settings(outcome="harm"))
    insert(
        "harm", pd.DataFrame([{"index_name": "own", "version": "1", "code": "8N", "days": 10.0}])
    )
    found = testing.preview_evaluation(empty_workspace, acting, settings(outcome="harm"))
    assert found.primary.method == "Harm WDD"
    assert found.primary.value == -1070
    assert found.primary.low <= -1070 <= found.primary.high
    assert by_name(found, "Harm WDD", "total").value == -1180
    assert found == testing.preview_evaluation(empty_workspace, acting, settings(outcome="harm"))


def trial(insert, days=60, treated_rate=1, control_rate=2):
    """T1 and T2 take turns; crimes fall at 02:00 of the next calendar day, in the same night."""
    rows, crimes = [], []
    for n in range(days):
        day = date(2026, 6, 1) + timedelta(days=n)
        for place, is_treated in (("T1", n % 2 == 0), ("T2", n % 2 == 1)):
            rows.append({"day": day, "place_id": place, "is_treatment": is_treated})
            x, y, _ = PLACES[place]
            night = datetime(day.year, day.month, day.day, 2) + timedelta(days=1)
            crimes += [crime(x, y, night)] * (treated_rate if is_treated else control_rate)
    insert("assignment", pd.DataFrame(rows).assign(programme_id="serious-violence"))
    insert("crimes", pd.DataFrame(crimes))


def test_crossover_counts_the_night_to_its_patrol_day(empty_workspace, acting, insert, places):
    trial(insert)
    found = testing.preview_evaluation(empty_workspace, acting, settings_of_trial())
    assert found.counts == (
        {"part": "treated", "place_days": 60, "count": 60},
        {"part": "control", "place_days": 60, "count": 120},
    )
    assert by_name(found, "Rate ratio").value == pytest.approx(0.5)
    assert by_name(found, "Permutation").p_value < 0.01
    assert "exploratory" in found.conclusion
    json.dumps(found.as_json(), allow_nan=False)


def settings_of_trial(**values):
    return make_settings(
        testing.TestingSettings, {"design": "crossover", "resamples": 499, **values}
    )


def test_crossover_needs_days_and_an_assignment(empty_workspace, acting, insert, places):
    insert("crimes", w1().assign(time_precision="month"))
    with pytest.raises(InputError, match="No trial is assigned"):
        testing.preview_evaluation(empty_workspace, acting, settings_of_trial())
    day = {"day": date(2026, 6, 1), "place_id": "T1", "is_treatment": True}
    assigned = pd.DataFrame([day, {**day, "place_id": "T2", "is_treatment": False}])
    insert("assignment", assigned.assign(programme_id="serious-violence"))
    with pytest.raises(NotMeasurable, match="have a month and no day"):
        testing.preview_evaluation(empty_workspace, acting, settings_of_trial())


def test_protocol_hides_the_arms_and_looks_are_counted(empty_workspace, acting, insert, places):
    trial(insert)
    chosen = settings_of_trial()
    assert testing.is_arm_hidden(empty_workspace)
    assert "both arms together" in testing.pooled_text(empty_workspace, acting, chosen)
    analyst = User("ann", "Ann", frozenset({"analyst"}))
    with pytest.raises(Refused):
        testing.lock_protocol(empty_workspace, analyst, chosen)
    testing.lock_protocol(empty_workspace, acting, chosen)
    assert not testing.is_arm_hidden(empty_workspace)
    assert testing.follows_protocol(empty_workspace, chosen)
    assert not testing.follows_protocol(empty_workspace, settings_of_trial(level=0.9))
    with pytest.raises(InputError, match="already locked"):
        testing.lock_protocol(empty_workspace, acting, chosen)
    found = testing.preview_evaluation(empty_workspace, acting, chosen)
    assert "This supports a fall" in found.conclusion
    testing.record_look(empty_workspace, analyst, found.run_id)
    testing.record_look(empty_workspace, analyst, found.run_id)
    assert testing.looks(empty_workspace) == 1
    assert empty_workspace.value("SELECT count(*) FROM looks") == 1
    other = testing.preview_evaluation(empty_workspace, acting, settings_of_trial(level=0.9))
    assert "compared 2 times" in other.conclusion


def test_saving_keeps_run_evidence_and_files(empty_workspace, acting, insert, places, tmp_path):
    insert("crimes", w1())
    found = testing.save_evaluation(empty_workspace, acting, settings())
    again = testing.save_evaluation(empty_workspace, acting, settings())
    assert again.run_id == found.run_id
    run = get_run(empty_workspace, found.run_id)
    assert run.step == "testing" and run.result["conclusion"] == found.conclusion
    evidence = dict(empty_workspace.rows("SELECT item_id, value FROM evidence"))
    assert evidence["T7-01"] == "2 comparison places."
    assert {"T7-04", "T7-06", "T7-07", "T7-08", "T7-10"} <= set(evidence)
    files = testing.write_exports(empty_workspace, acting, found, tmp_path / "out")
    assert [file.name for file in files] == ["evaluation.xlsx", "report.pdf"]
    assert files[1].read_bytes().startswith(b"%PDF")
    officer = User("otto", "Otto", frozenset({"officer"}))
    with pytest.raises(Refused):
        testing.preview_evaluation(empty_workspace, officer, settings())


def test_default_before_overlapping_the_ranking_tells_the_fall(
    empty_workspace, acting, insert, places
):
    insert("crimes", w1())
    found = testing.preview_evaluation(empty_workspace, acting, settings())
    threat = next(t for t in found.threats if t.name == "Regression to the mean")
    assert "not recorded" in threat.finding and "without any patrol" in threat.finding
    assert threat.state == "open"


def test_no_one_compares_the_arms_of_an_open_trial(empty_workspace, acting, insert, places):
    trial(insert)
    lead = User("lea", "Lea", frozenset({"lead", "analyst", "evaluator"}))
    for compare in (testing.preview_evaluation, testing.save_evaluation):
        with pytest.raises(Refused, match="protocol is open"):
            compare(empty_workspace, lead, settings_of_trial())
    refused = "SELECT count(*) FROM audit WHERE action = 'refuse' AND object_type = 'arms'"
    assert empty_workspace.value(refused) == 2
    assert empty_workspace.value("SELECT count(*) FROM runs") == 0
    testing.lock_protocol(empty_workspace, lead, settings_of_trial())
    assert testing.preview_evaluation(empty_workspace, lead, settings_of_trial()).primary.value


def test_a_choice_of_weight_makes_another_run(empty_workspace, acting, insert, places):
    insert("crimes", w1())
    before = testing.preview_evaluation(empty_workspace, acting, settings()).run_id
    with empty_workspace.bookkeeping() as change:
        change.execute("INSERT INTO harm_choices VALUES ('own', '1', '8N', 10.0, 'ann', 0)")
    assert testing.preview_evaluation(empty_workspace, acting, settings()).run_id != before
