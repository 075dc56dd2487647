"""The shift sheet and the files of a plan: calendar, GPX, CSV; who may see which round."""

import io
import re
from datetime import date, time, timedelta
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from analytics import tasking
from analytics.tasking.files import _folded
from analytics.tasking.place_facts import streets_at
from analytics.tasking.settings import TaskingSettings
from analytics.workspace import InputError, User
from tests.unit.reports.pdf_text import pages_of, squeezed
from tests.unit.tasking.conftest import MONDAY

QUICK = TaskingSettings.model_validate({"from": MONDAY, "to": MONDAY, "seed": 3, "iterations": 60})
OFFICER = User("pc", "PC", frozenset({"officer"}))
INSPECTOR = User("insp", "Insp", frozenset({"inspector"}))
EVALUATOR = User("eva", "Eva", frozenset({"analyst"}))


@pytest.fixture
def plan(patrol_workspace, acting):
    return tasking.save_plan(patrol_workspace, acting, QUICK)


def link(workspace, acting, username, unit):
    with workspace.write(acting, "alter", "person", username) as transaction:
        transaction.execute(
            "INSERT INTO person_units VALUES (?, 'o', ?, 't', 'x', 1)", [username, unit]
        )


def unfolded(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").split("\r\n")


def test_the_calendar_has_one_event_a_visit_in_utc(patrol_workspace, acting, plan):
    tasking.save_briefing(
        patrol_workspace,
        acting,
        plan.visits["hotspot_id"].iloc[0],
        tasking.make_briefing({"what_to_do": ["Stand; talk, and listen\nthen go"]}),
    )
    content = tasking.calendar(patrol_workspace, tasking.rounds_of(patrol_workspace, plan))
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    lines = unfolded(content)
    starts = sorted(line[8:] for line in lines if line.startswith("DTSTART:"))
    utc = plan.visits["starts"] - timedelta(hours=1)
    assert starts == sorted(utc.dt.strftime("%Y%m%dT%H%M%SZ"))
    uids = [line for line in lines if line.startswith("UID:")]
    assert len(set(uids)) == len(uids) == len(plan.visits)
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == len(uids)
    assert any("Stand\\; talk\\, and listen\\nthen go" in line for line in lines)
    again = tasking.calendar(patrol_workspace, tasking.rounds_of(patrol_workspace, plan))
    assert uids == [line for line in unfolded(again) if line.startswith("UID:")]


@given(st.text(max_size=300))
def test_folding_never_breaks_a_character(text):
    line = f"X:{text}".replace("\r", "").replace("\n", "")
    folded = _folded(line)
    assert folded.replace("\r\n ", "") == line
    assert all(len(part.encode()) <= 75 for part in folded.split("\r\n"))


def test_the_gpx_has_a_route_per_unit_with_stops_in_order(patrol_workspace, plan):
    root = ElementTree.fromstring(
        tasking.gpx(patrol_workspace, tasking.rounds_of(patrol_workspace, plan))
    )
    space = {"g": "http://www.topografix.com/GPX/1/1"}
    routes = root.findall("g:rte", space)
    assert len(routes) == plan.visits["unit"].nunique()
    times = [
        [stop.findtext("g:time", namespaces=space) for stop in route.findall("g:rtept", space)]
        for route in routes
    ]
    assert sum(map(len, times)) == len(plan.visits)
    assert all(one == sorted(one) for one in times)


HOSTILE = 'High; Street, \\ "A" <b>&\n\x0b\x00\ud7ff é' + "ü" * 60
TEXT_VALUE = re.compile(r"(?:[^\\;,\x00-\x1f\x7f]|\\[\\;,nN])*")
MOMENT = re.compile(r"\d{8}T\d{6}Z")


@pytest.fixture
def hostile_plan(patrol_workspace, acting, plan):
    """The plan, its places renamed as no street is."""
    with patrol_workspace.write(acting, "alter", "list", "list-1") as transaction:
        transaction.execute("UPDATE hotspots SET name = ? || rank", [HOSTILE])
    return tasking.rounds_of(patrol_workspace, plan)


def test_the_calendar_stands_before_a_strict_reader(patrol_workspace, hostile_plan):
    """RFC 5545: line ends, folding, one UID and stamp an event, values by their kind."""
    content = tasking.calendar(patrol_workspace, hostile_plan)
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"") and b"\r" not in content.replace(b"\r\n", b"")
    assert all(0 < len(line) <= 75 for line in content.split(b"\r\n")[:-1])
    lines = [line.split(":", 1) for line in unfolded(content)[:-1]]
    assert lines[0] == ["BEGIN", "VCALENDAR"] and lines[-1] == ["END", "VCALENDAR"]
    head = dict(lines[1 : lines.index(["BEGIN", "VEVENT"])])
    assert head["VERSION"] == "2.0" and head["PRODID"] and "METHOD" not in head
    events = [[]]
    for name, value in lines:
        assert re.fullmatch(r"[A-Z-]+", name)
        if name in ("SUMMARY", "LOCATION", "DESCRIPTION", "X-WR-CALNAME"):
            assert TEXT_VALUE.fullmatch(value), value
        if (name, value) == ("BEGIN", "VEVENT"):
            events.append([])
        events[-1].append((name, value))
    assert len(events) - 1 == sum(len(one.visits) for one in hostile_plan)
    for event in events[1:]:
        names = [name for name, _ in event]
        found = dict(event)
        assert all(names.count(name) == 1 for name in ("UID", "DTSTAMP", "DTSTART", "DTEND"))
        assert all(MOMENT.fullmatch(found[name]) for name in ("DTSTAMP", "DTSTART", "DTEND"))
        assert found["DTSTART"] < found["DTEND"]


