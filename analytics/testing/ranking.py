"""Regression to the mean in the treated places: the fall to expect by itself, in a sentence."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import shapely

from analytics import targeting
from analytics.geography import Grid, study_area
from analytics.testing.outcomes import Selection, read_events
from analytics.testing.places import Places
from analytics.testing.regression_to_mean import expected_fall
from analytics.testing.settings import Window
from analytics.testing.windows import Windows, days_in, plain_period
from analytics.workspace import Workspace, get_run

SMALLEST_CHANGE = 0.005


@dataclass(frozen=True)
class Regression:
    """What regression to the mean does to a comparison; `is_open` when it inflates the estimate.

    `fall` is the share by which the treated places are expected to fall by themselves, None where
    `before` played no part in picking them.
    """

    sentence: str
    is_open: bool
    fall: float | None = None


def regression_by_itself(
    workspace: Workspace, places: Places, selection: Selection, windows: Windows
) -> Regression:
    """Say what fall regression to the mean alone predicts where `before` overlaps the ranking.

    The rates of all places of that size are estimated from equal cells of the mean area of the
    treated places, over the study area, in the ranking period. Where that period is not recorded
    it is taken to be all crimes held up to the end of `before`.
    """
    first, last = workspace.rows(
        "SELECT min(occurred_from)::DATE, max(occurred_from)::DATE FROM crimes"
    )[0]
    recorded = _ranking_period(workspace, places, (first, last))
    ranked = recorded or (min(first, windows.before[0]), windows.before[1])
    if not _overlap(ranked, windows.before):
        return Regression(
            f"'Before' lies outside the ranking period ({plain_period(ranked)}), so the places "
            "were not picked for it and no regression to the mean is to be expected.",
            is_open=False,
        )
    known = (
        f"The places were ranked on {plain_period(ranked)}, which overlaps 'before'"
        if recorded
        else "When these places were ranked is not recorded; had they been ranked on "
        f"{plain_period(ranked)}"
    )
    fall = _fall(workspace, places, selection, ranked, windows.before)
    if fall is None:
        return Regression(f"{known}; without crimes in 'before' no fall can be worked out.", True)
    change = f"a fall of {fall:.0%}" if fall >= 0 else f"a rise of {-fall:.0%}"
    if abs(fall) < SMALLEST_CHANGE:
        change = "hardly any change"
    text = (
        f"{known}{':' if recorded else ','} regression to the mean alone leads one to expect "
        f"{change} in the treated places without any patrol"
        f"{', and the estimate is inflated by it' if recorded and fall >= SMALLEST_CHANGE else ''}."
    )
    if recorded and _overlap(ranked, windows.after):
        text += " The ranking includes 'after' too, which hides a fall: test on later crimes."
    includes_after = recorded is not None and _overlap(ranked, windows.after)
    return Regression(text, is_open=fall >= SMALLEST_CHANGE or includes_after, fall=fall)


def _fall(
    workspace: Workspace, places: Places, selection: Selection, ranked: Window, before: Window
) -> float | None:
    area = study_area(workspace, "boundary").polygon
    events = read_events(workspace, selection, ranked, tuple(area.bounds))
    # A hexagon of width w across flats has the area w squared times half the root of three.
    grid = Grid("hexagon", float(np.sqrt(places.treated.area.mean() * 2 / np.sqrt(3))))
    inside = shapely.contains_xy(area, events["x"], events["y"])
    q, r = grid.cell_numbers(events["x"].to_numpy()[inside], events["y"].to_numpy()[inside])
    _, held = np.unique(np.column_stack([q, r]), axis=0, return_counts=True)
    cells = max(int(area.area / grid.area_m2), len(held), 2)
    every = np.concatenate([held, np.zeros(cells - len(held))])
    located = places.locate(events["x"], events["y"])
    treated = located["part"].eq("treated")
    numbers = range(len(places.treated))
    chosen = located.loc[treated, "place"].value_counts().reindex(numbers, fill_value=0)
    day = pd.to_datetime(events["day"])
    in_before = int((treated & day.between(*(pd.Timestamp(d) for d in before))).sum())
    shared = max(before[0], ranked[0]), min(before[1], ranked[1])
    if not in_before:
        return None
    return expected_fall(
        every,
        chosen.to_numpy(),
        before_total=in_before,
        before_share=days_in(shared) / days_in(ranked),
    )


def _ranking_period(workspace: Workspace, places: Places, held_days: Window) -> Window | None:
    """Return the days the list in force was ranked on, None for places with another origin."""
    held = targeting.list_in_force(workspace)
    if held is None or not places.are_hotspots:
        return None
    run_id = workspace.value("SELECT run_id FROM lists WHERE list_id = ?", [held.list_id])
    run = get_run(workspace, run_id) if run_id else None
    if run is None:
        return None
    first, last = (run.settings.get(name) for name in ("from", "to"))
    test_from = run.settings.get("test_from")
    end = date.fromisoformat(last) if last else held_days[1]
    if not last and test_from:
        end = min(end, date.fromordinal(date.fromisoformat(test_from).toordinal() - 1))
    return date.fromisoformat(first) if first else held_days[0], end


def _overlap(one: Window, other: Window) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
