"""DBSCAN at the cut dates of a backtest: the same areas as in the list's comparison, by months."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.targeting.statistics.clusters import cells_of_areas, dbscan_areas, fewest_within
from analytics.targeting.statistics.fields import Field

AREAS = "DBSCAN areas"
MOST_SPOTS = 200_000
"""With more distinct coordinates the areas of every cut date would take minutes."""


@dataclass(frozen=True, eq=False)
class DatedSpots:
    """Coordinates of crimes by month (`spots_by_period`), and the reach of DBSCAN in metres."""

    spots: pd.DataFrame
    areas_m2: np.ndarray
    eps_m: float

    @property
    def is_too_many(self) -> bool:
        """Whether there are more coordinates than can be tried at every cut date."""
        return len(self.spots[["x", "y"]].drop_duplicates()) > MOST_SPOTS

    def field(self, first: int, at: int, count: np.ndarray, number: int) -> Field | None:
        """Return the order in which the areas of the months [first, at) name their cells.

        An area is as crowded as the emptiest of the `number` fullest cells (`count`). The values
        only rank. None where nothing is as crowded.
        """
        listed = np.argsort(-count, kind="stable")[:number]
        listed = listed[count[listed] > 0]
        held = self.spots[(self.spots["period"] >= first) & (self.spots["period"] < at)]
        held = held.loc[held.index.repeat(held["n"])]
        fewest = fewest_within(count[listed], self.areas_m2[listed], self.eps_m)
        found = dbscan_areas(held["x"].to_numpy(), held["y"].to_numpy(), self.eps_m, fewest)
        if len(found.areas) == 0:
            return None
        cells = cells_of_areas(found, held["cell"].to_numpy())
        values = np.zeros(len(count))
        values[cells] = np.arange(len(cells), 0, -1)
        return Field(values, predicts=False)
