"""Step 3, tab When: the days and hours of a list's places."""

import streamlit as st

from analytics import targeting
from analytics.workspace import User, Workspace
from components import charts, steps


def draw(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Show on which weekdays and at which hours the crimes of the places happen."""
    names = {
        row.hotspot_id: f"{row.rank}. {row.name}"
        for row in result.hotspots[["hotspot_id", "rank", "name"]].itertuples()
        if not row.hotspot_id.startswith("place:")
    }
    chosen = st.selectbox(
        "Place", ["all", *names], format_func=lambda key: names.get(key, "All places of the list")
    )
    ids = (
        [chosen] if chosen != "all" else [key for keys in result.hotspots["cells"] for key in keys]
    )
    with steps.action(stop=False):
        profile = targeting.hour_weekday(workspace, user, result.settings, ids)
        peak_day, peak_hour = divmod(int(profile.matrix.argmax()), 24)
        charts.hour_weekday(
            profile.matrix,
            title=f"{profile.events:,} crimes by patrol day and hour",
            unit="crimes",
            first_hour=profile.day_starts_hour,
            key="targeting-hours",
            conclusion=f"Most on {targeting.WEEKDAYS[peak_day]} at {peak_hour:02d}:00 to "
            f"{(peak_hour + 1) % 24:02d}:00. A patrol day begins at "
            f"{profile.day_starts_hour:02d}:00, so the small hours belong to the evening before.",
        )
        for sentence in profile.warnings:
            st.caption(sentence)
