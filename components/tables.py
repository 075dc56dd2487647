"""One way to show a table: named columns, units, thousands separators, plain dates."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

_ROW_HEIGHT = 33


def show(
    frame: pd.DataFrame,
    columns: dict[str, Any] | None = None,
    *,
    key: str,
    caption: str = "",
    height: int | None = None,
    most_rows: int = 12,
    alt: str = "",
    select: bool = False,
    selected: int | None = None,
    on_select: Callable[[int | None], None] | None = None,
) -> int | None:
    """Show a frame; `columns` names and orders what is shown (all columns when absent).

    A value of `columns` is a label, or one of `number`, `percent`, `date`, `moment`, `bar`, `text`
    below, or any st.column_config. With `select=True` one row may be chosen and its position in
    `frame` is returned, None when no row is chosen; `selected` is the row chosen when a key is
    first drawn, and `on_select` is called with each later choice.
    """
    chosen = columns or {name: str(name).replace("_", " ").capitalize() for name in frame.columns}
    shown = frame[[name for name in chosen if name in frame.columns]]
    config = {name: _column(shown[name], chosen[name]) for name in shown.columns}
    extra: dict[str, Any] = _single_row(key, selected, on_select) if select else {}
    tall = height or _ROW_HEIGHT * (min(len(shown), most_rows) + 1) + 2
    event = st.dataframe(
        shown,
        column_config=config,
        hide_index=True,
        height=tall,
        row_height=_ROW_HEIGHT,
        key=key,
        placeholder="–",
        alt=alt or None,
        **extra,
    )
    if caption:
        st.caption(caption)
    if not select or not event.selection.rows:
        return None
    return event.selection.rows[0]


def _single_row(
    key: str, selected: int | None, on_select: Callable[[int | None], None] | None
) -> dict[str, Any]:
    def changed() -> None:
        rows = st.session_state[key].selection.rows
        on_select(rows[0] if rows else None)

    return {
        "selection_mode": "single-row",
        "on_select": "rerun" if on_select is None else changed,
        "selection_default": None if selected is None else {"selection": {"rows": [selected]}},
    }


def pick(
    frame: pd.DataFrame,
    columns: dict[str, Any],
    *,
    key: str,
    alt: str,
    most_rows: int = 10,
    ticked: Sequence[int] = (),
) -> list[int]:
    """Show a frame of which any number of rows may be ticked; returns their positions.

    `ticked` are the rows ticked when a key is first drawn.
    """
    event = st.dataframe(
        frame[[name for name in columns if name in frame.columns]],
        column_config=columns,
        hide_index=True,
        height=_ROW_HEIGHT * (min(len(frame), most_rows) + 1) + 2,
        row_height=_ROW_HEIGHT,
        key=key,
        placeholder="–",
        alt=alt,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": list(ticked)}} if ticked else None,
    )
    return [row for row in event.selection.rows if row < len(frame)]


def number(label: str, *, digits: int = 0, unit: str = "", why: str = "") -> Any:
    """Describe a column of numbers with thousands separators and a unit in its heading."""
    form = "localized" if digits == 0 else f"%,.{digits}f"
    return st.column_config.NumberColumn(_with_unit(label, unit), format=form, help=why or None)


def bar(label: str, *, highest: float = 1.0, unit: str = "", why: str = "") -> Any:
    """Describe a column drawn as bars from 0 to `highest`; shares (0-1) read as percentages."""
    form = "percent" if highest == 1.0 else "localized"
    return st.column_config.ProgressColumn(
        _with_unit(label, unit), min_value=0.0, max_value=highest, format=form, help=why or None
    )


def date(label: str, *, why: str = "") -> Any:
    """Describe a column of dates, shown as 3 Mar 2026."""
    return st.column_config.DateColumn(label, format="D MMM YYYY", help=why or None)


def moment(label: str, *, why: str = "") -> Any:
    """Describe a column of local times, shown as 3 Mar 2026, 21:45."""
    return st.column_config.DatetimeColumn(label, format="D MMM YYYY, HH:mm", help=why or None)


def text(label: str, *, wide: bool = False, why: str = "") -> Any:
    """Describe a column of words."""
    return st.column_config.TextColumn(label, width="large" if wide else None, help=why or None)


def local_moments(column: pd.Series, timezone: Any) -> pd.Series:
    """Turn epoch milliseconds UTC into local times without a zone, ready for `moment`."""
    moments = pd.to_datetime(column, unit="ms", utc=True)
    return moments.dt.tz_convert(timezone).dt.tz_localize(None)


def _with_unit(label: str, unit: str) -> str:
    return f"{label} ({unit})" if unit else label


def _column(values: pd.Series, given: Any) -> Any:
    if not isinstance(given, str):
        return given
    if pd.api.types.is_bool_dtype(values):
        return st.column_config.CheckboxColumn(given)
    if pd.api.types.is_integer_dtype(values):
        return number(given)
    if pd.api.types.is_float_dtype(values):
        return number(given, digits=1)
    if pd.api.types.is_datetime64_any_dtype(values):
        is_day = values.dropna().dt.normalize().eq(values.dropna()).all()
        return date(given) if is_day else moment(given)
    return st.column_config.Column(given)
