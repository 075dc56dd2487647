"""Fourth screen: in which CRS the coordinates are, with a map of where they would fall."""

import pandas as pd
import streamlit as st

from analytics import technology
from components import maps, tables
from components.loading import track
from components.loading.track import Flow

OTHER = "Another CRS"
POINTS_DRAWN = 600
ROWS_SHOWN = 5


def draw(flow: Flow) -> None:
    """Show where the points fall in each CRS that fits, and ask which one it is."""
    st.subheader("Do the points fall where they should?", anchor=False)
    if flow.is_shape:
        _of_shapes(flow)
        return
    places = track.evidence(flow).places
    names = dict(zip(places.columns, ("across", "up"), strict=False))
    st.markdown(f"From **{' and '.join(names)}**. {_counted(places)}")
    crs, is_swapped = _chosen(flow, places)
    if crs:
        options = flow.columns | {"crs": crs}
        if not is_swapped:
            track.change(flow, options)
        _evidence(flow, places, crs, is_swapped)
    if crs and is_swapped:
        if st.button("Swap the two columns", type="primary", key="load-swap"):
            track.change(flow, options | {"x": flow.columns["y"], "y": flow.columns["x"]})
            track.confirm(flow, "places")
        return
    track.actions(flow, "places", can_go_on=bool(crs))


def _counted(places: technology.PlaceEvidence) -> str:
    parts = [f"{places.rows:,} rows"]
    if places.blank:
        parts.append(f"{places.blank:,} without a place")
    if places.withheld:
        parts.append(f"{places.withheld:,} at (0, 0), which stands for a withheld place")
    return f"{', '.join(parts)}."


def _chosen(flow: Flow, places: technology.PlaceEvidence) -> tuple[str, bool]:
    """Ask for the CRS: one that fits where the force is, or any other by name or number."""
    found = {(each.crs, each.is_swapped): each for each in places.candidates}
    held = (flow.columns.get("crs"), False)
    options = [*found, OTHER]
    index = options.index(held) if held in found else (len(found) if held[0] else None)
    if index is None and len(found) == 1:
        index = 0
    if not found:
        st.warning(
            "The numbers alone do not name their CRS, and no boundary is loaded to try them "
            "against. The system that made the file, or its map, says which one it uses."
        )
        index = len(found)
    elif len(found) > 1 and index is None:
        st.warning(f"{len(found)} ways of reading fit. The map shows each.")
    picked = st.radio(
        "What are the coordinates?",
        options,
        index=index,
        format_func=lambda option: _named(found, option),
        key=f"{flow.key}-crs",
    )
    if picked is None:
        return "", False
    return (_other(flow), False) if picked == OTHER else picked


def _named(found: dict, option: tuple[str, bool] | str) -> str:
    if option == OTHER:
        return OTHER
    each = found[option]
    swapped = ", the two columns swapped" if each.is_swapped else ""
    return f"{each.name} ({each.crs}){swapped}: {each.share:.0%} {each.ground}"


def _other(flow: Flow) -> str:
    named = technology.usual_crss()
    held = flow.columns.get("crs") if flow.columns else flow.crs
    options = list(dict.fromkeys([*([held] if held else []), *named]))
    given = st.selectbox(
        "CRS by name, or type its number such as EPSG:2263",
        options,
        index=0 if held else None,
        format_func=lambda crs: f"{crs}  {named.get(crs, '')}".strip(),
        accept_new_options=True,
        placeholder="UTM zone 10N, New York Long Island ...",
        key=f"{flow.key}-other",
    )
    return (given or "").strip()


def _evidence(flow: Flow, places: technology.PlaceEvidence, crs: str, is_swapped: bool) -> None:
    points = places.points(crs, is_swapped)
    if points.empty:
        st.error(f"{crs} places none of the points on the earth. Choose another CRS.")
        return
    share, ground = track.on_ground(flow, crs, is_swapped)
    inside = f"{round(share * len(points)):,} of {len(points):,}"
    middle = f"longitude {points['lon'].median():.2f}, latitude {points['lat'].median():.2f}"
    if ground:
        st.markdown(f"**{inside} sampled points lie {ground}**, around {middle}.")
    else:
        st.markdown(
            f"**The sampled points lie around {middle}.** No boundary is loaded to compare with."
        )
    shown, far = _in_view(points)
    maps.points(
        shown,
        key="load-map",
        alt=f"{len(shown):,} sampled points; {inside} lie {ground or 'on no known ground'}",
        height=340,
        radius_m=25.0,
    )
    table = pd.DataFrame({"x": places.x[:ROWS_SHOWN], "y": places.y[:ROWS_SHOWN]})
    table = pd.concat([table, points.head(ROWS_SHOWN).reset_index(drop=True)], axis=1)
    digits = 5 if abs(table["x"]).max() <= 180 else 1
    columns = {
        "x": tables.number(places.columns[0], digits=digits),
        "y": tables.number(places.columns[1], digits=digits),
        "lon": tables.number("Longitude", digits=5, unit="°"),
        "lat": tables.number("Latitude", digits=5, unit="°"),
    }
    tables.show(
        table,
        columns,
        key="load-points",
        caption=f"The map shows {len(shown):,} of {places.rows:,} rows, taken at random"
        + (f"; {far:,} lie too far away to be drawn." if far else "."),
        alt="Coordinates as written and as longitude and latitude",
    )


def _in_view(points: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the points to draw and how many lie so far out that they would shrink the map."""
    drawn = points[:POINTS_DRAWN]
    is_near = pd.Series(True, index=drawn.index)
    for name in ("lon", "lat"):
        low, middle, high = drawn[name].quantile([0.02, 0.5, 0.98])
        reach = max(high - low, 0.01) * 1.5
        is_near &= (drawn[name] - middle).abs() <= reach
    return drawn[is_near], int((~is_near).sum())


def _of_shapes(flow: Flow) -> None:
    st.markdown("The file does not name the CRS of its shapes.")
    crs = _other(flow)
    if crs != (flow.crs or ""):
        flow.crs = crs or None
        flow.save()
    track.actions(flow, "places", can_go_on=bool(crs))
