"""Third screen: how dates and times are read, with examples and the hour profile as evidence."""

import pandas as pd
import streamlit as st

from analytics import technology
from components import charts, steps, tables
from components.loading import track
from components.loading.track import Flow

ORDERS = {"day_first": "The day", "month_first": "The month"}
_PRECISIONS = {
    "month": "The dates name the month only, so days and hours cannot be analysed.",
    "day": "The dates have no time of day, so hours cannot be analysed.",
    "minute": "The dates have a time of day.",
}


def draw(flow: Flow) -> None:
    """Show dates as they are read; ask for the order and the time zone where they are open."""
    dates = track.evidence(flow).dates
    st.subheader("Are the dates and times read right?", anchor=False)
    columns = " and ".join(dates.column)
    spans = f" {dates.spans:,} rows also say when it ended." if dates.spans else ""
    st.markdown(f"From **{columns}**. {_PRECISIONS.get(dates.precision or '', '')}{spans}")
    options = dict(flow.columns)
    order = _order(flow, dates)
    if order and dates.order is None:
        options["date_order"] = order
    _examples(dates, order)
    zone = _zone(flow, dates)
    if zone:
        options["timezone"] = zone
    track.change(flow, options)
    is_decided = not (dates.has_open_order and not order) and not (dates.zoned and not zone)
    track.actions(flow, "dates", can_go_on=is_decided)


def _order(flow: Flow, dates: technology.DateEvidence) -> str | None:
    total, day_first, month_first = dates.orders
    if not total:
        return None
    if dates.order is not None:
        proof = day_first if dates.order == "day_first" else month_first
        st.markdown(
            f"**{ORDERS[dates.order]} comes first**: {proof:,} of {total:,} dates such as "
            f"{dates.examples['text'].iloc[0]} can be read in no other way."
        )
        return dates.order
    if day_first or month_first:
        st.warning(
            f"The dates contradict each other: {day_first:,} of {total:,} can only have the day "
            f"first, {month_first:,} only the month. What does not fit is kept aside."
        )
    else:
        st.warning(
            f"Not one of {total:,} dates proves an order: each can be read with the day or the "
            "month first."
        )
    given = flow.columns.get("date_order")
    return st.radio(
        "What comes first in the file's dates?",
        list(ORDERS),
        index=list(ORDERS).index(given) if given else None,
        format_func=ORDERS.__getitem__,
        horizontal=True,
        key=f"{flow.key}-order",
    )


def _examples(dates: technology.DateEvidence, order: str | None) -> None:
    shown = pd.DataFrame({"text": dates.examples["text"]})
    is_open = dates.has_open_order and order is None
    for name in ORDERS if is_open else [order or dates.order or "day_first"]:
        shown[name] = [
            _moment(value, precision)
            for value, precision in zip(
                dates.examples[name], dates.examples["precision"], strict=True
            )
        ]
    titles = {"day_first": "Day first", "month_first": "Month first"} if is_open else {}
    columns = {"text": tables.text("As written")} | {
        name: tables.text(titles.get(name, "As read")) for name in shown.columns[1:]
    }
    tables.show(shown, columns, key="date-examples", alt="Dates as written and as they are read")


def _moment(value: pd.Timestamp, precision: str) -> str:
    if pd.isna(value):
        return "impossible"
    if precision == "month":
        return f"{value:%b %Y}"
    day = f"{value.day} {value:%b %Y}"
    return day if precision == "day" else f"{day}, {value:%H:%M}"


def _zone(flow: Flow, dates: technology.DateEvidence) -> str | None:
    local = flow.workspace.timezone.key
    zone = flow.columns.get("timezone")
    if dates.zoned:
        names = {local: "As local time, as written", "UTC": f"As UTC, converted to {local}"}
        marked = steps.counted(dates.zoned, "time")
        st.warning(
            f"A zone mark (Z or an offset) stands on {marked}. Such marks are often wrong. Does "
            "the profile look right as local time? Robberies with a peak at 05:00 would be odd."
        )
        zone = st.radio(
            "How are the times to be read?",
            list(names),
            index=list(names).index(zone) if zone in names else None,
            format_func=names.__getitem__,
            key=f"{flow.key}-zone",
        )
    if dates.hours:
        is_utc = zone == "UTC"
        _profile(dates.hours_from_utc if is_utc else dates.hours, is_utc, local)
    return zone


def _profile(hours: list[int], is_utc: bool, local: str) -> None:
    frame = pd.DataFrame({"hour": [f"{hour:02d}:00" for hour in range(24)], "rows": hours})
    most, least = frame.loc[frame["rows"].idxmax()], frame.loc[frame["rows"].idxmin()]
    how = f"converted from UTC to {local}" if is_utc else "as written"
    charts.bars(
        frame,
        label="hour",
        values=["rows"],
        title=f"Hours of the file's times, {how}",
        unit="rows in the hour",
        key="load-hours",
        horizontal=False,
        conclusion=f"Most rows ({most['rows']:,}) fall in the hour from {most['hour']}, fewest "
        f"({least['rows']:,}) in that from {least['hour']}. Where the quietest hours are not "
        "those before dawn, the zone may be wrong; a spike at 00:00 often stands for unknown.",
    )
