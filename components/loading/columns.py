"""Second screen: which of the file's columns hold what is wanted, to be corrected by hand."""

from typing import Any

import streamlit as st

from analytics import technology
from components.loading import track
from components.loading.track import Flow

NOT_USED = "(not in the file)"
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "spaces"}
_COLOURS = dict(zip(technology.SURENESS, ("green", "blue", "orange"), strict=True))


def draw(flow: Flow) -> None:
    """Draw one row per wanted column: the file's column, how sure, why, and sample values."""
    found = track.look(flow)
    st.subheader("Which columns hold what?", anchor=False)
    st.markdown(_summary(flow, found))
    for warning in found.warnings:
        st.info(warning)
    wanted = technology.columns_of(flow.feed)
    first = [column for column in wanted if column.is_required or column.name in found.suggestion]
    chosen: dict[str, Any] = {}
    for column in first:
        _row(flow, found, column, chosen)
    rest = [column for column in wanted if column not in first]
    if rest:
        with st.expander(f"Wanted columns without a match ({len(rest)})"):
            for column in rest:
                _row(flow, found, column, chosen)
    used = {name for value in chosen.values() for name in _listed(value)}
    unused = [name for name in found.columns if name not in used]
    if unused:
        st.caption(f"Not stored, because nothing is matched with them: {', '.join(unused)}.")
    options = {name: flow.columns[name] for name in track.OPTIONS if name in flow.columns}
    if any(chosen.get(axis) != flow.columns.get(axis) for axis in ("x", "y")):
        options.pop("crs", None)
    track.change(flow, chosen | options)
    lacking = track.missing(flow)
    if lacking:
        st.warning(f"Still to match: {', '.join(lacking)}.")
    track.actions(flow, "columns", can_go_on=not lacking)


_SEVERAL = {
    "moment": "One column, or a date and a time column, or year, month, day, hour and minute.",
    "either": "One column, or several: the first that is filled in a row holds.",
}


def _summary(flow: Flow, found: technology.Recognition) -> str:
    layouts = "" if found.layouts == 1 else f" The files have {found.layouts} different layouts."
    known = f" Recognised by recipe **{found.recipe}**." if found.is_recipe else ""
    written = _DELIMITERS.get(found.delimiter, found.delimiter)
    apart = f" separated by {written}" if written else ""
    encoding = f" ({found.encoding})" if found.encoding else ""
    return (
        f"The file has {len(found.columns)} columns{apart}{encoding}.{layouts}{known} "
        f"Check those that are not certain; what is marked * every row of {track.in_words(flow.feed)} needs."
    )


def _row(flow: Flow, found: technology.Recognition, column: Any, chosen: dict[str, Any]) -> None:
    names = _listed((flow.columns or {}).get(column.name))
    label = f"{column.title}{' *' if column.is_required else ''}"
    key = f"{flow.key}-match-{column.name}"
    left, right = st.columns([5, 6], vertical_alignment="bottom")
    with left:
        if column.kind in ("moment", "either"):
            picked = st.multiselect(
                label,
                found.columns,
                default=names,
                help=_SEVERAL[column.kind],
                key=key,
            )
        else:
            options = [NOT_USED, *found.columns]
            one = st.selectbox(
                label, options, index=options.index(names[0]) if names else 0, key=key
            )
            picked = [] if one == NOT_USED else [one]
    with right:
        st.markdown(_judgement(found, column.name, picked))
    if picked:
        chosen[column.name] = picked if len(picked) > 1 else picked[0]


def _judgement(found: technology.Recognition, target: str, picked: list[str]) -> str:
    if not picked:
        return ":gray[No column; left blank.]"
    given = _listed(found.suggestion.get(target))
    word, why = "chosen by hand", ""
    if picked == given:
        word, why = found.sureness.get(target, ""), found.reasons.get(target, "")
    badge = f":{_COLOURS.get(word, 'gray')}-badge[{word}]" if word else ""
    samples = " · ".join(" / ".join(found.samples.get(name, [])[:3]) for name in picked)
    # A sample is text of the file: in code marks it cannot turn into markup.
    shown = f"`{samples[:90].replace('`', ' ')}`" if samples.strip(" ·") else ":gray[blank]"
    return f"{badge} :small[{why}]  \n{shown}"


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value] if value else []
