"""Step 6. Was the patrol delivered where it was needed?"""

import streamlit as st

from analytics import tracking
from components import (
    access,
    exports,
    patrol_day,
    people_tabs,
    planned_tab,
    replay_tab,
    steps,
    visit_form,
)
from components import dosage as views

user = access.require_role(*access.roles_that_see("tracking"))
workspace = steps.header("tracking", user)

if not tracking.has_gps(workspace):
    people_tabs.without_gps(workspace, user)
kinds = tracking.place_kinds(workspace)
if not tracking.has_list(workspace) and not kinds:
    steps.nothing_yet(
        "No hot spot list has been signed off, so there is no place to judge.",
        "pages/3_targeting.py",
        "Choose hot spots",
    )

top = st.container()
period = visit_form.choose_period(workspace, user)
main, side = st.columns([3, 2], gap="medium")
with side:
    choices = visit_form.choose(period, kinds)
with top, steps.action(), st.spinner("Reading GPS ..."):
    dosage = tracking.preview_dosage(workspace, user, choices)
    heat = tracking.heat(workspace, user, choices)
    planned = tracking.of_shift(tracking.planned_visits(workspace, user, dosage), period.shift)
    missed = tracking.missed_visits(workspace, user, planned)
    alerts = tracking.unvisited(workspace, dosage)
    told = [tracking.answer(dosage)]
    if len(planned.rows):
        told.append(tracking.misses_sentence(missed, planned))
    steps.answer(" ".join(told))
    if len(alerts.places) and choices.places == "hotspots":
        st.markdown(f":material/notifications: {alerts.sentence()}")
    if period.shift:
        st.caption(f"Planned visits are those of the shift {period.shift}, minutes of its day.")
with main:
    day = patrol_day.choose(dosage)
    one_day = tracking.patrol_day_of(workspace, dosage, day) if day else None
    patrol_day.draw_map(workspace, user, dosage, heat, one_day)

found = views.Found(workspace, user, dosage, planned, missed, one_day)
DRAWINGS = {
    "Week": lambda: views.draw_week(found),
    "Hot spots": lambda: views.draw_places(found),
    "Planned against delivered": lambda: planned_tab.draw(found),
    "Hours": lambda: views.draw_hours(found),
    "Teams": lambda: views.draw_teams(found),
    **people_tabs.drawings(workspace, user, dosage),
    "Data quality": lambda: views.draw_quality(found),
}
if user.may("replay") or user.may("set_policy"):
    DRAWINGS["Replay"] = lambda: replay_tab.draw(workspace, user, dosage)
tabs = st.tabs(list(DRAWINGS), key="tracking-tabs", on_change="rerun")
for tab, draw in zip(tabs, DRAWINGS.values(), strict=True):
    if tab.open:
        with tab:
            draw()
steps.method(**tracking.method(workspace, dosage))
with st.container(horizontal=True):
    if st.button("Save this dosage", type="primary", icon=":material/save:"):
        with steps.action():
            tracking.save_dosage(workspace, user, choices)
            st.success(f"Saved as run {dosage.run_id}.")
    exports.offer(
        "Excel",
        lambda: tracking.workbook(workspace, user, dosage),
        "dosage.xlsx",
        user,
        "dosage",
        dosage.run_id,
        key="tracking-excel",
    )
