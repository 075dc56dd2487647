"""Stop and search inside hot spots by recorded ethnicity: shares, ratios, what is withheld."""

import streamlit as st

from analytics import tracking
from analytics.workspace import User, Workspace
from components import steps, tables

COLUMNS = {
    "group": tables.text("Recorded ethnicity"),
    "inside": tables.number("Stops inside"),
    "inside_share": tables.bar("Share inside"),
    "elsewhere": tables.number("Stops elsewhere"),
    "elsewhere_share": tables.bar("Share elsewhere"),
    "ratio": tables.number("Odds against elsewhere", digits=2),
    "ratio_low": tables.number("95% from", digits=2),
    "ratio_high": tables.number("to", digits=2),
}
OF_RESIDENTS = {
    "group": tables.text("Recorded ethnicity"),
    "per_1000": tables.number("Stops per 1,000 residents", digits=1),
    "rate_ratio": tables.number("Ratio to White", digits=2),
    "rate_low": tables.number("95% from", digits=2),
    "rate_high": tables.number("to", digits=2),
}


def draw(workspace: Workspace, user: User, dosage: tracking.Dosage) -> None:
    """Stops inside the places of the dosage against stops elsewhere and residents."""
    with steps.action(stop=False):
        found = tracking.preview_stops(workspace, user, dosage)
        st.markdown(tracking.stops_sentence(found))
        tables.show(found.table, COLUMNS, key="stops", alt="Stops by recorded ethnicity")
        st.caption(
            f"{tracking.STOPS_NOTE} A ratio of 1 means: the same mix inside as elsewhere."
            + (
                f" {found.repeats:,} rows repeat another in every column and are counted, because "
                "without record numbers they may be separate stops."
                if found.repeats
                else ""
            )
            + (
                f" {found.without_place:,} stops were loaded without coordinates and are in "
                "neither column."
                if found.without_place
                else ""
            )
        )
        if found.has_population:
            tables.show(
                found.table, OF_RESIDENTS, key="stops-rates", alt="Stops per 1,000 residents"
            )
        st.info(tracking.CAVEAT)
        _enter_residents(workspace, user)
        if st.button("Note as evidence", key="stops-note", icon=":material/fact_check:"):
            tracking.save_stops(workspace, user, found, dosage.run_id)
            st.toast("Noted for T6-12 of the checklist.")
        steps.method(
            title="How the shares were computed",
            definition=(
                "Stops whose coordinates lie in a hot spot, of the patrol days chosen. Ethnicity "
                "as recorded, in five groups of the census and not stated. Shares with Wilson's "
                "95% interval (1927); the ratio is of the odds of a group against White people, "
                "inside over elsewhere, with Woolf's interval (1955); ratios of rates exact. "
                "Coordinates of police.uk are moved to the nearest of a set of points, so that "
                "stops near an edge may be counted on the wrong side."
            ),
            unit="stops",
            run_id=dosage.run_id,
        )


def _enter_residents(workspace: Workspace, user: User) -> None:
    held = tracking.read_population(workspace)
    groups = [group for group in tracking.GROUPS if group != "Not stated"]
    with st.expander("Residents of the hot spots by group (census)"), st.form("residents"):
        cells = st.columns(len(groups))
        numbers = {
            group: int(cell.number_input(group, min_value=0, value=held.get(group, 0), step=100))
            for group, cell in zip(groups, cells, strict=True)
        }
        if st.form_submit_button("Save"):
            tracking.save_population(workspace, user, numbers)
            st.rerun()
