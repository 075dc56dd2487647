"""How firm the list is: weeks drawn again, and other grids.

The weeks of the ranking period are drawn again with replacement (months, where crimes have no
day), the cells ranked each time, and as many taken as the list has. See `statistics.bootstrap` for
why blocks of time and not single crimes.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from analytics.targeting.backtest import Progress
from analytics.targeting.cells import harm_by_period
from analytics.targeting.details import head_details
from analytics.targeting.grid_stability import GridStability, grid_stability
from analytics.targeting.hotspots import preview_hotspots
from analytics.targeting.points import crime_points
from analytics.targeting.result import HotspotResult
from analytics.targeting.selection import require_harm
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics.bootstrap import Membership, list_membership
from analytics.targeting.sureness_settings import StabilitySettings
from analytics.workspace import (
    NotMeasurable,
    User,
    Workspace,
    get_run,
    make_run_id,
    store_run,
)

STEP = "targeting-stability"
FEWEST_BLOCKS = 12
"""Fewer weeks or months than this give redraws that differ too little from each other."""
NEAR_MISSES = 10
MOST_NAMED = 5
FIRM, LIKELY, DOUBTFUL = "firm", "likely", "could as well be out"


@dataclass(frozen=True, eq=False)
class Stability:
    """How firm each place is.

    `places`: a row per listed place in order of rank: hotspot_id, name, rank, count, share (of
    redraws in which it makes the list), rank_low, rank_high (95%), standing; harm_rank_low and
    harm_rank_high where harm can rank; covered, kept_shifts, shifts, lost_widths where there is a
    grid. `near_misses`: cells that are off the list and come closest: name, count, share.
    `variants`: see `GridStability`, None where there is no grid to shift.
    """

    run_id: str
    draws: int
    blocks: int
    block: str
    places: pd.DataFrame
    near_misses: pd.DataFrame
    variants: pd.DataFrame | None
    notes: tuple[str, ...] = ()

    def number(self, standing: str) -> int:
        """Return how many places have this standing."""
        return int((self.places["standing"] == standing).sum())

    @property
    def vanishing(self) -> list[str]:
        """Names of the places that most shifts of the grid lose, by rank."""
        if self.variants is None:
            return []
        lost = 2 * self.places["kept_shifts"] < self.places["shifts"]
        return self.places.loc[lost, "name"].tolist()

    def verdict(self) -> str:
        """Say how many places are firm and how many could as well be out."""
        text = (
            f"In {self.draws:,} redraws of the {self.blocks:,} {self.block}s, **{self.number(FIRM):,} "
            f"of {len(self.places):,} places are firm** and {self.number(DOUBTFUL):,} could as well "
            "be out. "
        )
        if self.variants is None:
            return text
        shifts = self.variants[self.variants["kind"] == "shift"]["share_covered"]
        text += (
            f"Shifting the grid keeps {shifts.min():.0%} to {shifts.max():.0%} of the list's crimes"
        )
        gone = self.vanishing
        if not gone:
            return f"{text}; no place is lost by most shifts."
        more = f" and {len(gone) - MOST_NAMED} more" if len(gone) > MOST_NAMED else ""
        return f"{text}; most shifts lose {', '.join(gone[:MOST_NAMED])}{more}."

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values that `from_json` reads again."""
        frames = {name: _records(getattr(self, name)) for name in _FRAMES}
        plain = ("run_id", "draws", "blocks", "block")
        return {name: getattr(self, name) for name in plain} | frames | {"notes": list(self.notes)}

    @classmethod
    def from_json(cls, held: dict[str, Any]) -> "Stability":
        """Return what `as_json` described."""
        frames = {n: None if held[n] is None else pd.DataFrame(held[n]) for n in _FRAMES}
        return cls(**held | frames | {"notes": tuple(held["notes"])})


_FRAMES = ("places", "near_misses", "variants")


def save_stability(
    workspace: Workspace,
    user: User,
    settings: TargetingSettings,
    choices: StabilitySettings,
    progress: Progress | None = None,
) -> Stability:
    """Test the list of these settings and keep the run, so that it is shown again."""
    workspace.require(user, "tune")
    result = preview_hotspots(workspace, user, settings)
    found = stability(workspace, user, result, choices, progress)
    detail = {"places": len(found.places)}
    with workspace.write(user, "create", "run", found.run_id, detail) as transaction:
        store_run(
            transaction,
            user,
            found.run_id,
            STEP,
            choices,
            result.fingerprint,
            found.as_json(),
            seed=choices.seed,
        )
    return found


def stored_stability(
    workspace: Workspace, user: User, result: HotspotResult, choices: StabilitySettings
) -> Stability | None:
    """Return the test kept for this list and these choices, None when it was not run."""
    workspace.require(user, "see:targeting")
    run = get_run(workspace, make_run_id(STEP, choices, result.run_id))
    return Stability.from_json(run.result) if run else None


