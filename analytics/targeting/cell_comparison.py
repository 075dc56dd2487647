"""How far cells given from outside and the cells built here agree on where the crime is."""

from dataclasses import dataclass

import numpy as np

from analytics.targeting.cells import count_cells
from analytics.targeting.result import HotspotResult
from analytics.targeting.scope import crime_filter
from analytics.targeting.selection import rank_cells
from analytics.workspace import NotMeasurable, User, Workspace


@dataclass(frozen=True)
class CellComparison:
    """The best `number` of the given and of the built cells, by count in the ranking period.

    Shares are of the crimes of the chosen offences with a place: in the given cells, in the built
    ones, in both at once; areas in km2.
    """

    number: int
    given_share: float
    built_share: float
    both_share: float
    given_km2: float
    built_km2: float
    built_text: str

    def sentence(self) -> str:
        """Return the comparison in two sentences."""
        return (
            f"The best {self.number:,} given cells hold {self.given_share:.1%} of the crimes on "
            f"{self.given_km2:,.2f} km², the best {self.number:,} of the {self.built_text} "
            f"{self.built_share:.1%} on {self.built_km2:,.2f} km². {self.both_share:.1%} lie in "
            "both."
        )


def compare_cells(workspace: Workspace, user: User, result: HotspotResult) -> CellComparison:
    """Compare a list of given cells or polygons with hexagons of the settings' width.

    Raises NotMeasurable for a list that is made of a built grid or of streets.
    """
    workspace.require(user, "see:targeting")
    counts = result.counts
    if counts.is_grid or counts.grid.shape == "street":
        raise NotMeasurable("Only loaded cells or polygons are compared with the built grid.")
    settings = result.settings.model_copy(update={"cell_shape": "hexagon"})
    built = count_cells(workspace, settings, counts.excluded)
    number = len(result.hotspots)
    ours = rank_cells(counts, counts.count.astype(float), 1)[:number]
    theirs = rank_cells(built, built.count.astype(float), 1)[:number]
    where, values = crime_filter(settings, counts.excluded)
    spots = workspace.frame(
        f"SELECT x, y, count(*) AS crimes FROM crimes WHERE {where} AND occurred_from >= ?::DATE "
        "AND occurred_from < ?::DATE + 1 GROUP BY x, y",
        [*values, counts.scope.train.first, counts.scope.train.last],
    )
    xs, ys, crimes = (spots[name].to_numpy() for name in ("x", "y", "crimes"))
    in_given = np.isin(counts.positions(*counts.grid.cell_numbers(xs, ys)), ours)
    in_built = np.isin(built.positions(*built.grid.cell_numbers(xs, ys)), theirs)
    whole = crimes.sum()
    return CellComparison(
        number=number,
        given_share=float(crimes[in_given].sum() / whole),
        built_share=float(crimes[in_built].sum() / whole),
        both_share=float(crimes[in_given & in_built].sum() / whole),
        given_km2=float(counts.areas_m2[ours].sum() / 1e6),
        built_km2=float(built.areas_m2[theirs].sum() / 1e6),
        built_text=built.unit_text(),
    )
