"""The panel of step 6: what counts as a visit."""

import streamlit as st

from analytics import tracking
from analytics.workspace import User, Workspace
from components import settings

FIELDS = ["from", "to", "dwell_minutes", "gap_minutes", "buffer_m"]
RARE = ["places", "place_kind", "vehicle_speed_kmh", "accuracy_max_m", "impossible_speed_kmh"]
RARE += ["exclusion_radius_m", "project_only"]
LIMITS = {
    "dwell_minutes": (1, 60, 1),
    "gap_minutes": (1, 30, 1),
    "buffer_m": (0, 100, 5),
    "vehicle_speed_kmh": (5, 80, 5),
    "accuracy_max_m": (5, 200, 5),
    "exclusion_radius_m": (0, 200, 10),
}


def choose_period(workspace: Workspace, user: User) -> tracking.Period:
    """Draw the period switch; says so where there is no GPS of it, and stops."""
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


def choose(period: tracking.Period, kinds: list[str]) -> tracking.TrackingSettings:
    """Draw the settings of a visit; `kinds` are the kinds of saved places that may be judged."""
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
        limits=LIMITS,
        fixed={} if period.is_chosen else {"from": period.first, "to": period.last},
    )
