"""The funder's return: one quarter by agency and funding line, what was claimed, files."""

import streamlit as st

from analytics import tracking
from analytics.workspace import User, Workspace
from components import exports, steps, tables

LINE = {"line": tables.text("Agency: funding line")}
TABLES = {
    "Hours": LINE
    | {
        "planned_hours": tables.number("Planned", digits=1, unit="h"),
        "claimed_hours": tables.number("Claimed", digits=1, unit="h"),
        "measured_hours": tables.number("By GPS", digits=1, unit="h"),
        "completeness": tables.bar("GPS held"),
        "reported_hours": tables.number("Self-reported", digits=1, unit="h"),
        "rostered_hours": tables.number("Rostered", digits=1, unit="h"),
    },
    "Visits, activity and cost": LINE
    | {
        "visits": tables.number("Visits (GPS)"),
        "arrests": tables.number("Arrests"),
        "searches": tables.number("Searches"),
        "weapons": tables.number("Weapons"),
        "budget": tables.number("Budget", unit="£"),
        "cost_per_hour": tables.number("Per GPS hour", unit="£"),
    },
}


def draw(workspace: Workspace, user: User, settings: tracking.TrackingSettings) -> None:
    """Choose the quarter; see planned, claimed and measured; enter claims; take the files."""
    quarters = tracking.quarters(workspace)
    if not quarters:
        st.info("There is no roster, GPS or plan of any quarter yet.")
        return
    names = {quarter.title: quarter for quarter in quarters}
    chosen = names[st.selectbox("Financial quarter", list(names), key="quarter", width=320)]
    with steps.action(stop=False), st.spinner("Reading the quarter ..."):
        found = tracking.preview_return(workspace, user, chosen, settings)
        st.markdown(tracking.return_sentence(found))
        rows = found.table.assign(line=found.table["agency"] + ": " + found.table["funding"])
        for key, columns in TABLES.items():
            alt = f"Return by agency and funding line: {key}"
            tables.show(rows, columns, key=f"return-{key}", alt=alt)
        for note in found.notes:
            st.caption(f":material/info: {note}")
        if user.may("claim"):
            _enter(workspace, user, found)
        _offer(workspace, user, found)
        steps.method(
            title="How the return was computed",
            definition=(
                "Measured hours: visits in hot spots by GPS that are no drive-through, summed over "
                "the units of a line. Completeness: rostered unit-days with GPS over all of them. "
                "Planned: visits of the plans in force. Self-reported: check-ins, never added to "
                "GPS. Arrests, searches and weapons: activity in hot spots by rostered units."
            ),
            period=chosen.title,
            unit="unit-hours; pounds",
            run_id=found.run_id,
            source="roster, plans, GPS, check-ins, activity; claims and budgets as entered",
        )


def _enter(workspace: Workspace, user: User, found: tracking.FundersReturn) -> None:
    lines = list(zip(found.table["agency"], found.table["funding"], strict=True))
    folded = st.expander("Enter hours claimed and budget", icon=":material/edit:")
    with folded, st.form("claim", border=False):
        line = st.selectbox(
            "Agency and funding line", lines, format_func=lambda pair: " · ".join(pair)
        )
        left, right = st.columns(2)
        hours = left.number_input("Hours claimed", min_value=0.0, value=None, step=1.0)
        pounds = right.number_input("Budget (£)", min_value=0.0, value=None, step=100.0)
        if st.form_submit_button("Save", type="primary"):
            if hours is not None:
                tracking.save_claim(workspace, user, found.quarter.key, *line, hours)
            if pounds is not None:
                tracking.save_budget(workspace, user, found.quarter.key, *line, pounds)
            st.rerun()


def _offer(workspace: Workspace, user: User, found: tracking.FundersReturn) -> None:
    """Files by a saved template; a template is saved from the columns chosen."""
    saved = tracking.templates(workspace)
    name = st.selectbox("Template of the Excel file", ["Every column", *saved], key="template")
    if user.may("claim"):
        with st.expander("Save a template"), st.form("save-template", border=False):
            title = st.text_input("Name of the template")
            labels = tracking.RETURN_COLUMNS
            picked = st.multiselect("Columns", list(labels), list(labels), format_func=labels.get)
            agencies = st.multiselect("Agencies (none: all)", sorted(set(found.table["agency"])))
            if st.form_submit_button("Save template"):
                columns = {column: labels[column] for column in picked}
                tracking.save_template(workspace, user, title, columns, agencies)
                st.rerun()
    with st.container(horizontal=True):
        exports.offer(
            "Excel",
            lambda: tracking.return_workbook(workspace, user, found, saved.get(name)),
            f"return_{found.quarter.key.replace(' ', '_')}.xlsx",
            user,
            "return",
            found.quarter.key,
            key="return-excel",
        )
        exports.offer(
            "One page for the lead (PDF)",
            lambda: tracking.return_report(workspace, user, found),
            f"return_{found.quarter.key.replace(' ', '_')}.pdf",
            user,
            "return",
            found.quarter.key,
            key="return-pdf",
        )
