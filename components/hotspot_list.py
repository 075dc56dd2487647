"""What step 3 shows of a list: its controls, score, ranking, hours, decisions and sign-off."""

from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics import targeting
from analytics.workspace import User, Workspace
from analytics.workspace.drafts import load_draft, save_draft
from components import charts, chosen_place, harm_panel, place_choice, scope_panel, settings, tables

_FORM = "targeting-scope"
_LABELS = {
    "rank_by": {"count": "Crimes", "harm": "Harm"},
    "select_by": {
        "number": "Number of places",
        "share_of_count": "Share of crimes",
        "share_of_harm": "Share of harm",
        "share_of_area": "Share of area",
    },
}
_MOST_PLACES = 300
_SHARES = {"share_of_count": (10, 80), "share_of_harm": (10, 80), "share_of_area": (0.1, 10.0)}


def controls(
    workspace: Workspace, user: User
) -> tuple[targeting.TargetingSettings, DeltaGenerator]:
    """Draw the panel that tunes the list; returns what is chosen and a slot for the score."""
    _suggest_test(workspace, user)
    with st.container(border=True, key="tune"):
        st.subheader("Tune the list", anchor=False)
        fixed = scope_panel.choose(workspace, user) or {"scope": None}
        fixed["harm_table"] = harm_panel.chosen(workspace, user)
        first = _part(
            "by",
            ["rank_by", "select_by"],
            {"select": 1},
            labels=_LABELS,
            notes={"rank_by": targeting.harm_weights(workspace, fixed["harm_table"]).reason},
        )
        so_far = fixed | first.model_dump(include={"rank_by", "select_by"})
        so_far["select"] = _select(workspace, user, first.select_by)
        limits = {"minimum_count": (1, 30, 1), "persistent_years": (0, 3, 1)}
        lengths = _part("size", list(limits), so_far, limits=limits)
        so_far |= lengths.model_dump(include=set(limits))
        so_far = place_choice.controls(workspace, user, so_far)
        slot = st.container()
        offences = {"offences": targeting.offence_choices(workspace)}
        return _part("scope", None, so_far, options=offences), slot


