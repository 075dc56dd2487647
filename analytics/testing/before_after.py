"""Before and after in treated places against comparison places: from events to estimates."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.testing.differences import Difference, weighted_displacement_difference
from analytics.testing.places import PARTS, Places
from analytics.testing.power import minimum_detectable_rate_ratio
from analytics.testing.quotients import weighted_displacement_quotient
from analytics.testing.ratios import relative_incident_rate_ratio
from analytics.testing.resampling import harm_difference
from analytics.testing.result import Estimate
from analytics.testing.settings import TestingSettings
from analytics.testing.windows import Windows

FEW_PLACES = 8


@dataclass(frozen=True)
class Comparison:
    """Counts of the four parts before and after, by place, and what follows from them.

    `by_place` has one row per part and place: part, place, before, after, and harm_before,
    harm_after (harm days, NaN where harm is not measurable).
    """

    by_place: pd.DataFrame
    before_weight: float
    dispersion: float

    def pair(self, part: str) -> tuple[int, int]:
        """Return the counts before and after of one part."""
        rows = self.by_place[self.by_place["part"] == part]
        return int(rows["before"].sum()), int(rows["after"].sum())


def count_by_place(places: Places, events: pd.DataFrame, windows: Windows) -> Comparison:
    """Count events (x, y, day, harm) by part, place and window."""
    located = pd.concat([events, places.locate(events["x"], events["y"])], axis=1)
    located = located[located["part"].notna()]
    day = pd.to_datetime(located["day"])
    rows = []
    for part in PARTS:
        members = places.treated if part.startswith("treated") else places.control
        row = pd.DataFrame({"part": part, "place": range(len(members))})
        row["place_id"] = members["place_id"].to_numpy()
        for name, window in (("before", windows.before), ("after", windows.after)):
            chosen = located[
                (located["part"] == part) & day.between(*(pd.Timestamp(d) for d in window))
            ]
            grouped = chosen.groupby("place")
            row[name] = row["place"].map(grouped.size()).fillna(0).astype(int)
            row[f"harm_{name}"] = row["place"].map(grouped["harm"].sum()).fillna(0.0)
        rows.append(row)
    by_place = pd.concat(rows, ignore_index=True)
    return Comparison(by_place, windows.before_weight, change_dispersion(by_place))


def change_dispersion(by_place: pd.DataFrame) -> float:
    """How much more the places' changes vary than Poisson counts would (1: no more).

    Pearson's chi-squared of place by period within each arm, over its degrees of freedom.
    """
    chi_squared, degrees = 0.0, 0
    for part in ("treated", "control"):
        counts = by_place.loc[by_place["part"] == part, ["before", "after"]].to_numpy(dtype=float)
        counts = counts[counts.sum(axis=1) > 0]
        if len(counts) < 2 or (counts.sum(axis=0) == 0).any():
            continue
        expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
        chi_squared += ((counts - expected) ** 2 / expected).sum()
        degrees += len(counts) - 1
    return chi_squared / degrees if degrees else 1.0


def count_estimates(
    comparison: Comparison, has_rings: bool, settings: TestingSettings
) -> list[Estimate]:
    """Return differences, ratios and quotients of the counts, plain and widened."""
    found = _differences(comparison, has_rings, settings, 1.0, "WDD")
    found += _ratios(comparison, has_rings, settings, 1.0, "RIRR")
    if comparison.dispersion > 1:
        phi = comparison.dispersion
        found += _differences(comparison, has_rings, settings, phi, "WDD widened")
        found += _ratios(comparison, has_rings, settings, phi, "RIRR widened")
    return found + (_quotients(comparison, settings) if has_rings else [])


def harm_estimates(
    comparison: Comparison, has_rings: bool, settings: TestingSettings
) -> list[Estimate]:
    """Return differences in harm days with intervals from resampling places."""
    changes = comparison.by_place.assign(
        change=lambda f: f["harm_after"] - f["harm_before"] / comparison.before_weight
    )
    by_part = {part: changes.loc[changes["part"] == part, "change"].to_numpy() for part in PARTS}
    parts = {"local": (by_part["treated"], by_part["control"])}
    if has_rings:
        parts["displacement"] = (by_part["treated_ring"], by_part["control_ring"])
        parts["total"] = (
            by_part["treated"] + by_part["treated_ring"],
            by_part["control"] + by_part["control_ring"],
        )
    found = []
    for part, (treated, control) in parts.items():
        drawn = harm_difference(
            treated,
            control,
            level=settings.level,
            resamples=settings.resamples,
            seed=settings.seed,
        )
        reading = "Interval from resampling places."
        if drawn.low is None:
            reading = "No interval: one arm has a single place, so nothing can be resampled."
        elif min(len(treated), len(control)) < FEW_PLACES:
            reading += " With so few places it is too narrow."
        found.append(
            Estimate(
                "Harm WDD",
                "harm",
                part,
                "harm days",
                drawn.value,
                drawn.low,
                drawn.high,
                drawn.level,
                reading=reading,
            )
        )
    return found


def smallest_detectable(comparison: Comparison, settings: TestingSettings) -> float | None:
    """Return the largest rate ratio below 1 that these counts would show with 80% power."""
    t0, _ = comparison.pair("treated")
    c0, c1 = comparison.pair("control")
    if min(t0, c0, c1) == 0:
        return None
    return minimum_detectable_rate_ratio(
        t0 * c1 / c0,
        further_variance=1 / t0 + 1 / c0 + 1 / c1 - c0 / (t0 * c1),
        dispersion=max(1.0, comparison.dispersion),
        level=settings.level,
    )


def _differences(
    comparison: Comparison,
    has_rings: bool,
    settings: TestingSettings,
    dispersion: float,
    method: str,
) -> list[Estimate]:
    rings = [comparison.pair("control_ring"), comparison.pair("treated_ring")] if has_rings else []
    result = weighted_displacement_difference(
        comparison.pair("control"),
        comparison.pair("treated"),
        *rings,
        time_weights=(comparison.before_weight, 1.0),
        level=settings.level,
        dispersion=dispersion,
    )
    parts = {"local": result.local, "displacement": result.displacement, "total": result.total}
    if not has_rings:
        parts = {"local": result.local}
    return [_difference(method, part, value) for part, value in parts.items()]


def _difference(method: str, part: str, value: Difference) -> Estimate:
    if value.variance == 0:
        return Estimate(method, "count", part, "crimes", None, reading="There are no crimes.")
    return Estimate(
        method,
        "count",
        part,
        "crimes",
        value.value,
        value.low,
        value.high,
        value.level,
        value.p_value,
    )


def _ratios(
    comparison: Comparison,
    has_rings: bool,
    settings: TestingSettings,
    dispersion: float,
    method: str,
) -> list[Estimate]:
    pairs = {"local": ("treated", "control")}
    if has_rings:
        pairs["displacement"] = ("treated_ring", "control_ring")
    found = []
    for part, (treated, control) in pairs.items():
        counts = comparison.pair(treated), comparison.pair(control)
        if min(*counts[0], *counts[1]) == 0:
            reading = "Not measurable: a place or period has no crime at all."
            found.append(Estimate(method, "count", part, "ratio", None, reading=reading))
            continue
        ratio = relative_incident_rate_ratio(*counts, level=settings.level, dispersion=dispersion)
        values = (ratio.value, ratio.low, ratio.high, ratio.level, ratio.p_value)
        found.append(Estimate(method, "count", part, "ratio", *values))
    return found


def _quotients(comparison: Comparison, settings: TestingSettings) -> list[Estimate]:
    weight = comparison.before_weight
    pairs = [
        (before / weight, float(after))
        for before, after in (comparison.pair(p) for p in ("treated", "treated_ring", "control"))
    ]
    found = weighted_displacement_quotient(*pairs)
    rows = [
        ("WDQ", "displacement", "quotient", found.value, found.reading),
        ("Gross effect", "local", "crimes", found.gross_effect, "Positive: crimes fewer."),
        (
            "Net effect",
            "local",
            "per comparison crime",
            found.net_effect,
            "Positive: better than comparison.",
        ),
        ("Total net effect", "total", "crimes", found.total_net_effect, "Positive: prevented."),
    ]
    return [Estimate(m, "count", p, s, value, reading=reading) for m, p, s, value, reading in rows]
