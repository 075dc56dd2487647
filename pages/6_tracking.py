"""Step 6. Was the patrol delivered where it was needed?"""

import streamlit as st

from analytics import tracking
from components import access, exports, people_tabs, planned_tab, replay_tab, settings, steps
from components import dosage as views

user = access.require_role(*access.roles_that_see("tracking"))
workspace = steps.header("tracking", user)

if not tracking.has_gps(workspace):
    steps.nothing_yet("There are no GPS fixes yet.", "pages/2_technology.py", "Load patrol GPS")
kinds = tracking.place_kinds(workspace)
if not tracking.has_list(workspace) and not kinds:
    steps.nothing_yet(
        "No hot spot list has been signed off, so there is no place to judge.",
        "pages/3_targeting.py",
        "Choose hot spots",
    )

PERIODS = {
    "Latest day": (1, 0),
    "Day before": (1, 1),
    "7 days": (7, 0),
    "28 days": (28, 0),
    "All GPS": None,
    "Dates": (),
}
FIELDS = ["from", "to", "dwell_minutes", "gap_minutes", "buffer_m"]
RARE = ["places", "place_kind", "vehicle_speed_kmh", "accuracy_max_m", "impossible_speed_kmh"]
RARE += ["exclusion_radius_m", "project_only"]


def choose() -> tracking.TrackingSettings:
    """The panel of controls: period first, then what makes a visit."""
    chosen = st.segmented_control(
        "Period, up to the latest GPS",
        list(PERIODS),
        default="7 days" if "inspector" in user.roles else "28 days",
        required=True,
        key="period",
    )
    held = PERIODS[chosen]
    first, last = tracking.latest_days(workspace, *held) if held else (None, None)
    fixed = {} if held == () else {"from": first, "to": last}
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
main, side = st.columns([3, 2], gap="medium")
with side:
    choices = choose()
with top, steps.action(), st.spinner("Reading GPS ..."):
    dosage = tracking.preview_dosage(workspace, user, choices)
    heat = tracking.heat(workspace, user, choices)
    alerts = tracking.unvisited(workspace, dosage)
    told = (
        f" {alerts.sentence()}"
        if len(alerts.places) and dosage.settings.places == "hotspots"
        else ""
    )
    steps.answer(tracking.answer(dosage) + told)
with main:
    views.draw_map(dosage, heat)

DRAWINGS = {
    "Hot spots": lambda: views.draw_places(dosage),
    "Planned against delivered": lambda: planned_tab.draw(workspace, user, dosage),
    "Days": lambda: views.draw_days(dosage),
    "Hours": lambda: views.draw_hours(workspace, user, dosage),
    "Teams": lambda: views.draw_teams(workspace, user, dosage),
    **people_tabs.drawings(workspace, user, dosage),
    "Data quality": lambda: views.draw_quality(workspace, user, dosage),
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
