"""The guided flow of a load: files, what was recognised, what will be kept aside, confirm."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from analytics import technology
from analytics.workspace import FEEDS, User, Workspace
from components import exports, steps, tables, uploads

JOB_BYTES = 20_000_000
"""Larger loads take more than some five seconds and become jobs."""
NOT_USED = "(not in the file)"
NEEDED_FIRST = ("crimes", "boundary", "streets")
"""What step 3 needs, and what makes its map and its shares of area good."""
ORDERS = {"By the dates themselves": None, "Day first": "day_first", "Month first": "month_first"}


def choose(held: pd.DataFrame) -> tuple[str, list[Path]]:
    """First screen: the feed and its files; begins with what `held` (the register) lacks most."""
    loaded = set(held.loc[held["loads"] > 0, "feed"])
    suggested = next((feed for feed in NEEDED_FIRST if feed not in loaded), NEEDED_FIRST[0])
    feed = st.selectbox(
        "What do you load?",
        FEEDS,
        index=FEEDS.index(suggested),
        format_func=technology.TITLES.__getitem__,
        key="load-feed",
    )
    files = uploads.files(
        "Files: CSV, zip or gz; GeoJSON, GeoPackage, GeoParquet or KML for shapes",
        None,
        key=f"load-files-{feed}",
        help="Several files or a zip of monthly folders are one load. Files above 200 MB go into "
        f"the folder inbox/{feed} of the workspace.",
    )
    return feed, files


def start_again() -> None:
    """Forget the feed chosen, so that the next one needed is suggested."""
    st.session_state.pop("load-feed", None)


def look(workspace: Workspace, user: User, feed: str, files: list[Path]) -> technology.Recognition:
    """Look at the files once per choice of files, not at every rerun of the page."""
    asked = (feed, [str(file) for file in files])
    held = st.session_state.get("technology-look")
    if held is None or held[0] != asked:
        with steps.action(), st.spinner("Looking at the files ..."):
            held = (asked, technology.inspect(workspace, user, feed, files))
        st.session_state["technology-look"] = held
    return held[1]


def recognised(found: technology.Recognition) -> dict[str, Any] | None:
    """Second screen: how the columns were matched, to correct by hand; returns the matching."""
    names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "spaces"}
    if found.feed in technology.SHAPE_FEEDS:
        shapes = steps.counted(found.rows_sampled, "shape")
        st.markdown(f"{shapes} found, in {found.crs or 'no named CRS'}.")
        return None
    layouts = "" if found.layouts == 1 else f" The files have {found.layouts} different layouts."
    known = " These columns are known from a saved recipe." if found.is_recipe else ""
    st.markdown(
        f"{len(found.columns)} columns separated by {names[found.delimiter]} ({found.encoding})."
        f"{layouts}{known} {_dates_and_places(found)}"
    )
    for warning in found.warnings:
        st.info(warning)
    for question in found.questions:
        st.warning(f"To decide: {question}.")
    return _matching_form(found)


def _dates_and_places(found: technology.Recognition) -> str:
    precisions = {
        "month": "Dates name the month only, so days and hours cannot be analysed.",
        "day": "Dates have no time of day.",
        "minute": "Dates have a time of day.",
    }
    orders = {"day_first": " The day comes first.", "month_first": " The month comes first."}
    dates = precisions.get(found.time_precision or "", "") + orders.get(found.date_order or "", "")
    places = f" Coordinates are read as {found.crs}." if found.crs else ""
    return f"{dates}{places}".strip()


def _matching_form(found: technology.Recognition) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    wanted = technology.columns_of(found.feed)
    first = [column for column in wanted if column.is_required or column.name in found.suggestion]
    rest = [column for column in wanted if column not in first]
    left, right = st.columns(2)
    for number, column in enumerate(first):
        with left if number % 2 == 0 else right:
            _field(found, column, chosen)
    with st.expander("More columns and options"):
        left, right = st.columns(2)
        for number, column in enumerate(rest):
            with left if number % 2 == 0 else right:
                _field(found, column, chosen)
        _options(found, chosen)
    return chosen


def _field(found: technology.Recognition, column: Any, chosen: dict[str, Any]) -> None:
    given = found.suggestion.get(column.name)
    names = given if isinstance(given, list) else [given] if given else []
    key = f"match-{found.signature}-{found.feed}-{column.name}"
    if column.kind == "moment":
        picked = st.multiselect(
            f"{column.title}{' *' if column.is_required else ''}",
            found.columns,
            default=names,
            format_func=lambda name: _with_sample(found, name),
            help="One column, or a date and a time column, or year, month, day, hour and minute.",
            key=key,
        )
        if picked:
            chosen[column.name] = picked if len(picked) > 1 else picked[0]
        return
    options = [NOT_USED, *found.columns]
    picked = st.selectbox(
        f"{column.title}{' *' if column.is_required else ''}",
        options,
        index=options.index(names[0]) if names else 0,
        format_func=lambda name: _with_sample(found, name),
        key=key,
    )
    if picked != NOT_USED:
        chosen[column.name] = picked


def _with_sample(found: technology.Recognition, name: str) -> str:
    values = found.samples.get(name, [])
    return f"{name}: {', '.join(values[:2])}"[:80] if values else name


def _options(found: technology.Recognition, chosen: dict[str, Any]) -> None:
    key = f"match-{found.signature}-{found.feed}"
    if any(column.kind == "x" for column in technology.columns_of(found.feed)):
        crs = st.text_input(
            "CRS of the coordinates",
            found.suggestion.get("crs") or "",
            help="EPSG:4326 for longitude and latitude, EPSG:27700 for British eastings.",
            key=f"{key}-crs",
        )
        if crs.strip():
            chosen["crs"] = crs.strip()
    order = st.radio(
        "Order of dates such as 03/04/2026", list(ORDERS), horizontal=True, key=f"{key}-order"
    )
    order = ORDERS[order] or found.suggestion.get("date_order")
    if order:
        chosen["date_order"] = order
    zone = st.text_input(
        "Time zone of the times",
        found.suggestion.get("timezone") or "",
        help="Blank: local time for events, UTC for GPS.",
        key=f"{key}-zone",
    )
    if zone.strip():
        chosen["timezone"] = zone.strip()


def checked(report: technology.LoadReport) -> None:
    """Third screen: what would be stored and what kept aside, before anything is."""
    show_counts(report, "would be stored")
    for warning in report.warnings:
        st.info(warning)


def show_counts(report: technology.LoadReport | dict[str, Any], verb: str) -> None:
    """Show the rows of a load by what became of them, with the reasons."""
    facts = report if isinstance(report, dict) else report.as_json()
    st.markdown(
        f"**{steps.counted(facts['rows_read'], 'row')}** read: **{facts['rows_stored']:,}** {verb}, "
        f"**{facts['rows_quarantined']:,}** kept aside, {facts['rows_already_held']:,} already held."
    )
    if facts["reasons"]:
        reasons = pd.DataFrame(
            [(technology.RULES[rule], count) for rule, count in facts["reasons"].items()],
            columns=["reason", "rows"],
        )
        tables.show(
            reasons,
            {"reason": tables.text("Why kept aside", wide=True), "rows": "Rows"},
            key=f"reasons-{verb}-{facts['load_id']}",
        )


def confirm(
    workspace: Workspace, user: User, feed: str, files: list[Path], matching: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Last screen: load at once or, when it is large, as a job; returns the report when done."""
    arguments = {"feed": feed, "files": [str(file) for file in files], "columns": matching}
    if sum(file.stat().st_size for file in files) > JOB_BYTES:
        key = hashlib.sha256(json.dumps(arguments, sort_keys=True).encode()).hexdigest()[:12]
        return steps.job("load", arguments, user, key=f"load-{key}", label="Load")
    if not st.button("Load", type="primary", icon=":material/upload:"):
        return None
    with steps.action(), st.spinner("Loading ..."):
        return technology.load(workspace, user, feed, files, columns=matching).as_json()