def scope_and_harm(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Draw the tab that defines what counts, and how much."""
    left, right = st.columns(2, gap="large")
    with left:
        scope_panel.draw(workspace, user, result.settings)
    with right:
        harm_panel.draw(workspace, user)


def _part(
    name: str, only: list[str] | None, fixed: dict, **more: Any
) -> targeting.TargetingSettings:
    return settings.form(
        targeting.TargetingSettings,
        key=f"targeting-{name}",
        title="",
        only=only,
        fixed=fixed,
        bordered=False,
        **more,
    )


def set_test(workspace: Workspace, user: User, start: date | None) -> None:
    """Set the first day of the test period in the panel, or with None clear both of its dates."""
    settings.put_dates(workspace, user, _FORM, {"test_from": start, "test_to": None})


def score(result: targeting.HotspotResult) -> None:
    """Draw the two figures that move with the controls: share caught and patrol hours."""
    left, right = st.columns(2)
    caught = result.accuracy
    left.metric(
        "Caught later",
        "–" if caught is None else f"{caught.hit_rate:.1%}",
        "not measurable yet" if caught is None else f"{caught.pei:.0%} of best",
        delta_color="off",
        delta_arrow="off",
        help="Share of the crimes of the test period that fell in these places.",
    )
    chosen = result.settings
    right.metric(
        "Patrol hours a week",
        f"{result.patrol_hours_per_week:,.0f} h",
        f"{len(result.hotspots):,} × {chosen.visit_min:g} min, {chosen.visits_per_day:g} a day",
        delta_color="off",
        delta_arrow="off",
        help="Time on site that the list implies, without travel.",
    )


def curve(result: targeting.HotspotResult) -> None:
    """Draw the concentration curve with the list's length marked, and name the marginal place."""
    along = st.segmented_control(
        "Draw the share against",
        ["Places", "Ground"],
        default="Places",
        required=True,
        key="targeting-curve-along",
    )
    by_harm = result.settings.rank_by == "harm"
    is_street = result.counts.grid.shape == "street"
    ground = "Share of the street length (%)" if is_street else "Share of the area (%)"
    table, more = result.curve, result.marginal.next_share
    whole = (
        "No further place has a crime."
        if more is None
        else (
            f"One more place would add {more:.2%} of the crimes; half of them lie in "
            f"{result.concentration.places_for_half:,} of {result.concentration.places:,} places."
        )
    )
    charts.concentration_curve(
        table["share_of_harm" if by_harm else "share_of_count"],
        key="targeting-curve",
        chosen=len(result.positions),
        along=None if along == "Places" else 100 * table["share_of_area"],
        along_title="Places, highest first" if along == "Places" else ground,
        unit="Share of harm (%)" if by_harm else "Share of crime (%)",
        conclusion=f"{result.marginal.sentence()} {whole}",
    )


def doubts(result: targeting.HotspotResult) -> None:
    """Show what a reader must know before trusting the list."""
    st.markdown("**Read with care**")
    st.caption("\n".join(f"- {sentence}" for sentence in result.warnings))


def ranking(result: targeting.HotspotResult, places: gpd.GeoDataFrame) -> None:
    """Show the ranked places, as computed or as edited, of which one may be chosen."""
    ids, chosen = places["hotspot_id"].tolist(), chosen_place.held(places)
    frame = pd.DataFrame(places.drop(columns=["geometry", "cells"]))
    for share in ("share_of_count", "worst_event_share"):
        frame[share] = 100 * frame[share].astype(float)
    if "length_m" in frame:
        frame["length_m"] = frame["length_m"].round()
    columns = {
        "rank": tables.number("Rank"),
        "name": tables.text("Place", why="Nearest street, or the commonest location text."),
        "hours": tables.text("Hours", why="Day, night, or all hours: when it is a hot spot."),
        "decision": tables.text("To decide", why="Records heap here: see the tab of that name."),
        "count": tables.number("Crimes"),
        "share_of_count": tables.number(
            "Share", digits=2, unit="%", why="Of the crimes of the ranking period."
        ),
        "test_count": tables.number("Later crimes", why="Crimes of the test period."),
        "harm": tables.number("Harm", unit="days"),
        "worst_event_share": tables.number(
            "Worst event",
            digits=1,
            unit="%",
            why="Share of the place's harm that its worst event gives.",
        ),
        "class": tables.text(
            "Pattern",
            why="Over the months of the ranking period; empty where fewer than three crimes a month "
            "are too few to tell.",
        ),
        "per_hectare": tables.number("Per ha", digits=1, why="Crimes per hectare of the place."),
        "per_100_m": tables.number("Per 100 m", digits=1, why="Crimes per 100 m of street."),
        "length_m": tables.number("Length", unit="m"),
    }
    if result.counts.grid.shape == "street":
        del columns["per_hectare"]
    if (frame["hours"] == "all").all():
        del columns["hours"]
    if result.counts.harm is None:
        del columns["harm"], columns["worst_event_share"]
    if result.accuracy is None:
        del columns["test_count"]
    if frame["class"].isna().all():
        del columns["class"]
    if not frame["decision"].fillna("").any():
        del columns["decision"]
    tables.show(
        frame,
        columns,
        # A browser keeps the headings of the columns it first saw under a key.
        key=f"{chosen_place.table_key()}-{result.counts.grid.shape}",
        caption=result.marginal.sentence(),
        alt="The hot spots in order of rank.",
        select=True,
        selected=None if chosen is None else ids.index(chosen),
        on_select=lambda row: chosen_place.from_row(ids, row),
    )


def _select(workspace: Workspace, user: User, select_by: str) -> float:
    """Draw the slider of the list's length in the unit chosen, and keep it as a draft."""
    name = f"targeting-select-{select_by}"
    words = {
        "help": targeting.TargetingSettings.model_fields["select"].description,
        "key": name,
    }
    if name not in st.session_state:
        kept = load_draft(workspace, user, name)
        start = {"number": 60, "share_of_area": 1.0}.get(select_by, 25)
        st.session_state[f"{name}.first"] = start if kept is None else kept
    # As default, because a browser may miss a first value that is set in the state.
    words["value"] = st.session_state[f"{name}.first"]
    if select_by == "number":
        entered = st.slider("Number of hot spots", 1, _MOST_PLACES, step=1, **words)
        value = entered
    elif select_by == "share_of_area":
        low, high = _SHARES[select_by]
        entered = st.slider("Share of the area (%)", low, high, step=0.1, format="%.1f", **words)
        value = round(entered / 100, 6)
    else:
        what = "harm" if select_by == "share_of_harm" else "crimes"
        low, high = _SHARES[select_by]
        entered = st.slider(f"Share of the {what} (%)", low, high, step=1, **words)
        value = entered / 100
    if entered != load_draft(workspace, user, name):
        save_draft(workspace, user, name, entered)
    return value


def _suggest_test(workspace: Workspace, user: User) -> None:
    """Begin with the last year held as test period, until the person chooses otherwise."""
    name = f"settings:{_FORM}"
    if name in st.session_state or load_draft(workspace, user, name) is not None:
        return
    start = targeting.suggested_test_from(workspace)
    if start is not None:
        st.session_state[name] = {"test_from": start.isoformat()}
