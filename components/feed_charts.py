"""A feed in pictures: rows by month with gaps and provisional months, and devices as they report."""

import plotly.graph_objects as go
import streamlit as st

from analytics import technology
from analytics.workspace import User, Workspace
from components import charts, steps, tables, theme

_PALE = "#A9BEDA"
_COUNTS = "Shortest visit that can be counted: five intervals"
_BOUNDS = "Shortest visit that can be given bounds: two intervals"
_MISSED = "Rostered days since its last fix"


def months(workspace: Workspace, user: User, feed: str) -> None:
    """Rows by month: held, kept aside, missing and provisional, with the table behind it."""
    found = technology.completeness(workspace, user, feed)
    if found is None:
        st.info("This feed has no dates, so completeness by month is not measurable.")
        return
    shown = found.months.assign(label=[f"{month:%b %Y}" for month in found.months["month"]])
    figure = go.Figure()
    parts = {
        "Held": ("rows", ~shown["is_provisional"], theme.BLUE, ""),
        "Held, provisional": ("rows", shown["is_provisional"], _PALE, "/"),
        "Kept aside": ("kept_aside", shown["rows"] >= 0, theme.CATEGORIES[2], ""),
    }
    for name, (column, where, colour, pattern) in parts.items():
        figure.add_bar(
            x=shown["month"],
            y=shown[column].where(where, 0),
            name=name,
            marker={"color": colour, "pattern": {"shape": pattern, "fgcolor": theme.BLUE}},
            hovertemplate="%{x|%b %Y}: %{y:,.0f} rows<extra>" + name + "</extra>",
        )
    for month in found.missing:
        figure.add_annotation(
            x=month, y=0, text="missing", showarrow=False, textangle=-90, yshift=28
        )
    figure.update_layout(barmode="stack", bargap=0.2)
    figure.update_yaxes(title="Rows", rangemode="tozero")
    figure.update_xaxes(title="Month", showgrid=False, hoverformat="%b %Y")
    title = f"{technology.TITLES[feed]} by month, held and kept aside"
    key = f"months-{feed}"
    charts.show(figure, title=title, key=key, conclusion=_conclusion(found))
    with st.expander("The same as a table"):
        tables.show(
            shown.iloc[::-1],
            {
                "label": tables.text("Month"),
                "rows": tables.number("Held", unit="rows"),
                "kept_aside": tables.number("Kept aside", unit="rows"),
                "share_aside": tables.bar("Share kept aside"),
                "is_missing": "Missing",
                "is_provisional": "Provisional",
            },
            key=f"months-table-{feed}",
        )


def _conclusion(found: technology.Completeness) -> str:
    missing = [f"{month:%b %Y}" for month in found.missing]
    text = f"Missing: {', '.join(missing)}." if missing else "No month is missing."
    if found.lag_days is None:
        text += " The recording lag is not measurable; only the month that is not over is hatched."
    else:
        text += (
            f" Hatched months are provisional: 95% of records are in after "
            f"{steps.counted(found.lag_days, 'day')} ({found.lag_from})."
        )
    if found.aside_undated:
        text += f" {found.aside_undated:,} rows kept aside have no usable date here."
    return text


def devices(workspace: Workspace, user: User, feed: str) -> None:
    """How often each device reports, what visit length that supports, and who is silent."""
    found = technology.device_register(workspace, user)
    st.markdown(f"{found.sentence()} {found.coverage.sentence()}")
    columns = {
        "device": tables.text("Device", why="A keyed hash"),
        "unit": tables.text("Unit"),
        "median_s": tables.number("Interval", unit="s", why="Median between two fixes"),
        "p95_s": tables.number("95% below", unit="s", why="95th percentile of the interval"),
        "counts_from_min": tables.number("Counts from", digits=1, unit="min", why=_COUNTS),
        "bounds_from_min": tables.number("Bounds from", digits=1, unit="min", why=_BOUNDS),
        "last_seen": tables.date("Last seen"),
        "is_silent": "Silent",
        "shifts_missed": tables.number("Missed", unit="days", why=_MISSED),
        "kind": tables.text("Reports"),
        "fixes": tables.number("Fixes"),
    }
    if found.devices["unit"].isna().all():
        del columns["unit"]
    tables.show(
        found.devices,
        columns,
        key="devices",
        alt="GPS devices with interval, shortest visit that can be counted, and last fix",
    )
    first, last = (f"{day.day} {day:%b %Y}" for day in (found.first_day, found.last_day))
    st.caption(
        f"Measured from {first} to {last}. A visit is counted where the interval is at most a fifth "
        "of its length, given bounds up to half, and not measurable beyond or by distance "
        "(convention). Silent: rostered since its last fix, or without a roster no fix for more "
        "than 7 days."
    )