def result(workspace: Workspace, user: User, report: dict[str, Any]) -> bool:
    """Show what a load did; returns True when the user wants to load something else."""
    title = technology.TITLES[report["feed"]]
    st.success(f"{title} loaded in {report['seconds']:.1f} s.", icon=":material/check:")
    show_counts(report, "stored")
    for warning in report["warnings"]:
        st.info(warning)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if report["rows_quarantined"]:
            offer_aside(workspace, user, report["load_id"])
        is_asked = st.button("Load something else", type="primary")
        if user.may("see:targeting") and report["feed"] in (*NEEDED_FIRST, "harm", "points"):
            steps.link("pages/3_targeting.py", "Go on to targeting")
    return is_asked


def offer_aside(workspace: Workspace, user: User, load_id: str) -> None:
    """Offer the rows a load kept aside as a CSV to correct and load again."""
    exports.offer(
        "Rows kept aside",
        lambda: technology.kept_aside(workspace, user, load_id).to_csv(index=False).encode(),
        f"kept-aside-{load_id}.csv",
        user,
        "kept_aside",
        load_id,
        key=f"aside-{load_id}",
        records=True,
    )


def draw_load(workspace: Workspace, user: User, load: pd.Series) -> None:
    """One load of the past: its reasons, the rows kept aside, and the way to undo it."""
    st.markdown(
        f"**{technology.TITLES[load['feed']]}**: {', '.join(json.loads(load['files']))[:300]}"
    )
    facts = {name: int(load[name]) for name in load.index if name.startswith("rows_")}
    facts |= {"reasons": json.loads(load["reasons"]), "load_id": load["load_id"]}
    show_counts(facts, "stored")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if facts["rows_quarantined"] and not load["is_undone"]:
            offer_aside(workspace, user, load["load_id"])
        if not load["is_undone"] and st.button("Undo this load", icon=":material/undo:"):
            with steps.action():
                removed = technology.undo_load(workspace, user, load["load_id"])
                st.success(f"Undone: {removed:,} rows were taken out again.")
