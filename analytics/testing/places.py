"""Which places are treated, which are compared with, and the rings in which crime might show up."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from analytics import targeting
from analytics.geography import saved_places
from analytics.testing.settings import TestingSettings
from analytics.workspace import InputError, Workspace

COMPARISON_KINDS = ("comparison", "control")
TREATED_KINDS = ("trial", "treated", "treatment")
PARTS = ("treated", "control", "treated_ring", "control_ring")


@dataclass(frozen=True)
class Places:
    """Places of both arms (place_id, name, geometry in metres) with their rings.

    `ring_share_removed` is the share of the rings' area that was left out because it lies inside
    other hot spots or places, or in the ring of the other arm.
    """

    treated: gpd.GeoDataFrame
    control: gpd.GeoDataFrame
    treated_ring: BaseGeometry
    control_ring: BaseGeometry
    ring_share_removed: float
    are_hotspots: bool
    warnings: tuple[str, ...]

    def locate(self, x: np.ndarray, y: np.ndarray) -> pd.DataFrame:
        """Say for each point (metres) its part, one of PARTS or None, and its arm's place number.

        A point in a ring belongs to the nearest place of that arm. Where places of one arm
        overlap, the first one has the point, so that nothing counts twice.
        """
        points = shapely.points(x, y)
        part = np.full(len(points), None, dtype=object)
        number = np.full(len(points), -1)
        for name, places in (("treated", self.treated), ("control", self.control)):
            hits = shapely.STRtree(places.geometry.to_numpy()).query(points, predicate="intersects")
            first = pd.DataFrame(hits.T, columns=["point", "place"]).groupby("point")["place"].min()
            fresh = first[pd.isna(part[first.index.to_numpy()])]
            part[fresh.index], number[fresh.index] = name, fresh.to_numpy()
        for name, places, ring in (
            ("treated_ring", self.treated, self.treated_ring),
            ("control_ring", self.control, self.control_ring),
        ):
            shapely.prepare(ring)
            inside = np.flatnonzero(pd.isna(part) & shapely.intersects(ring, points))
            part[inside] = name
            if len(inside):
                tree = shapely.STRtree(places.geometry.to_numpy())
                number[inside] = tree.nearest(points[inside])
        return pd.DataFrame({"part": part, "place": number})

    def bounds(self) -> tuple[float, float, float, float]:
        """Return the box (metres) round every place and ring."""
        shapes = [*self.treated.geometry, *self.control.geometry]
        shapes += [ring for ring in (self.treated_ring, self.control_ring) if not ring.is_empty]
        return tuple(shapely.total_bounds(shapes))


def choose_places(workspace: Workspace, settings: TestingSettings) -> Places:
    """Find the places of both arms and draw their rings.

    Raises InputError when there are no treated or no comparison places, or when an id is unknown.
    """
    saved = saved_places(workspace)
    hotspots = _hotspots_in_force(workspace)
    control = _comparison(saved, settings)
    treated, are_hotspots = _treated(saved, hotspots, control, settings)
    control, notes = _without_overlaps(treated, control)
    others = _others(treated, hotspots, saved, control)
    rings, share = _rings(treated, control, others, settings.displacement_m)
    if share >= 0.01:
        notes.append(
            f"{share:.0%} of the rings' area lies inside other hot spots or places, or in the "
            "other arm's ring, and was left out."
        )
    return Places(treated, control, *rings, share, are_hotspots, tuple(notes))


def place_shapes(workspace: Workspace, ids: list[str]) -> gpd.GeoDataFrame:
    """Return the places with these ids among saved places and hot spots in force.

    Raises InputError naming the ids that are neither.
    """
    known = pd.concat([saved_places(workspace), _hotspots_in_force(workspace)], ignore_index=True)
    return _pick(known, ids)


def _hotspots_in_force(workspace: Workspace) -> gpd.GeoDataFrame:
    held = targeting.list_in_force(workspace)
    empty = {"place_id": [], "name": []}
    if held is None or held.hotspots.empty:
        return gpd.GeoDataFrame(empty, geometry=[], crs=workspace.crs)
    frame = held.hotspots.rename(columns={"hotspot_id": "place_id"})
    return frame[["place_id", "name", "geometry"]].reset_index(drop=True)


def _comparison(saved: gpd.GeoDataFrame, settings: TestingSettings) -> gpd.GeoDataFrame:
    if settings.comparison:
        return _pick(saved, settings.comparison)
    found = saved[saved["kind"].isin(COMPARISON_KINDS)].reset_index(drop=True)
    if found.empty:
        raise InputError(
            "There are no comparison places. Load places of kind 'comparison', or name saved "
            "places in the setting 'comparison'."
        )
    return found


def _treated(
    saved: gpd.GeoDataFrame,
    hotspots: gpd.GeoDataFrame,
    control: gpd.GeoDataFrame,
    settings: TestingSettings,
) -> tuple[gpd.GeoDataFrame, bool]:
    """Named places first, else the list in force, else the trial's; and whether hot spots."""
    if settings.treated:
        known = pd.concat([saved, hotspots], ignore_index=True)
        chosen = _pick(known, settings.treated)
        return chosen, chosen["place_id"].isin(hotspots["place_id"]).all()
    if not hotspots.empty:
        return hotspots, True
    free = saved[
        ~saved["place_id"].isin(control["place_id"]) & ~saved["kind"].isin(COMPARISON_KINDS)
    ]
    trial = free[free["kind"].isin(TREATED_KINDS)]
    found = (trial if not trial.empty else free).reset_index(drop=True)
    if found.empty:
        raise InputError(
            "There are no treated places: no hot spot list is in force and no saved place is left "
            "beside the comparison places. Sign off a list, or load the places of the trial."
        )
    return found, False


