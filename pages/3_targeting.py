"""Step 3. Which places, how many, and how sure are we?"""

import streamlit as st

from analytics import targeting
from components import (
    access,
    chosen_place,
    hotspot_list,
    list_edits,
    list_in_force,
    maps,
    methods_tab,
    over_time_tab,
    place_choice,
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
with answer, steps.action():
    result = targeting.preview_hotspots(workspace, user, chosen)
    listed = targeting.apply_edits(workspace, user, result)
    steps.answer(result.answer() + listed.answer())

unit, scope = result.counts.unit_text(), result.counts.scope
with score:
    hotspot_list.score(result)
with picture:
    places = chosen_place.of_list(listed)
    maps.hotspots(
        places,
        key=chosen_place.map_key(),
        alt=f"Map of the {len(places)} hot spots; the ranking below lists the same places.",
        value="count" if chosen.rank_by == "count" else "harm",
        value_label="crimes" if chosen.rank_by == "count" else "days of harm",
        ringed=result.marginal.hotspot_id,
        chosen=chosen_place.held(places),
        on_pick=chosen_place.from_map,
        height=620,
        **place_choice.background(result),
    )
    chosen_place.card(user, places)
    st.caption(
        f"{unit.capitalize()}. {scope.train}, {result.counts.crimes:,} crimes, {result.crs}. "
        f"Run {result.run_id}."
    )
    place_choice.comparison(workspace, user, result)
    hotspot_list.curve(result)
    hotspot_list.doubts(result)
    list_in_force.fair_use(workspace, result)

tabs = {
    "Ranking": lambda: hotspot_list.ranking(result, places),
    "When": lambda: when_tab.draw(workspace, user, result),
    "How sure": lambda: sureness_tab.draw(workspace, user, result),
    "Over time": lambda: over_time_tab.draw(workspace, user, result),
    "Compare methods": lambda: methods_tab.draw(workspace, user, result),
    "Scope and harm": lambda: hotspot_list.scope_and_harm(workspace, user, result),
    chosen_place.EDIT: lambda: list_edits.draw(workspace, user, result),
}
# A label with a count in it would change with each decision, and the tab would close.
if len(result.heaping):
    tabs[chosen_place.DECIDE] = lambda: list_in_force.decisions(workspace, user, result)
for tab, draw in zip(
    st.tabs(list(tabs), on_change="rerun", key=chosen_place.TABS), tabs.values(), strict=True
):
    if tab.open:
        with tab, steps.action(stop=False):
            draw()

steps.method(
    definition="Placed crimes of the chosen offences are counted per place: per equal cell by "
    "arithmetic on their coordinates, per street by the nearest one, per polygon by the one they "
    "lie in. Places are ranked (equal values by row and column, or by id) and cut off where the "
    "control says. Shares are of the crimes inside the study area in the "
    "ranking period. Caught: share of the test period's crimes in these places. PAI is that share "
    "over the share of area, PEI over the best possible, RRI the share held before over the share "
    "caught.",
    period=str(scope.train) + (f"; test period {scope.test}" if scope.test else ""),
    unit=f"{unit}; study area "
    f"{result.counts.area.area_km2:,.1f} km² ({result.counts.area.kind.replace('_', ' ')})",
    run_id=result.run_id,
    source="crimes, boundary, harm, streets and points as loaded",
    crs=result.crs,
)
list_in_force.sign_off(workspace, user, listed)
list_in_force.downloads(workspace, user, listed)
