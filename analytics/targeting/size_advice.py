"""Which cell width suits the crimes held: what each width would give, before one is chosen.

The suggestion is the smallest width of those tried that puts half of the crimes into cells with
enough crimes to rank [convention]; smaller cells say more exactly where, and rank more by chance.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from analytics.geography import MAX_CELLS, Grid
from analytics.targeting import heaping
from analytics.targeting.places import GRIDS, area_of, grid_of
from analytics.targeting.scope import crime_filter, resolve_scope
from analytics.targeting.scopes import with_scope
from analytics.targeting.settings import TargetingSettings
from analytics.workspace import User, Workspace

WIDTHS_M = (100, 150, 200, 250, 300)
ENOUGH_CRIMES = 6
WANTED_SHARE = 0.5
WALK_MIN = 15
WALK_KM_H = 4.5
PEER_CELLS = 50


@dataclass(frozen=True, eq=False)
class SizeAdvice:
    """What each width would give, and the width suggested.

    `table`: width_m, area_ha, cells, crimes_per_cell (mean of the cells with crime), share_enough
    (share of crimes in cells with `enough` crimes or more), walk_round_m. `nearest_m`: median
    distance between a crime's coordinate and the next one. `walk_m`: walked in a visit of 15
    minutes at 4.5 km/h. `peer_width_m`: what sfhotspot would choose.
    """

    table: pd.DataFrame
    suggested_m: int
    enough: int
    nearest_m: float
    walk_m: float
    peer_width_m: int

    def sentence(self) -> str:
        """Return the advice in two sentences."""
        row = self.table.set_index("width_m").loc[self.suggested_m]
        reaches = row["share_enough"] >= WANTED_SHARE
        why = "the smallest that puts" if reaches else "the largest tried, which puts"
        return (
            f"{self.suggested_m} m is {why} {row['share_enough']:.0%} of the crimes into cells with "
            f"{self.enough} or more. Half of the coordinates lie within {self.nearest_m:,.0f} m of "
            f"the next; a visit of {WALK_MIN} minutes walks about {self.walk_m:,.0f} m; sfhotspot's "
            f"rule (shorter side of the data over {PEER_CELLS}) would give {self.peer_width_m:,} m."
        )


@dataclass(frozen=True)
class ExpectedCells:
    """How many cells the settings would build, told before building any."""

    number: int
    shape: str
    area_m2: float

    @property
    def is_too_many(self) -> bool:
        """Whether the grid would be refused."""
        return self.number > MAX_CELLS

    def sentence(self) -> str:
        """Return the count in one sentence."""
        text = f"About {self.number:,} {self.shape}s of {self.area_m2 / 1e4:,.2f} ha."
        return text + f" The limit is {MAX_CELLS:,}: choose wider cells." * self.is_too_many


def expected_cells(
    workspace: Workspace, user: User, settings: TargetingSettings
) -> ExpectedCells | None:
    """Return about how many cells the grid will have, None for streets and polygons."""
    workspace.require(user, "see:targeting")
    if settings.cell_shape not in GRIDS:
        return None
    area = area_of(workspace, settings)
    grid = grid_of(settings, area)
    return ExpectedCells(grid.count_estimate(area.polygon), grid.shape, grid.area_m2)


def size_advice(workspace: Workspace, user: User, settings: TargetingSettings) -> SizeAdvice:
    """Return what the usual cell widths would give for the crimes of the ranking period.

    Raises InputError when there are no dated crimes.
    """
    workspace.require(user, "see:targeting")
    settings = with_scope(workspace, settings)
    train = resolve_scope(workspace, settings).train
    where, values = crime_filter(settings, heaping.excluded_points(workspace))
    spots = workspace.frame(
        f"SELECT x, y, count(*) AS crimes FROM crimes WHERE {where} AND occurred_from >= ?::DATE "
        "AND occurred_from < ?::DATE + 1 GROUP BY x, y ORDER BY x, y",
        [*values, train.first, train.last],
    )
    area = area_of(workspace, settings).polygon
    shape = settings.cell_shape if settings.cell_shape in GRIDS else "hexagon"
    enough = max(settings.minimum_count, ENOUGH_CRIMES)
    xs, ys = spots["x"].to_numpy(), spots["y"].to_numpy()
    table = width_table(xs, ys, spots["crimes"].to_numpy(), shape, enough)
    table["cells"] = [Grid(shape, width).count_estimate(area) for width in table["width_m"]]
    fit = table.loc[table["share_enough"] >= WANTED_SHARE, "width_m"]
    return SizeAdvice(
        table=table,
        suggested_m=int(fit.min()) if len(fit) else WIDTHS_M[-1],
        enough=enough,
        nearest_m=nearest_distance(xs, ys),
        walk_m=WALK_KM_H * 1000 * WALK_MIN / 60,
        peer_width_m=peer_width(min(np.ptp(xs), np.ptp(ys))) if len(xs) else 0,
    )


def width_table(
    xs: np.ndarray, ys: np.ndarray, crimes: np.ndarray, shape: str, enough: int
) -> pd.DataFrame:
    """Return for each width what the cells with crime hold; `crimes` are counts per coordinate."""
    rows = []
    for width in WIDTHS_M:
        grid = Grid(shape, float(width))
        q, r = grid.cell_numbers(xs, ys)
        held = pd.Series(crimes).groupby([q, r]).sum().to_numpy()
        whole = held.sum()
        round_m = width * (6 / math.sqrt(3) if shape == "hexagon" else 4)
        rows.append(
            {
                "width_m": width,
                "area_ha": grid.area_m2 / 1e4,
                "crimes_per_cell": whole / len(held) if len(held) else np.nan,
                "share_enough": held[held >= enough].sum() / whole if whole else np.nan,
                "walk_round_m": round_m,
            }
        )
    return pd.DataFrame(rows)


def nearest_distance(xs: np.ndarray, ys: np.ndarray) -> float:
    """Return the median distance in metres from a distinct coordinate to the next; nan for one."""
    if len(xs) < 2:
        return float("nan")
    points = np.column_stack([xs, ys])
    return float(np.median(cKDTree(points).query(points, k=2)[0][:, 1]))


def peer_width(shorter_side_m: float) -> int:
    """Return sfhotspot's default width in metres (Ashby 2023, set_cell_size.R).

    The shorter side of the box round the points over 50, rounded down to whole 100 m unless that
    leaves nothing.
    """
    width = shorter_side_m / PEER_CELLS
    return math.floor(width / 100) * 100 or round(width)