def _pick(known: gpd.GeoDataFrame, ids: list[str]) -> gpd.GeoDataFrame:
    missing = [name for name in ids if name not in set(known["place_id"])]
    if missing:
        held = ", ".join(known["place_id"].astype(str).head(5)) or "none"
        raise InputError(
            f"There is no saved place '{missing[0]}'. Use the ids of loaded places ({held} ...)."
        )
    # A place drawn in several parts stands on several rows: all of it is the place.
    return known[known["place_id"].isin(ids)].dissolve("place_id", "first").reset_index()


def _without_overlaps(
    treated: gpd.GeoDataFrame, control: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Leave out comparison places that share ground with a treated place."""
    ground = shapely.union_all(treated.geometry.to_numpy())
    shared = shapely.area(shapely.intersection(control.geometry.to_numpy(), ground)) > 1.0
    if not shared.any():
        return control, []
    kept = control[~shared].reset_index(drop=True)
    if kept.empty:
        raise InputError(
            "Every comparison place shares ground with a treated place, so nothing is left to "
            "compare with. Choose other comparison places."
        )
    note = (
        f"{int(shared.sum())} of {len(control)} comparison places share ground with a treated "
        "place and were left out."
    )
    return kept, [note]


def _others(
    treated: gpd.GeoDataFrame,
    hotspots: gpd.GeoDataFrame,
    saved: gpd.GeoDataFrame,
    control: gpd.GeoDataFrame,
) -> BaseGeometry:
    """Ground of every other hot spot or place of the trial: no ring may count what happens there."""
    trial = saved[saved["kind"].isin((*TREATED_KINDS, *COMPARISON_KINDS))]
    shapes = [*hotspots.geometry, *trial.geometry, *treated.geometry, *control.geometry]
    return shapely.union_all(shapes)


def _rings(
    treated: gpd.GeoDataFrame, control: gpd.GeoDataFrame, others: BaseGeometry, width_m: float
) -> tuple[tuple[BaseGeometry, BaseGeometry], float]:
    if width_m == 0:
        return (shapely.Polygon(), shapely.Polygon()), 0.0
    whole, drawn = [], []
    for places in (treated, control):
        ground = shapely.union_all(places.geometry.to_numpy())
        whole.append(ground.buffer(width_m).difference(ground))
        drawn.append(whole[-1].difference(others))
    both = drawn[0].intersection(drawn[1])
    rings = tuple(ring.difference(both) for ring in drawn)
    area = sum(ring.area for ring in whole)
    return rings, 1 - sum(ring.area for ring in rings) / area if area else 0.0
