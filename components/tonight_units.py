"""Tonight's units, entered with a thumb: name, foot or car, until when."""

from datetime import datetime, time, timedelta
from typing import Any

import streamlit as st

from analytics import tasking
from analytics.tasking import TonightUnit
from analytics.workspace import Workspace

MODE_NAMES = {"foot": "On foot", "cycle": "Cycle", "car": "Car"}
MODE_WORDS = {"foot": "on foot", "cycle": "by cycle", "car": "by car"}
_HELD = "tonight-units"
_OUT = "tonight-out"


def enter(workspace: Workspace, draft: dict[str, Any]) -> tuple[list[TonightUnit], time | None]:
    """Draw one row of controls per unit; return the units as entered and when the plan begins."""
    if _HELD not in st.session_state:
        known = [TonightUnit.model_validate(unit) for unit in draft.get("units", [])]
        known = known or tasking.units_on_roster(workspace)
        st.session_state[_HELD] = known or [_new_unit(1)]
    known = st.session_state[_HELD]
    bases = ["", *tasking.base_names(workspace)]
    with st.container(border=True, key="tonight-panel"):
        st.subheader("Who is on tonight?", anchor=False)
        since = st.time_input(
            "Plan from",
            value=next_five_minutes(workspace),
            step=300,
            key="tonight-since",
            width=160,
            help="Units still on are planned from this time. Empty: from the start of each shift.",
        )
        entered = [_enter_unit(number, unit, bases) for number, unit in enumerate(known)]
        with st.container(horizontal=True):
            if st.button("Add a unit", icon=":material/add:", key="tonight-add"):
                st.session_state[_HELD] = [*entered, _new_unit(len(entered) + 1)]
                st.rerun()
        out = _left_out([unit.name for unit in entered])
    return [unit for unit in entered if unit.name not in out], since


def _left_out(names: list[str]) -> set[str]:
    """Draw a press for each unit that is not on after all, and return those pressed."""
    if len(names) < 2:
        return set()
    # A name that was changed is no longer among the choices.
    held = [name for name in st.session_state.get(_OUT, []) if name in names]
    st.session_state[_OUT] = held
    chosen = st.pills(
        "Not on after all? Press to leave out", names, selection_mode="multi", key=_OUT
    )
    return set(chosen)


def forget() -> None:
    """Take the rows as they stand in the draft again, not as they were entered."""
    for key in [key for key in st.session_state if str(key).startswith(_ROW_KEYS)]:
        del st.session_state[key]
    st.session_state.pop(_HELD, None)
    st.session_state.pop(_OUT, None)


def next_five_minutes(workspace: Workspace) -> time | None:
    """The local time, rounded up; None in the sample, whose day is not today."""
    if workspace.is_sample:
        return None
    now = datetime.now(workspace.timezone)
    return (now + timedelta(minutes=-now.minute % 5)).time().replace(second=0, microsecond=0)


_ROW_KEYS = ("tonight-name-", "tonight-mode-", "tonight-from-", "tonight-until-", "tonight-base-")


def _enter_unit(number: int, unit: TonightUnit, bases: list[str]) -> TonightUnit:
    columns = st.columns([2, 3, 2, 2, 3])
    name = columns[0].text_input("Unit", unit.name, key=f"tonight-name-{number}")
    with columns[1]:
        mode = st.segmented_control(
            "How",
            list(MODE_NAMES),
            default=unit.mode,
            required=True,
            format_func=MODE_NAMES.get,
            key=f"tonight-mode-{number}",
        )
    starts = columns[2].time_input("From", unit.starts, key=f"tonight-from-{number}")
    until = columns[3].time_input("Until", unit.until, key=f"tonight-until-{number}")
    at = bases.index(unit.base) if unit.base in bases else 0
    base = columns[4].selectbox(
        "Base",
        bases,
        index=at,
        format_func=lambda name: name or "None",
        key=f"tonight-base-{number}",
    )
    return TonightUnit(name=name, mode=mode, starts=starts, until=until, base=base)


def _new_unit(number: int) -> TonightUnit:
    return TonightUnit(name=f"Unit {number}", mode="foot", starts=time(22), until=time(2))
