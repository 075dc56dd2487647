"""Counts per place, and everything that later steps of the work ask of the places.

A place is called a cell, whether it is one of a grid, a street segment or a polygon.
"""

from dataclasses import dataclass, field

import duckdb
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_matrix

from analytics.geography import Grid, Recent, StudyArea, Units, unproject
from analytics.targeting.harm import HarmWeights
from analytics.targeting.scope import Scope
from analytics.workspace import InputError

_OTHER_PLACES = (
    "The hot spots asked for belong to another grid than the settings. Use the settings that the "
    "list was made with."
)


@dataclass(eq=False)
class CellCounts:
    """Counts per cell of the study area; all arrays run over the same cells (row, then column).

    `count` is of the ranking period, `test` of the test period (zeros without one), `last_year` of
    the year before the ranking's end. `harm` is None when not measurable. `outside` and
    `outside_test` count crimes in no cell that touches the study area. `notes` are sentences about
    the places and the crimes that fall in none. `details` holds what is added later and looked up
    by name.
    """

    key: tuple
    grid: Grid | Units
    area: StudyArea
    scope: Scope
    weights: HarmWeights
    q: np.ndarray
    r: np.ndarray
    count: np.ndarray
    test: np.ndarray
    last_year: np.ndarray
    harm: np.ndarray | None
    worst_harm: np.ndarray | None
    unscored: int
    outside: int
    outside_test: int
    excluded: tuple[tuple[float, float], ...] = ()
    spots: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()
    details: Recent = field(default_factory=lambda: Recent(48))

    @property
    def crimes(self) -> int:
        """Crimes of the ranking period inside the study area."""
        return int(self.count.sum())

    @property
    def test_crimes(self) -> int:
        """Crimes of the test period inside the study area."""
        return int(self.test.sum())

    @property
    def is_grid(self) -> bool:
        """Whether the cells are equal and found by arithmetic."""
        return isinstance(self.grid, Grid)

    @property
    def areas_m2(self) -> np.ndarray:
        """Area of every cell; of a street, the stated ground on either side of it."""
        if self.is_grid:
            return np.full(len(self.q), self.grid.area_m2)
        return self.details.get("areas", lambda: self.grid.areas_m2)

    @property
    def sizes(self) -> np.ndarray:
        """What shares of the ground are of: metres of every street, else areas in m2."""
        return self.areas_m2 if self.is_grid else self.grid.sizes

    @property
    def whole_size(self) -> float:
        """What shares of the ground are shares of: the ground whose crimes are counted.

        Metres of all streets, m2 of all loaded polygons joined, m2 of the study area for a grid.
        """
        return float(self.grid.sizes.sum()) if self.grid.shape == "street" else self.ground_m2

    @property
    def ground_m2(self) -> float:
        """Area of the ground whose crimes are counted: study area, street sides, or polygons."""
        if self.is_grid:
            return float(self.area.polygon.area)
        if self.grid.shape == "street":
            return float(self.areas_m2.sum())
        shapes = self.grid.shapes
        return self.details.get("ground", lambda: float(shapely.union_all(shapes).area))

    def share_of_area(self, positions: np.ndarray) -> float:
        """Return the share of `whole_size` that these cells take.

        nan where the study area has no area: all points on one line.
        """
        return float(self.sizes[positions].sum() / (self.whole_size or np.nan))

    def centres(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the centres of all cells in metres."""
        return self.grid.centres(self.q, self.r)

    def keys_at(self, positions: np.ndarray) -> list[str]:
        """Return the names of the cells at these positions."""
        return self.grid.keys(self.q[positions], self.r[positions])

    def polygons_at(self, positions: np.ndarray) -> np.ndarray:
        """Return the outlines of the cells at these positions, in metres."""
        return self.grid.polygons(self.q[positions], self.r[positions])

    def neighbour_matrix(self) -> csr_matrix:
        """Return the cells' neighbours, themselves included, as a sparse matrix."""
        return self.details.get(
            "neighbours", lambda: self.grid.neighbour_matrix(self.q, self.r, with_self=True)
        )

    def positions(self, q: np.ndarray, r: np.ndarray) -> np.ndarray:
        """Return where the given cells stand in the arrays, -1 for cells outside the area."""
        packed = _packed(self.q, self.r)
        wanted = _packed(np.asarray(q), np.asarray(r))
        at = np.minimum(np.searchsorted(packed, wanted), len(packed) - 1)
        return np.where(packed[at] == wanted, at, -1)

    def positions_of_keys(self, keys: list[str]) -> np.ndarray:
        """Return where cells stand by their names, -1 for cells outside the area.

        Raises InputError for a name of another grid or another kind of place.
        """
        if not self.is_grid:
            order = {key: at for at, key in enumerate(self.keys_at(np.arange(len(self.q))))}
            found = [order.get(key, -1) for key in keys]
            if -1 in found:
                raise InputError(_OTHER_PLACES)
            return np.array(found, dtype=np.int64)
        numbers = [Grid.parse_key(key) for key in keys]
        if any(grid != self.grid for grid, _, _ in numbers):
            raise InputError(_OTHER_PLACES)
        q, r = (np.array([number[k] for number in numbers], dtype=np.int64) for k in (1, 2))
        return self.positions(q, r)

    def cell_sql(self, cursor: duckdb.DuckDBPyConnection) -> tuple[str, str]:
        """Return SQL for q and r of the cell that holds a crime of columns x and y.

        For use on this cursor only: irregular places are looked up in a table registered on it.
        """
        if self.spots is None:
            return self.grid.cell_numbers_sql("x", "y")
        held = self.spots.loc[self.spots["spot_q"] >= 0, ["spot_x", "spot_y", "spot_q"]]
        cursor.register("place_spots", held)
        looked_up = "(SELECT spot_q FROM place_spots WHERE spot_x = x AND spot_y = y)"
        return f"coalesce({looked_up}, -1)", "0"

    def unit_text(self) -> str:
        """Describe the places: "hexagons 150 m across (1.95 ha)"."""
        if self.is_grid:
            return (
                f"{self.grid.shape}s {self.grid.width_m:g} m across "
                f"({self.grid.area_m2 / 1e4:.2f} ha)"
            )
        middle = float(np.median(self.grid.sizes))
        if self.grid.shape == "street":
            return f"{len(self.q):,} street segments, half of them shorter than {middle:,.0f} m"
        noun = "given cells" if self.grid.shape == "given" else "own polygons"
        return f"{len(self.q):,} {noun}, half of them smaller than {middle / 1e4:,.2f} ha"


def other_cells(counts: CellCounts, chosen: np.ndarray, crs: str, most: int) -> pd.DataFrame:
    """Return lon, lat and count of the fullest cells that are not chosen, at most `most`."""
    left = counts.count.copy()
    left[chosen] = 0
    order = np.argsort(-left, kind="stable")[: min(most, int((left > 0).sum()))]
    xs, ys = counts.grid.centres(counts.q[order], counts.r[order])
    lon, lat = unproject(xs, ys, crs)
    return pd.DataFrame({"lon": lon, "lat": lat, "count": left[order]})


def _packed(q: np.ndarray, r: np.ndarray) -> np.ndarray:
    return np.asarray(r, dtype=np.int64) * (1 << 31) + np.asarray(q, dtype=np.int64)
