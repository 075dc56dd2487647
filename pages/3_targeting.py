"""Step 3. Which places, how many, and how sure are we?"""

import streamlit as st

from analytics import targeting
from components import (
    access,
    hotspot_list,
    list_edits,
    list_in_force,
    maps,
    methods_tab,
    over_time_tab,
    steps,
    sureness_tab,
    when_tab,
)

user = access.require_role("analyst", "inspector", "lead", "evaluator")
workspace = steps.header("targeting", user)

if not targeting.offence_choices(workspace):
    steps.nothing_yet("There are no crimes yet.", "pages/2_technology.py", "Load crimes")

answer = st.container()
picture, panel = st.columns([1.65, 1], gap="medium")

with panel:
    chosen, score = hotspot_list.controls(workspace, user)
    hotspot_list.harm_choices(workspace, user)
with answer, steps.action():
    result = targeting.preview_hotspots(workspace, user, chosen)
    steps.answer(result.answer())

grid, scope = result.counts.grid, result.counts.scope
with score:
    hotspot_list.score(result)
with picture:
    maps.hotspots(
        result.hotspots,
        key="targeting-map",
        alt=f"Map of the {len(result.hotspots)} hot spots; the ranking below lists the same places.",
        value="count" if chosen.rank_by == "count" else "harm",
        value_label="crimes" if chosen.rank_by == "count" else "days of harm",
        background_cells=result.other_cells(5_000),
        cell_width_m=grid.width_m,
        cell_shape=grid.shape,
        height=620,
    )
    st.caption(
        f"{grid.shape.capitalize()}s {grid.width_m:g} m across ({grid.area_m2 / 1e4:.2f} ha). "
        f"{scope.train}, {result.counts.crimes:,} crimes, {result.crs}. Run {result.run_id}."
    )
    hotspot_list.curve(result)
    hotspot_list.doubts(result)

tabs = {
    "Ranking": lambda: hotspot_list.ranking(result),
    "When": lambda: when_tab.draw(workspace, user, result),
    "How sure": lambda: sureness_tab.draw(workspace, user, result),
    "Over time": lambda: over_time_tab.draw(workspace, user, result),
    "Compare methods": lambda: methods_tab.draw(workspace, user, result),
    "Edit the list": lambda: list_edits.draw(workspace, user, result),
}
# A label with a count in it would change with each decision, and the tab would close.
if len(result.heaping):
    tabs["To decide"] = lambda: list_in_force.decisions(workspace, user, result)
for tab, draw in zip(
    st.tabs(list(tabs), on_change="rerun", key="targeting-tabs"), tabs.values(), strict=True
):
    if tab.open:
        with tab, steps.action(stop=False):
            draw()

steps.method(
    definition="Placed crimes of the chosen offences are counted per equal cell of the study area "
    "by arithmetic on their coordinates, ranked (equal values by the cell's row and column), and "
    "cut off where the control says. Shares are of the crimes inside the study area in the "
    "ranking period. Caught: share of the test period's crimes in these places. PAI is that share "
    "over the share of area, PEI over the best possible, RRI the share held before over the share "
    "caught.",
    period=str(scope.train) + (f"; test period {scope.test}" if scope.test else ""),
    unit=f"{grid.shape} {grid.width_m:g} m across, {grid.area_m2:,.0f} m²; study area "
    f"{result.counts.area.area_km2:,.1f} km² ({result.counts.area.kind.replace('_', ' ')})",
    run_id=result.run_id,
    source="crimes, boundary, harm, streets and points as loaded",
    crs=result.crs,
)
list_in_force.sign_off(workspace, user, result)
list_in_force.downloads(workspace, user, result)
