"""A crossover trial in the workspace: its assignment, its place-days, its estimates."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from analytics.testing.crossover import Crossover, carry_over_ratio, crossover_rate_ratio
from analytics.testing.outcomes import Selection, read_events, require_days
from analytics.testing.places import place_shapes
from analytics.testing.power import minimum_detectable_rate_ratio
from analytics.testing.ratios import RateRatio
from analytics.testing.resampling import harm_rate_ratio
from analytics.testing.result import Estimate
from analytics.testing.settings import TestingSettings, Window
from analytics.workspace import DEFAULT_PROGRAMME, InputError, Workspace

NO_TRIAL = "No trial is assigned. Load an assignment of treated and control days in step 2."


@dataclass(frozen=True)
class TrialDays:
    """The place-days of a trial: place_id, day, treated, count, harm (days; NaN unknown)."""

    frame: pd.DataFrame
    window: Window
    warnings: tuple[str, ...]

    @property
    def places(self) -> int:
        """Number of places in the trial."""
        return self.frame["place_id"].nunique()

    @property
    def treated_share(self) -> float:
        """Share of the place-days assigned to treatment."""
        return float(self.frame["treated"].mean())

    @property
    def events(self) -> int:
        """Events over both arms together."""
        return int(self.frame["count"].sum())


def assignment(workspace: Workspace, programme_id: str = DEFAULT_PROGRAMME) -> pd.DataFrame:
    """Return the assignment: place_id, day, is_treatment, by place and day.

    Raises InputError when there is none, or a place is assigned both ways on one day.
    """
    frame = workspace.frame(
        "SELECT place_id, day, bool_or(is_treatment) AS is_treatment, "
        "count(DISTINCT is_treatment) AS ways FROM assignment "
        "WHERE programme_id = ? OR programme_id IS NULL GROUP BY ALL ORDER BY place_id, day",
        [programme_id],
    )
    if frame.empty:
        raise InputError(NO_TRIAL)
    twice = frame[frame["ways"] > 1]
    if len(twice):
        place, day = twice.iloc[0][["place_id", "day"]]
        raise InputError(
            f"Place {place} is assigned both ways on {pd.Timestamp(day):%Y-%m-%d}. "
            "Correct the assignment and load it again."
        )
    return frame[["place_id", "day", "is_treatment"]]


def trial_window(frame: pd.DataFrame) -> Window:
    """Return the first and last day of an assignment."""
    days = pd.to_datetime(frame["day"])
    return days.min().date(), days.max().date()


def count_place_days(
    workspace: Workspace,
    settings: TestingSettings,
    selection: Selection,
    harm_of: pd.Series | None = None,
) -> TrialDays:
    """Count events on every assigned place-day, as assigned whatever was delivered.

    `harm_of` gives harm days by offence code. `after` narrows the trial to a part of its days.
    Raises InputError without an assignment or for places without a shape, NotMeasurable where
    crimes have no day.
    """
    assigned = assignment(workspace)
    shapes = place_shapes(workspace, assigned["place_id"].unique().tolist())
    days = pd.to_datetime(assigned["day"])
    if settings.after:
        inside = days.between(*(pd.Timestamp(day) for day in settings.after))
        assigned, days = assigned[inside], days[inside]
        if assigned.empty:
            raise InputError("No day of the trial lies inside 'after'. Choose another period.")
    window = trial_window(assigned)
    notes = [require_days(workspace, window)]
    bounds = tuple(shapely.total_bounds(shapes.geometry.to_numpy()))
    events = read_events(workspace, selection, window, bounds, patrol_days=True)
    events["place_id"] = _first_place(shapes, events)
    events = events[events["place_id"].notna()]
    if uncertain := int(events["is_long_span"].sum()):
        notes.append(
            f"{uncertain:,} of {len(events):,} crimes in the trial's places have a time uncertain "
            "by more than 24 hours and count on the first day they may have happened."
        )
    harm = events["offence_code"].map(harm_of) if harm_of is not None else np.nan
    counted = (
        events.assign(harm=harm, day=pd.to_datetime(events["day"]))
        .groupby(["place_id", "day"])
        .agg(count=("x", "size"), harm=("harm", "sum"))
    )
    keys = pd.MultiIndex.from_arrays([assigned["place_id"], days])
    counted = counted.reindex(keys)
    frame = pd.DataFrame(
        {
            "place_id": assigned["place_id"].to_numpy(),
            "day": days.to_numpy(),
            "treated": assigned["is_treatment"].to_numpy(dtype=bool),
            "count": counted["count"].fillna(0).to_numpy(dtype=int),
            "harm": counted["harm"].fillna(0.0).to_numpy() if harm_of is not None else np.nan,
        }
    )
    return TrialDays(frame, window, tuple(note for note in notes if note))


def trial_estimates(
    trial: TrialDays, settings: TestingSettings
) -> tuple[list[Estimate], Crossover | None, RateRatio | None]:
    """Return the estimates by assignment, the count model and the carry-over ratio."""
    found = []
    try:
        model = crossover_rate_ratio(
            trial.frame,
            level=settings.level,
            permutations=settings.resamples,
            seed=settings.seed,
        )
    except ValueError as reason:
        found.append(Estimate("Rate ratio", "count", "local", "ratio", None, reading=str(reason)))
        return found + _harm(trial, settings), None, None
    ratio = model.ratio
    found.append(
        Estimate(
            "Rate ratio",
            "count",
            "local",
            "ratio",
            ratio.value,
            ratio.low,
            ratio.high,
            ratio.level,
            ratio.p_value,
            "Treated over control place-days, as assigned; place and weekday held constant.",
        )
    )
    found.append(
        Estimate(
            "Permutation",
            "count",
            "local",
            "ratio",
            ratio.value,
            p_value=model.permutation_p_value,
            reading=f"Allocation drawn again within each {model.permuted_within}.",
        )
    )
    return found + _harm(trial, settings), model, carry_over_ratio(trial.frame)


def smallest_detectable_in_trial(
    trial: TrialDays, settings: TestingSettings, dispersion: float = 1.0
) -> float | None:
    """Return the largest rate ratio below 1 that the events of both arms would show (80% power)."""
    share = trial.treated_share
    if not 0 < share < 1:
        return None
    return minimum_detectable_rate_ratio(
        trial.events * (1 - share),
        share / (1 - share),
        dispersion=max(1.0, dispersion),
        level=settings.level,
    )


def _harm(trial: TrialDays, settings: TestingSettings) -> list[Estimate]:
    frame = trial.frame
    if frame["harm"].isna().all():
        return []
    drawn = harm_rate_ratio(
        frame.loc[frame["treated"], "harm"].to_numpy(),
        frame.loc[~frame["treated"], "harm"].to_numpy(),
        level=settings.level,
        resamples=settings.resamples,
        seed=settings.seed,
    )
    values = (drawn.value, drawn.low, drawn.high, drawn.level)
    reading = "Harm days per place-day; interval from resampling place-days."
    return [Estimate("Harm ratio", "harm", "local", "ratio", *values, reading=reading)]


def _first_place(shapes, events: pd.DataFrame) -> pd.Series:
    """Name the place that holds each event, the first where places overlap, None outside."""
    points = shapely.points(events["x"], events["y"])
    hits = shapely.STRtree(shapes.geometry.to_numpy()).query(points, predicate="intersects")
    first = pd.DataFrame(hits.T, columns=["event", "place"]).groupby("event")["place"].min()
    names = pd.Series(None, index=events.index, dtype=object)
    names.iloc[first.index] = shapes["place_id"].to_numpy()[first.to_numpy()]
    return names
