"""Step 6. Was the patrol delivered where it was needed?"""

import streamlit as st

from analytics import tracking
from components import access, exports, people_tabs, planned_tab, replay_tab, settings, steps
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

FIELDS = ["from", "to", "dwell_minutes", "gap_minutes", "buffer_m"]
RARE = ["places", "place_kind", "vehicle_speed_kmh", "accuracy_max_m", "impossible_speed_kmh"]
RARE += ["exclusion_radius_m", "project_only"]


def choose_period() -> tracking.Period:
    """The period switch; says so where there is no GPS of it."""
    chosen = st.segmented_control(
        "Period",
        list(tracking.PERIODS),
        default="7 days" if "inspector" in user.roles else "28 days",
        required=True,
        key="period",
        help="This shift and yesterday are today's; the others end with the latest GPS.",
    )
    period = tracking.period_named(workspace, chosen)
    if period.missing:
        st.info(period.missing, icon=":material/gps_off:")
        st.stop()
    return period


def choose(period: tracking.Period) -> tracking.TrackingSettings:
    """The panel of controls: what makes a visit."""
    fixed = {} if period.is_chosen else {"from": period.first, "to": period.last}
    return settings.form(
        tracking.TrackingSettings,
        key="tracking",
        title="What counts as a visit",
        only=[*FIELDS, *RARE],
        options={"place_kind": ["", *kinds]},
        labels={
            "places": {"hotspots": "Hot spot list in force", "saved": "Saved places"},
            "place_kind": {"": "Every kind"},
        },
        limits={
            "dwell_minutes": (1, 60, 1),
            "gap_minutes": (1, 30, 1),
            "buffer_m": (0, 100, 5),
            "vehicle_speed_kmh": (5, 80, 5),
            "accuracy_max_m": (5, 200, 5),
            "exclusion_radius_m": (0, 200, 10),
        },
        fixed=fixed,
    )


top = st.container()
period = choose_period()
main, side = st.columns([3, 2], gap="medium")
with side:
    choices = choose(period)
with top, steps.action(), st.spinner("Reading GPS ..."):
    dosage = tracking.preview_dosage(workspace, user, choices)
    heat = tracking.heat(workspace, user, choices)
    planned = tracking.of_shift(tracking.planned_visits(workspace, user, dosage), period.shift)
    missed = tracking.missed_visits(workspace, user, planned)
    alerts = tracking.unvisited(workspace, dosage)
    steps.answer(f"{tracking.answer(dosage)} {tracking.misses_sentence(missed)}")
    if len(alerts.places) and choices.places == "hotspots":
        st.markdown(f":material/notifications: {alerts.sentence()}")
    if period.shift:
        st.caption(f"Planned visits are those of the shift {period.shift}, minutes of its day.")
with main:
    views.draw_map(dosage, heat)

found = views.Found(workspace, user, dosage, planned, missed)
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
