"""Would another grid have given the same places? The grid shifted, and cells of other widths.

Where a grid begins is arbitrary, and so, within limits, is its width (the modifiable areal unit
problem: Openshaw 1984). The list is made again on each other grid, as many cells as cover the same
ground, and compared by the crimes of the list that the other list holds too, and by the ground
both share over the ground of either (Jaccard).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from analytics.geography import Grid
from analytics.targeting.result import HotspotResult
from analytics.targeting.sureness_settings import StabilitySettings
from analytics.workspace import NotMeasurable

KEPT_SHARE = 0.5
"""A place counts as kept by another grid when that list holds half of its crimes or more."""


@dataclass(frozen=True, eq=False)
class GridStability:
    """How the list fares on other grids.

    `variants`: a row per grid with label, kind ("shift", "width"), width_m, cells, share_covered
    (of the list's crimes), ground_shared (Jaccard). `places`: a row per listed place, in order of
    rank: covered (mean share of its crimes over the shifts), kept_shifts, shifts, lost_widths
    (list of widths in metres at which it is not kept).
    """

    variants: pd.DataFrame
    places: pd.DataFrame


def other_grids(base: Grid, choices: StabilitySettings) -> list[tuple[str, Grid]]:
    """Return ("shift" or "width", grid): every other position, then every other width."""
    (x0, x1, x2), (y0, y1, y2) = base.centres(np.array([0, 1, 0]), np.array([0, 0, 1]))
    found = []
    for i in range(choices.shifts):
        for j in range(choices.shifts):
            if i or j:
                a, b = i / choices.shifts, j / choices.shifts
                x = base.origin[0] + a * (x1 - x0) + b * (x2 - x0)
                y = base.origin[1] + a * (y1 - y0) + b * (y2 - y0)
                found.append(("shift", Grid(base.shape, base.width_m, (float(x), float(y)))))
    for width in sorted(set(choices.widths_m)):
        if width != base.width_m:
            found.append(("width", Grid(base.shape, float(width), base.origin)))
    return found


def grid_stability(
    result: HotspotResult, points: pd.DataFrame, choices: StabilitySettings
) -> GridStability:
    """Make the list again on other grids from the crimes' `points` (x, y, harm_days).

    Raises NotMeasurable where the places are not cells of a grid.
    """
    counts = result.counts
    if not counts.is_grid:
        raise NotMeasurable("Streets and loaded polygons have no grid that could be shifted.")
    xs, ys = points["x"].to_numpy(), points["y"].to_numpy()
    position = counts.positions(*counts.grid.cell_numbers(xs, ys))
    inside = position >= 0
    xs, ys, position = xs[inside], ys[inside], position[inside]
    values = np.ones(len(xs))
    if result.settings.rank_by == "harm":
        values = points["harm_days"].fillna(0.0).to_numpy()[inside]
    place = _place_of_cell(result)[position]
    ground = shapely.union_all(result.hotspots.geometry.to_numpy())
    held = np.bincount(place[place >= 0], minlength=len(result.hotspots))
    rows, covered = [], []
    for kind, grid in other_grids(counts.grid, choices):
        number = max(
            1, round(len(np.unique(result.positions)) * counts.grid.area_m2 / grid.area_m2)
        )
        chosen, outlines = _best_cells(grid, xs, ys, values, number, result.settings.minimum_count)
        kept = np.bincount(place[chosen & (place >= 0)], minlength=len(result.hotspots))
        covered.append(kept / np.maximum(held, 1))
        other = shapely.union_all(outlines)
        shared = ground.intersection(other).area
        rows.append(
            {
                "label": _label(kind, grid, counts.grid),
                "kind": kind,
                "width_m": grid.width_m,
                "cells": len(outlines),
                "share_covered": float(kept.sum() / held.sum()),
                "ground_shared": float(shared / (ground.area + other.area - shared)),
            }
        )
    variants = pd.DataFrame(rows)
    return GridStability(variants, _by_place(variants, np.array(covered)))


def _by_place(variants: pd.DataFrame, covered: np.ndarray) -> pd.DataFrame:
    is_shift = variants["kind"].eq("shift").to_numpy()
    widths = variants["width_m"].to_numpy()
    lost = (covered < KEPT_SHARE) & ~is_shift[:, None]
    return pd.DataFrame(
        {
            "covered": covered[is_shift].mean(axis=0),
            "kept_shifts": (covered[is_shift] >= KEPT_SHARE).sum(axis=0),
            "shifts": int(is_shift.sum()),
            "lost_widths": [widths[lost[:, k]].tolist() for k in range(covered.shape[1])],
        }
    )


def _best_cells(
    grid: Grid, xs: np.ndarray, ys: np.ndarray, values: np.ndarray, number: int, least: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return which points lie in the `number` best cells of a grid, and these cells' outlines."""
    cells, cell = np.unique(
        np.column_stack(grid.cell_numbers(xs, ys)[::-1]), axis=0, return_inverse=True
    )
    cell = cell.ravel()
    count = np.bincount(cell, minlength=len(cells))
    value = np.bincount(cell, weights=values, minlength=len(cells))
    able = np.flatnonzero((count >= least) & (value > 0))
    # Equal values by count, then by row and column, as in the list itself.
    best = able[np.lexsort((-count[able], -value[able]))][:number]
    is_best = np.zeros(len(cells), dtype=bool)
    is_best[best] = True
    return is_best[cell], grid.polygons(cells[best, 1], cells[best, 0])


def _place_of_cell(result: HotspotResult) -> np.ndarray:
    """Return, per cell, the row of the listed place it belongs to, -1 for none."""
    found = np.full(len(result.counts.q), -1, dtype=np.int64)
    cells = result.hotspots["cells"]
    keys = [key for place in cells for key in place]
    found[result.counts.positions_of_keys(keys)] = np.repeat(
        np.arange(len(cells)), [len(place) for place in cells]
    )
    return found


def _label(kind: str, grid: Grid, base: Grid) -> str:
    if kind == "width":
        return f"{grid.width_m:g} m wide"
    east, north = grid.origin[0] - base.origin[0], grid.origin[1] - base.origin[1]
    return f"Shifted {east:.0f} m east, {north:.0f} m north"
