"""Stop and search in and near hot spots by recorded ethnicity: counts, shares, what was found."""

import pandas as pd
import streamlit as st

from analytics import tracking
from analytics.workspace import User, Workspace
from components import exports, steps, tables

GROUP = {"group": tables.text("Recorded ethnicity")}
PLACED = {
    "inside": tables.number("Inside"),
    "near": tables.number(f"Within {tracking.NEAR_M} m"),
    "elsewhere": tables.number("Elsewhere"),
}
UNPLACED = {"unplaced": tables.number("Not placeable")}
EVERY = {"all": tables.number("All stops")}
SHARES = {
    "inside_share": tables.text("Share inside (95%)"),
    "elsewhere_share": tables.text("Share elsewhere (95%)"),
    "ratio": tables.text("Odds against elsewhere (95%)"),
}
SHARES_OF_ALL = {"all_share": tables.text("Share of all stops (95%)")}
OF_RESIDENTS = {
    "per_1000": tables.number("Stops per 1,000 residents", digits=1),
    "rate_ratio": tables.text("Ratio to White (95%)"),
}


def draw(workspace: Workspace, user: User) -> None:
    """The stops of a quarter by where they were made, by group and by what was found."""
    quarters = tracking.stop_quarters(workspace)
    if not quarters:
        st.info("No stops are held yet. Load the feed Stop and search in step 2.")
        return
    left, right = st.columns(2)
    quarter = left.selectbox(
        "Financial quarter",
        quarters,
        format_func=lambda one: one.title,
        key="stops-quarter",
        help="Whole quarters only: two periods that overlap could be subtracted.",
    )
    basis = right.segmented_control(
        "Ethnicity as",
        list(tracking.ETHNICITY_BASES),
        default="ethnicity",
        required=True,
        format_func=tracking.ETHNICITY_BASES.get,
        key="stops-basis",
        help="Self-defined: the person's own word. Officer-defined: what the officer saw.",
    )
    with steps.action(stop=False):
        found = tracking.preview_stops(workspace, user, quarter, basis)
        st.markdown(tracking.stops_sentence(found))
        _draw_areas(found)
        _draw_found(found)
        st.info(tracking.CAVEAT)
        for remark in found.remarks:
            st.markdown(f":material/info: {remark}")
        if found.has_places:
            _draw_residents(workspace, user, found)
        with st.container(horizontal=True):
            if st.button("Note as evidence", key="stops-note", icon=":material/fact_check:"):
                tracking.save_stops(workspace, user, found)
                st.toast("Noted for T6-12 of the checklist.")
            exports.offer(
                "Excel",
                lambda: tracking.stops_workbook(workspace, user, found),
                f"stops_{quarter.key.replace(' ', '_')}_{basis}.xlsx",
                user,
                "stops",
                quarter.key,
                key="stops-excel",
            )
        _method(found)


def _draw_areas(found: tracking.Stops) -> None:
    basis = tracking.ETHNICITY_BASES[found.basis].lower()
    st.subheader(f"Stops by {basis} ethnicity", anchor=False)
    some = PLACED | (UNPLACED if found.totals["unplaced"] else {})
    counts = GROUP | (some if found.has_places else EVERY)
    tables.show(found.table, counts, key="stops", alt=f"Stops by {basis} ethnicity and area")
    st.caption(f"{tracking.unknown_sentence(found)} {tracking.STOPS_NOTE}")
    shares = SHARES if found.has_places else SHARES_OF_ALL
    rows = _with_intervals(found.table)
    tables.show(rows, GROUP | shares, key="stops-shares", alt=f"Shares by {basis} ethnicity")
    if found.has_places:
        st.caption(
            "Odds against elsewhere: of this group against White people, inside over elsewhere. 1 "
            "means the same mix inside as elsewhere."
        )