def test_the_gpx_keeps_the_rules_of_its_schema(patrol_workspace, hostile_plan):
    """GPX 1.1: children in the order of the schema, places on the globe, times in UTC."""
    root = ElementTree.fromstring(tasking.gpx(patrol_workspace, hostile_plan))
    space = "{http://www.topografix.com/GPX/1/1}"
    assert root.tag == f"{space}gpx" and root.attrib == {"version": "1.1", "creator": "Seven Steps"}
    assert [child.tag for child in root] == [f"{space}metadata"] + [f"{space}rte"] * len(
        hostile_plan
    )
    for route, one in zip(root.findall(f"{space}rte"), hostile_plan, strict=True):
        tags = [child.tag.removeprefix(space) for child in route]
        assert tags == ["name", *["rtept"] * len(one.visits)]
        for stop in route.findall(f"{space}rtept"):
            assert [child.tag.removeprefix(space) for child in stop] == [
                *("time", "name", "cmt", "desc")
            ]
            assert set(stop.attrib) == {"lat", "lon"}
            assert -90 <= float(stop.get("lat")) <= 90 and -180 <= float(stop.get("lon")) < 180
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stop[0].text)


def test_the_csv_reads_back(patrol_workspace, plan):
    rounds = tasking.rounds_of(patrol_workspace, plan, MONDAY, "U1")
    frame = pd.read_csv(io.BytesIO(tasking.csv(patrol_workspace, rounds)))
    mine = plan.visits[plan.visits["unit"] == "U1"].sort_values("starts")
    assert frame["Hot spot"].tolist() == mine["hotspot_id"].tolist()
    assert set(frame["Unit"]) == {"U1"}


def test_corners_are_where_named_streets_meet():
    lines = gpd.GeoDataFrame(
        {"name": ["High Street", "Mill Lane", "Far Road", None]},
        geometry=[
            shapely.LineString([(0, 50), (200, 50)]),
            shapely.LineString([(60, 0), (60, 90)]),
            shapely.LineString([(0, 500), (200, 500)]),
            shapely.LineString([(0, 20), (200, 20)]),
        ],
        crs="EPSG:27700",
    )
    corners, names = streets_at(lines, shapely.box(0, 0, 100, 100))
    assert {frozenset(pair) for pair in corners} == {frozenset({"High Street", "Mill Lane"})}
    assert set(names) == {"High Street", "Mill Lane"}


