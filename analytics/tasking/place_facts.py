"""What an officer asks of a place: which streets meet there, why it is on the list, what to do."""

from dataclasses import dataclass
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from analytics.geography import load_geometry, streets
from analytics.tasking.briefings import Briefing, briefings
from analytics.workspace import Workspace

NEAR_M = 15.0
"""A street this near the boundary belongs to the place (a convention)."""
_MOST_CORNERS = 2
_MOST_STREETS = 3
_ANY_HOUR = ("", "all", "none")


@dataclass(frozen=True)
class PlaceFacts:
    """One hot spot as the sheet tells of it; `corners` are pairs of streets that meet in it."""

    hotspot_id: str
    name: str
    rank: int | None
    geometry: shapely.Geometry
    x: float
    y: float
    lon: float
    lat: float
    corners: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]
    why: str
    briefing: Briefing
    short_why: str = ""

    @property
    def where(self) -> str:
        """Say where it is by the streets that meet or pass there."""
        meet: dict[str, list[str]] = {}
        for one, other in self.corners:
            meet.setdefault(one, []).append(other)
        told = [f"{one} / {' and '.join(others)}" for one, others in meet.items()]
        at_corner = {name for pair in self.corners for name in pair}
        told += [name for name in self.streets if name not in at_corner][:1]
        return "; ".join(told)

    @property
    def told(self) -> list[tuple[str, str]]:
        """Return what the briefing tells, each part with its label."""
        told, pop = self.briefing, self.briefing.pop
        owner = f" (owner: {pop.owner})" if pop.owner else ""
        parts = [
            ("Why", told.why),
            ("Known problem", told.known_problem),
            ("Do", "; ".join(told.what_to_do)),
            ("Speak to", told.who_to_speak_to),
            ("Avoid", told.avoid),
            ("Problem plan", pop.response and f"{pop.response}{owner}"),
        ]
        return [(label, words.rstrip(" .")) for label, words in parts if words]


def place_facts(workspace: Workspace, hotspot_ids: list[str]) -> dict[str, PlaceFacts]:
    """Return what is known of each hot spot, by its newest list version."""
    frame = workspace.frame(
        "SELECT hotspot_id, h.name, rank, count AS crimes, harm, share_of_count, class AS pattern, hours, geometry, "
        "x, y, lon, lat FROM hotspots h JOIN lists USING (list_id) "
        "QUALIFY row_number() OVER (PARTITION BY hotspot_id ORDER BY version DESC) = 1"
    )
    frame = frame[frame["hotspot_id"].isin(hotspot_ids)]
    held, told = streets(workspace), briefings(workspace)
    found = {}
    for row in frame.itertuples():
        shape = load_geometry(bytes(row.geometry))
        corners, names = streets_at(held, shape)
        saved = told.get(row.hotspot_id)
        found[row.hotspot_id] = PlaceFacts(
            hotspot_id=row.hotspot_id,
            name=row.name if isinstance(row.name, str) else row.hotspot_id,
            rank=int(row.rank) if pd.notna(row.rank) else None,
            geometry=shape,
            x=row.x,
            y=row.y,
            lon=row.lon,
            lat=row.lat,
            corners=corners,
            streets=names,
            why=_why(row),
            briefing=saved.briefing if saved else Briefing(),
            short_why=_short_why(row),
        )
    return found


def place_names(workspace: Workspace) -> dict[str, str]:
    """Return the names of all hot spots by id, as the newest list calls them."""
    return dict(
        workspace.rows(
            "SELECT hotspot_id, coalesce(h.name, hotspot_id) FROM hotspots h "
            "JOIN lists USING (list_id) QUALIFY row_number() OVER "
            "(PARTITION BY hotspot_id ORDER BY version DESC) = 1"
        )
    )


def streets_at(
    held: gpd.GeoDataFrame, shape: shapely.Geometry
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return the pairs of named streets that meet in a place, and the longest streets in it."""
    if held.empty:
        return (), ()
    area = shape.buffer(NEAR_M)
    near = held.iloc[np.sort(held.sindex.query(area, predicate="intersects"))]
    words = near["name"].fillna("").astype(str).to_numpy()
    inside = shapely.intersection(near.geometry.to_numpy(), area)
    by_name = {
        name: shapely.union_all(inside[words == name])
        for name in sorted(set(words))
        if name.strip()
    }
    names = tuple(sorted(by_name, key=lambda name: -by_name[name].length))
    corners = [
        (one, other)
        for one, other in combinations(names, 2)
        if by_name[one].distance(by_name[other]) < 1.0
    ]
    return tuple(corners[:_MOST_CORNERS]), names[:_MOST_STREETS]


def _why(row: object) -> str:
    """Say in a few words why the place is on the list."""
    parts = [f"Rank {int(row.rank)}" if pd.notna(row.rank) else ""]
    if pd.notna(row.crimes) and int(row.crimes):
        parts.append(f"{int(row.crimes):,} crimes of the list ({row.share_of_count:.1%})")
    if pd.notna(row.harm):
        parts.append(f"{row.harm:,.0f} harm days")
    return "; ".join(part for part in [*parts, *_pattern(row)] if part)


def _short_why(row: object) -> str:
    """Say the same in the width of a column."""
    parts = [f"rank {int(row.rank)}" if pd.notna(row.rank) else ""]
    parts.append(f"{int(row.crimes):,} crimes" if pd.notna(row.crimes) and row.crimes else "")
    return ", ".join(part for part in [*parts, *_pattern(row)] if part)


def _pattern(row: object) -> list[str]:
    is_timed = isinstance(row.hours, str) and row.hours not in _ANY_HOUR
    hours = [f"hours: {row.hours}"] if is_timed else []
    return [*hours, *([row.pattern] if isinstance(row.pattern, str) else [])]
