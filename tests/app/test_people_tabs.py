"""My shift, activity, stops and the return, without a browser."""

from datetime import date, time

import pandas as pd
import pytest

from analytics import targeting, tracking
from analytics.tracking.stops_tables import missing_word, tables_of
from analytics.workspace import User, retention
from components import stops_tab

ROOT_USER = User("os:test", "Test", frozenset(), every_right=True)


@pytest.fixture
def with_list(sample_copy):
    """The sample town with a list in force since June, an officer linked to a unit."""
    chosen = targeting.TargetingSettings()
    targeting.sign_off(sample_copy, ROOT_USER, chosen, date(2026, 6, 1), allow_undecided=True)
    tracking.link_person(sample_copy, ROOT_USER, "one-officer", "U01")
    return sample_copy


def texts(app):
    return " ".join(part.value for part in app.markdown)


def test_an_officer_checks_in_and_out(with_list, open_page):
    app = open_page("tasking", "officer")
    assert not app.exception
    assert "0 visits" in texts(app)
    app.button(key="in-other").click().run()
    assert not app.exception
    assert "You are at" in texts(app)
    app.button(key="check-out").click().run()
    assert not app.exception
    assert "1 visit and" in texts(app)
    assert with_list.value("SELECT count(out_ms) FROM check_ins WHERE unit = 'U01'") == 1


@pytest.mark.parametrize(
    ("tab", "said"),
    [
        ("Activity", "patrol hours measured by GPS"),
        ("Stop and search", "stops inside hot spots"),
        ("Return", "hours in hot spots measured by GPS"),
    ],
)
def test_tabs_answer_with_numbers(with_list, open_page, tab, said):
    app = open_page("tracking", "lead")
    app.session_state["tracking-tabs"] = tab
    app.run()
    assert not app.exception
    assert not app.error
    assert said in texts(app)


def test_residents_compare_no_group_with_itself(with_list, open_page):
    residents = {"White": 8_000, "Black": 1_000, "Asian": 900, "Mixed": 400, "Other": 300}
    tracking.save_population(with_list, ROOT_USER, residents)
    app = open_page("tracking", "lead")
    app.session_state["tracking-tabs"] = "Stop and search"
    app.run()
    assert not app.exception
    table = next(part.value for part in app.dataframe if "rate_ratio" in part.value.columns)
    ratios = table.set_index("group")["rate_ratio"]
    assert ratios.loc["White"] == ""
    assert len(ratios) > 1
    assert all(" to " in ratio for ratio in ratios.drop("White"))


def test_a_share_of_no_stops_is_not_measurable_and_not_withheld():
    rows = [("White", "elsewhere")] * 30 + [("Black", "elsewhere")] * 2
    frame = pd.DataFrame(rows, columns=["group", "area"])
    table, found = tables_of(frame.assign(outcome="not_recorded"))
    assert set(missing_word(found, "elsewhere_rate")) == {"not measurable"}
    told = stops_tab._with_intervals(table).set_index("group")
    assert told.loc["Black", "inside"] == 0
    assert told.loc["Black", "inside_share"] == "not measurable"
    assert told.loc["Black", "elsewhere_share"] == told.loc["Black", "ratio"] == "withheld"
    assert told.loc["White", "ratio"] == ""


def test_an_admin_links_an_account(with_list, open_page):
    app = open_page("admin", "admin")
    app.session_state["admin-part"] = "Units of people"
    app.run()
    assert not app.exception
    table = next(part for part in app.dataframe if "unit" in part.value.columns)
    assert "U01" in set(table.value["unit"])


def test_without_gps_stops_and_the_return_are_still_told(with_list, open_page):
    retention.purge(with_list, ROOT_USER, "pings", date(2027, 1, 1))
    app = open_page("tracking", "lead")
    assert not app.exception
    assert "There are no GPS fixes yet" in texts(app)
    assert "stops inside hot spots" in texts(app)
    app.session_state["no-gps"] = "Return"
    app.run()
    assert not app.exception
    assert "not measurable without GPS" in texts(app)


def test_an_officer_enters_a_visit_afterwards(with_list, open_page):
    app = open_page("tasking", "officer")
    app.time_input(key="after-came").set_value(time(9, 0))
    app.time_input(key="after-left").set_value(time(9, 12))
    next(one for one in app.button if one.label == "Keep this visit").click().run()
    assert not app.exception
    held = with_list.rows("SELECT (out_ms - in_ms) / 60000 FROM check_ins")
    assert held == [(12.0,)]
