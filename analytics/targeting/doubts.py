"""What a reader of a list must know before trusting it, one sentence each."""

import geopandas as gpd
import pandas as pd

from analytics.targeting.cells import CellCounts
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics.accuracy import Accuracy
from analytics.workspace import Workspace

# Fewer crimes than this and a rank is mostly chance (the common floor of six events).
FEW_CRIMES = 6
MOST_HEAPS = 4
"""Of more places that need a decision the number is told."""
TIES_THAT_MATTER = 0.001

_FLAGS = {
    "is_domestic_excluded": ("is_domestic", "domestic"),
    "is_public_place_only": ("is_public_place", "public-place"),
    "is_proactive_excluded": ("is_proactive", "proactive"),
}


def warnings_about(
    workspace: Workspace,
    settings: TargetingSettings,
    counts: CellCounts,
    places: gpd.GeoDataFrame,
    heaps: pd.DataFrame,
    score: Accuracy | None,
    ties: tuple[float, float] | None,
) -> list[str]:
    """Return the warnings of a list in order: data, area, harm, places, score."""
    return [
        *counts.scope.warnings,
        *counts.details.get("flags", lambda: _unknown_flags(workspace, settings)),
        *counts.area.warnings,
        *_outside(counts),
        *counts.notes,
        *_harm(counts),
        *_length(settings, places),
        *_heaping(heaps),
        *_score(counts, score, ties),
    ]


def _unknown_flags(workspace: Workspace, settings: TargetingSettings) -> list[str]:
    found = []
    for name, (column, word) in _FLAGS.items():
        if not getattr(settings, name):
            continue
        unknown, held = workspace.rows(
            f"SELECT count(*) FILTER (WHERE {column} IS NULL), count(*) FROM crimes"
        )[0]
        if unknown:
            found.append(
                f"{unknown:,} of {held:,} crimes have no {word} flag; they stay in the ranking."
            )
    return found


def _outside(counts: CellCounts) -> list[str]:
    if not counts.is_grid or not (counts.outside or counts.outside_test):
        return []
    test = f" and {counts.outside_test:,} of the test period" if counts.scope.test else ""
    return [
        f"{counts.outside:,} crimes of the ranking period{test} lie outside the study area; they "
        "count in no place and in no share."
    ]


def _harm(counts: CellCounts) -> list[str]:
    if not counts.weights.is_measurable:
        return [counts.weights.reason]
    if not counts.unscored:
        return []
    codes = counts.weights.ambiguous["offence_code"].unique()
    unclear = (
        f" Codes with several weights, to be chosen: {', '.join(codes[:8])}." if len(codes) else ""
    )
    return [
        f"{counts.unscored:,} of {counts.crimes:,} crimes have no harm weight and add none.{unclear}"
    ]


def _length(settings: TargetingSettings, places: gpd.GeoDataFrame) -> list[str]:
    found = []
    if settings.select_by == "number" and len(places) < settings.select:
        found.append(
            f"Only {len(places):,} places qualify, fewer than the {settings.select:,.0f} asked for."
        )
    least = int(places["count"].min())
    if least < FEW_CRIMES:
        found.append(
            f"The smallest place on the list has {least} crimes; below {FEW_CRIMES} a rank is "
            "mostly chance. Lengthen the period or shorten the list."
        )
    return found


def _heaping(heaps: pd.DataFrame) -> list[str]:
    found = []
    waiting = heaps[heaps["decision"].isna()]
    for heap in waiting[:MOST_HEAPS].itertuples():
        found.append(
            f"Place {heap.rank:.0f} needs a decision: {heap.records:,} records "
            f"({heap.share_of_place:.0%}) heap on '{heap.name or heap.kind}' ({heap.kind})."
        )
    if len(waiting) > MOST_HEAPS:
        found.append(f"{len(waiting) - MOST_HEAPS} further places need a decision.")
    excluded = heaps[heaps["decision"] == "exclude"]
    if len(excluded):
        names = ", ".join(f"'{name}'" for name in excluded["name"])
        found.append(
            f"{int(excluded['records'].sum()):,} crimes on {len(excluded)} excluded "
            f"{'point' if len(excluded) == 1 else 'points'} ({names}) are left out."
        )
    return found


def _score(
    counts: CellCounts, score: Accuracy | None, ties: tuple[float, float] | None
) -> list[str]:
    if counts.scope.test is None:
        return ["Accuracy is not measurable without a test period ('test_from' and 'test_to')."]
    if score is None:
        return [f"Accuracy is not measurable: no crimes of {counts.scope.test} lie in the area."]
    if ties and ties[1] - ties[0] > TIES_THAT_MATTER:
        return [
            "Places tie at the end of the list; by which of them are taken, it would have caught "
            f"{ties[0]:.1%} to {ties[1]:.1%}."
        ]
    return []