def _draw_found(found: tracking.Stops) -> None:
    st.subheader("How often the object was found", anchor=False)
    st.markdown(tracking.found_sentence(found))
    if not found.outcomes["found"] + found.outcomes["not_found"]:
        return
    placed = {"inside": "Inside", "elsewhere": "Elsewhere"}
    areas = placed if found.has_places else {"all": "All"}
    parts = [_found_rows(found.found, area, words) for area, words in areas.items()]
    columns = GROUP | {
        "where": tables.text("Stops"),
        "found": tables.number("Found"),
        "not_found": tables.number("Not found"),
        "rate": tables.text("Share found (95%)"),
    }
    tables.show(
        pd.concat(parts, ignore_index=True),
        columns,
        key="stops-found",
        alt="Stops in which the object of the search was found, by group",
        caption="Of the stops that say so. A lower share in one group is a question about the "
        "grounds, not an answer: groups may be searched for different things, in different places.",
    )


def _found_rows(table: pd.DataFrame, area: str, words: str) -> pd.DataFrame:
    names = {f"{area}_{name}": name for name in ("found", "not_found")}
    rates = _written(table, f"{area}_rate", f"{area}_low", f"{area}_high", ".0%")
    return table[["group", *names]].rename(columns=names).assign(where=words, rate=rates)


def _with_intervals(table: pd.DataFrame) -> pd.DataFrame:
    """Write each share and ratio with its interval in words."""
    texts = {
        f"{area}_share": _written(table, f"{area}_share", f"{area}_low", f"{area}_high", ".1%")
        for area in ("inside", "elsewhere", "all")
    }
    ratio = _written(table, "ratio", "ratio_low", "ratio_high", ".2f")
    return table.assign(**texts, ratio=ratio)


def _written(table: pd.DataFrame, value: str, low: str, high: str, form: str) -> list[str]:
    """Write each value with its interval; where it lacks, why."""
    rows = table[[value, low, high]].astype(float).itertuples(index=False)
    return [
        word if pd.isna(row[0]) else f"{row[0]:{form}} ({row[1]:{form}} to {row[2]:{form}})"
        for row, word in zip(rows, tracking.missing_word(table, value), strict=True)
    ]


def _draw_residents(workspace: Workspace, user: User, found: tracking.Stops) -> None:
    held = tracking.read_population(workspace)
    if found.has_population:
        st.subheader("Stops inside per 1,000 residents", anchor=False)
        tables.show(
            _per_resident(found.table),
            GROUP | OF_RESIDENTS,
            key="stops-rates",
            alt="Stops per 1,000 residents",
        )
        st.caption("Of this quarter. Residents are not those who were there to be stopped.")
    groups = [group for group in tracking.GROUPS if group != tracking.UNKNOWN]
    with st.expander("Residents of the hot spots by group (census)"), st.form("residents"):
        cells = st.columns(len(groups))
        numbers = {
            group: int(cell.number_input(group, min_value=0, value=held.get(group, 0), step=100))
            for group, cell in zip(groups, cells, strict=True)
        }
        if st.form_submit_button("Save"):
            tracking.save_population(workspace, user, numbers)
            st.rerun()


def _per_resident(table: pd.DataFrame) -> pd.DataFrame:
    """Return the groups with a rate per resident, its ratio to the reference group in words."""
    ratio = _written(table, "rate_ratio", "rate_low", "rate_high", ".2f")
    return table.assign(rate_ratio=ratio).dropna(subset=["per_1000"])


def _method(found: tracking.Stops) -> None:
    steps.method(
        title="How the stops were counted",
        definition=(
            "A stop is inside where its coordinates lie in a place of the hot spot list in force "
            f"on its day, near where they lie within {tracking.NEAR_M} m of one (a convention), "
            "else elsewhere; without coordinates it is not placeable. Coordinates of police.uk are "
            "moved to the nearest of a set of points, so stops near an edge may stand on the wrong "
            "side. Ethnicity in the five groups of the census and not stated. Shares with Wilson's "
            "95% interval (1927); odds ratios with Woolf's (1955); ratios of rates exact; none is "
            "corrected for looking at several groups. The object counts as found where the outcome "
            "is linked to the object of the search."
        ),
        period=found.quarter.title,
        unit="stops",
        source=found.source,
    )