def stability(
    workspace: Workspace,
    user: User,
    result: HotspotResult,
    choices: StabilitySettings,
    progress: Progress | None = None,
) -> Stability:
    """Redraw the weeks and shift the grid, and store nothing.

    Raises NotMeasurable when the ranking period has too few weeks (or months) to redraw.
    """
    workspace.require(user, "see:targeting")
    tell = progress or (lambda share, text: None)
    tell(0.05, "Counting crimes by week")
    block, table, harm = _blocks(workspace, result)
    tell(0.2, "Redrawing the period")
    number = len(np.unique(result.positions))
    if result.settings.rank_per_hectare and not result.counts.is_grid:
        sizes = result.counts.sizes
        table = table * (np.median(sizes) / sizes)[:, None]
        harm = None if harm is None else harm * (np.median(sizes) / sizes)[:, None]
    options = {"draws": choices.draws, "seed": choices.seed}
    by_count = list_membership(table, number, **options)
    by_harm = None if harm is None else list_membership(harm, number, **options)
    own = by_harm if result.settings.rank_by == "harm" else by_count
    places = _places(result, own, by_harm, choices)
    tell(0.7, "Trying other grids")
    grids, notes = _grids(workspace, result, choices)
    if grids is not None:
        places = places.join(grids.places)
    return Stability(
        run_id=make_run_id(STEP, choices, result.run_id),
        draws=choices.draws,
        blocks=table.shape[1],
        block=block,
        places=places,
        near_misses=_near_misses(workspace, result, own),
        variants=None if grids is None else grids.variants,
        notes=(*_unasked(result), *notes),
    )


def _blocks(
    workspace: Workspace, result: HotspotResult
) -> tuple[str, np.ndarray, np.ndarray | None]:
    """Return the kind of block and counts and harm per cell and block of the ranking period."""
    train = result.counts.scope.train
    months = workspace.value(
        "SELECT count(*) FROM crimes WHERE time_precision = 'month' AND occurred_from >= ?::DATE "
        "AND occurred_from < ?::DATE + 1",
        [train.first, train.last],
    )
    if months:
        block = "month"
        days = [p.start_time.date() for p in pd.period_range(train.first, train.last, freq="M")]
        starts = [max(day, train.first) for day in days]
    else:
        block = "week"
        number = ((train.last - train.first).days + 1) // 7
        # Days that fill no whole week join the last one.
        starts = [train.first + timedelta(weeks=k) for k in range(number)]
    if len(starts) < FEWEST_BLOCKS:
        raise NotMeasurable(
            f"How firm the places are cannot be told from {len(starts)} {block}s; at least "
            f"{FEWEST_BLOCKS} are needed. Lengthen the ranking period."
        )
    end = train.last + timedelta(days=1)
    table, harm = harm_by_period(workspace, result.settings, result.counts, starts, end)
    # A month or week without a single crime anywhere is a gap in the extract.
    held = table.any(axis=0)
    if held.sum() < FEWEST_BLOCKS:
        raise NotMeasurable(
            f"Only {held.sum()} {block}s of the ranking period hold a crime; how firm the places "
            f"are takes at least {FEWEST_BLOCKS}. Lengthen the ranking period."
        )
    try:
        require_harm(result.counts, result.settings)
    except NotMeasurable:
        return block, table[:, held], None
    return block, table[:, held], harm[:, held]


def _places(
    result: HotspotResult,
    own: Membership,
    by_harm: Membership | None,
    choices: StabilitySettings,
) -> pd.DataFrame:
    cells = result.hotspots["cells"]
    at = result.counts.positions_of_keys([key for place in cells for key in place])
    ends = np.cumsum([len(place) for place in cells])
    # A merged place is as firm as its firmest cell, whose rank it has.
    best = np.array([part[np.argmax(own.share[part])] for part in np.split(at, ends[:-1])])
    places = pd.DataFrame(result.hotspots[["hotspot_id", "name", "rank", "count"]]).assign(
        share=own.share[best], rank_low=own.rank_low[best], rank_high=own.rank_high[best]
    )
    places["standing"] = np.select(
        [places["share"] >= choices.firm_share, places["share"] >= choices.doubtful_share],
        [FIRM, LIKELY],
        DOUBTFUL,
    )
    if by_harm is not None:
        places["harm_rank_low"] = by_harm.rank_low[best]
        places["harm_rank_high"] = by_harm.rank_high[best]
    return places.reset_index(drop=True)


def _near_misses(workspace: Workspace, result: HotspotResult, own: Membership) -> pd.DataFrame:
    counts = result.counts
    share = own.share.copy()
    share[result.positions] = 0.0
    order = np.lexsort((-counts.count, -share))[:NEAR_MISSES]
    order = order[share[order] > 0]
    names = head_details(workspace, result.settings, counts, order, len(order)).names
    return pd.DataFrame(
        {
            "name": [names[int(cell)] for cell in order],
            "count": counts.count[order],
            "share": share[order],
        }
    )


def _unasked(result: HotspotResult) -> list[str]:
    """Say which rules of the list the redraws leave out."""
    settings, found = result.settings, []
    if settings.minimum_count > 1 or settings.persistent_years:
        found.append("The redraws leave out the list's minimum count and persistence.")
    if settings.part_of_day == "both":
        found.append("The redraws rank all hours together, not day and night apart.")
    return found


def _grids(
    workspace: Workspace, result: HotspotResult, choices: StabilitySettings
) -> tuple[GridStability | None, tuple[str, ...]]:
    if not result.counts.is_grid:
        return None, ("Streets and loaded polygons have no grid that could be shifted.",)
    points = crime_points(workspace, result.settings, result.counts)
    return grid_stability(result, points, choices), ()


def _records(frame: pd.DataFrame | None) -> list[dict[str, Any]] | None:
    if frame is None:
        return None
    return frame.astype(object).where(frame.notna(), None).to_dict("records")