def test_an_officer_sees_only_the_own_unit(patrol_workspace, acting, plan):
    assert tasking.rounds_in_force(patrol_workspace, OFFICER, MONDAY, MONDAY) == []
    with pytest.raises(InputError, match="no sheet"):
        tasking.sheet_in_force(patrol_workspace, OFFICER, MONDAY)
    link(patrol_workspace, acting, "pc", "U2")
    seen = tasking.rounds_in_force(patrol_workspace, OFFICER, MONDAY, MONDAY)
    assert {one.unit for one in seen} == {"U2"}
    assert tasking.rounds_in_force(patrol_workspace, OFFICER, MONDAY, MONDAY, "U1") == []
    everyone = tasking.rounds_in_force(patrol_workspace, INSPECTOR, MONDAY, MONDAY)
    assert {one.unit for one in everyone} == set(plan.visits["unit"])
    assert tasking.sheet_in_force(patrol_workspace, OFFICER, MONDAY).startswith(b"%PDF")


def test_an_officer_moved_for_a_day_sees_that_units_round_on_that_day(
    patrol_workspace, acting, plan
):
    tuesday = MONDAY + timedelta(days=1)
    both = tasking.save_plan(
        patrol_workspace, acting, QUICK.model_copy(update={"to_date": tuesday})
    )
    assert set(both.visits["unit"]) >= {"U1", "U2"}
    link(patrol_workspace, acting, "pc", "U2")
    with patrol_workspace.write(acting, "alter", "roster", "x") as transaction:
        transaction.execute("UPDATE roster SET officer = NULL")
        transaction.execute(
            "UPDATE roster SET officer = 'o' WHERE day = ? AND unit = 'U1'", [MONDAY]
        )
    seen = tasking.rounds_in_force(patrol_workspace, OFFICER, MONDAY, tuesday)
    assert {(one.day, one.unit) for one in seen} == {(MONDAY, "U1"), (tuesday, "U2")}
    assert tasking.sheet_in_force(patrol_workspace, OFFICER, MONDAY, "U1").startswith(b"%PDF")


def test_tonights_round_in_force_sets_out_from_the_base(patrol_workspace, acting, monkeypatch):
    monkeypatch.setattr(type(patrol_workspace), "today", lambda _: MONDAY)
    units = [tasking.TonightUnit(name="U1", mode="foot", starts=time(18), until=time(22))]
    units.append(units[0].model_copy(update={"name": "Guest"}))
    plan = tasking.tonight(patrol_workspace, acting, units, settings=QUICK)
    tasking.issue_plan(patrol_workspace, acting, plan)
    found = tasking.rounds_in_force(patrol_workspace, INSPECTOR, MONDAY, MONDAY)
    bases = {one.unit: one.base for one in found if one.shift == "Tonight"}
    assert bases == {"U1": "Base", "Guest": ""}
    assert tasking.sheet_in_force(patrol_workspace, INSPECTOR, MONDAY).startswith(b"%PDF")


def test_control_days_are_shown_one_shift_ahead(patrol_workspace, acting, monkeypatch):
    days = [MONDAY + timedelta(days=number) for number in range(3)]
    rows = pd.DataFrame({"day": days, "place_id": "H03", "is_treatment": False})
    with patrol_workspace.write(acting, "collect", "load", "a") as transaction:
        transaction.insert("assignment", rows)
    monkeypatch.setattr(type(patrol_workspace), "today", lambda _: MONDAY)

    def seen(user: User, day: date) -> list[str]:
        return tasking.control_places(patrol_workspace, user, day)

    assert [seen(INSPECTOR, day) for day in days] == [["H03"], ["H03"], []]
    assert [seen(EVALUATOR, day) for day in days] == [["H03"]] * 3

    chosen = {"from": MONDAY, "to": days[-1], "seed": 3, "iterations": 60}
    tasking.save_plan(patrol_workspace, acting, TaskingSettings.model_validate(chosen))

    def printed(user: User, day: date) -> str:
        return "".join(pages_of(tasking.sheet_in_force(patrol_workspace, user, day)))

    for day in days[:2]:
        text = printed(INSPECTOR, day)
        assert squeezed("Do not patrol or stop at these places; answer calls only: Place 3") in text
        assert text.count("Place3") == text.count("Controlday.") > 0, "named, and not visited"
    early = printed(INSPECTOR, days[2])
    assert "Place3" not in early and "Controlday." not in early
    assert squeezed("places on their control day are told from the day before") in early
    told = printed(EVALUATOR, days[2])
    assert "Place3" in told and "Printedahead" not in told
