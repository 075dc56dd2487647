"""The two tables of stop and search: groups by area, groups by what was found, small ones withheld.

Shares and rates have Wilson intervals, ratios those of Woolf (1955) or exact ones.
"""

from functools import lru_cache

import numpy as np
import pandas as pd

from analytics.tracking.compliance import wilson
from analytics.tracking.ethnicity import GROUPS, REFERENCE, UNKNOWN
from analytics.tracking.rates import LEAST_SHOWN, ratio_of_odds, ratio_of_rates
from analytics.tracking.suppression import Published, withhold

AREAS = ("inside", "near", "elsewhere", "unplaced")
OUTCOMES = ("found", "not_found", "not_recorded")
ALL = "all"
STATED = "stated"
"""The column of what a sentence tells of all areas: how many stops state no ethnicity."""
WITHHELD, NOT_MEASURABLE = "withheld", "not measurable"
_COMPARED = {"ratio": ["inside", "elsewhere"], "rate": ["inside"]}
"""What a ratio begins with -> the areas whose counts it stands on."""
_CELLS = np.arange(len(GROUPS) * len(AREAS) * len(OUTCOMES)).reshape(
    len(GROUPS), len(AREAS), len(OUTCOMES)
)

FOUND_AREAS = ("inside", "elsewhere", ALL)
"""Where it is shown what was found. `ALL` is shown only where no stop is placed: beside the areas
it would give many of them away."""


def tables_of(
    rows: pd.DataFrame, population: dict[str, int] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables of areas and of what was found, from rows of group, area and outcome.

    `population` is the residents by group. Missing is withheld or not measurable.
    """
    cells = np.zeros(_CELLS.shape, dtype=np.int64)
    for place, count in rows.groupby(["group", "area", "outcome"]).size().items():
        cells[_index(*place)] = count
    shown = _shown(cells)
    totals = {area: int(cells[:, number].sum()) for number, area in enumerate(AREAS)}
    totals[ALL] = int(cells.sum())
    return _area_table(shown, totals, population or {}), _found_table(shown)


def _index(group: str, area: str, outcome: str) -> tuple[int, int, int]:
    return GROUPS.index(group), AREAS.index(area), OUTCOMES.index(outcome)


def _shown(cells: np.ndarray) -> dict[tuple[str, str], int | None]:
    """Return (group, column) -> the count shown; it lacks what is not measurable."""
    published, flat = _published(cells), cells.ravel()
    return {
        (each.row, each.column): None if is_hidden else int(flat[list(each.cells)].sum())
        for each, is_hidden in zip(published, _withheld(tuple(flat.tolist())), strict=True)
    }


@lru_cache(maxsize=64)
def _withheld(cells: tuple[int, ...]) -> list[bool]:
    counts = np.array(cells)
    return withhold(_published(counts.reshape(_CELLS.shape)), counts)


def _published(cells: np.ndarray) -> list[Published]:
    """Every count that the tables and sentences show, as sums of single cells."""
    has_places = cells[:, : AREAS.index("unplaced")].sum() > 0
    columns = {area: _CELLS[:, [number], :] for number, area in enumerate(AREAS)}
    columns = columns if has_places else {ALL: _CELLS}
    for area in [area for area in FOUND_AREAS if area in columns]:
        for number, outcome in enumerate(OUTCOMES[:2]):
            columns[f"{area}_{outcome}"] = columns[area][:, :, [number]]
    found = []
    for column, members in columns.items():
        for number, group in enumerate(GROUPS):
            found.append(Published(group, column, frozenset(members[number].ravel().tolist())))
        found.append(Published(ALL, column, frozenset(members.ravel().tolist()), is_total=True))
    # A sentence tells in how many stops of all areas the object was found.
    for number, outcome in enumerate(OUTCOMES):
        told = frozenset(_CELLS[:, :, number].ravel().tolist())
        found.append(Published(ALL, f"told_{outcome}", told, is_total=True))
    if unknown_shown(cells[GROUPS.index(UNKNOWN)].sum()):
        unknown = _CELLS[GROUPS.index(UNKNOWN)]
        found.append(Published(UNKNOWN, STATED, frozenset(unknown.ravel().tolist()), is_total=True))
    return found


def unknown_shown(count: int) -> bool:
    """Whether a sentence may tell how many stops of all areas have no ethnicity stated."""
    return count >= LEAST_SHOWN


def _area_table(
    shown: dict[tuple[str, str], int | None], totals: dict[str, int], population: dict[str, int]
) -> pd.DataFrame:
    rows = []
    for group in GROUPS:
        counts = {area: shown.get((group, area)) for area in (*AREAS, ALL)}
        row = {"group": group, **counts}
        for area in ("inside", "elsewhere", ALL):
            row |= _share(area, counts[area], totals[area])
        row |= _ratio(group, shown) | _against_residents(group, shown, population)
        rows.append(row)
    return pd.DataFrame(rows)


def _found_table(shown: dict[tuple[str, str], int | None]) -> pd.DataFrame:
    rows = []
    for group in GROUPS:
        row: dict[str, object] = {"group": group}
        for area in FOUND_AREAS:
            found, missed = (shown.get((group, f"{area}_{name}")) for name in OUTCOMES[:2])
            row |= {f"{area}_found": found, f"{area}_not_found": missed}
            is_known = found is not None and missed is not None and found + missed > 0
            low, high = wilson(found, found + missed) if is_known else (None, None)
            rate = found / (found + missed) if is_known else None
            row |= {f"{area}_rate": rate, f"{area}_low": low, f"{area}_high": high}
        rows.append(row)
    return pd.DataFrame(rows)


def missing_word(table: pd.DataFrame, name: str) -> list[str]:
    """Return, for each row of one of the tables, why a value of the column `name` would lack.

    Withheld is what a withheld count would give away, not measurable what has no count to stand
    on. The group that others are compared with, and those not stated, have no ratio at all.
    """
    area = name.split("_")[0]
    if area in _COMPARED:
        counts = table[_COMPARED[area]]
        is_hidden = counts.isna().any(axis=1) | counts[table["group"] == REFERENCE].isna().any(
            axis=None
        )
        is_alone = table["group"].isin([REFERENCE, UNKNOWN])
        return np.select([is_alone, is_hidden], ["", WITHHELD], NOT_MEASURABLE).tolist()
    behind = [name for name in (area, f"{area}_found", f"{area}_not_found") if name in table]
    return np.where(table[behind].isna().any(axis=1), WITHHELD, NOT_MEASURABLE).tolist()


def _share(name: str, count: int | None, total: int) -> dict[str, float | None]:
    keys = (f"{name}_share", f"{name}_low", f"{name}_high")
    if count is None or not total:
        return dict.fromkeys(keys)
    return dict(zip(keys, (count / total, *wilson(count, total)), strict=True))


def _ratio(group: str, shown: dict[tuple[str, str], int | None]) -> dict[str, float | None]:
    keys = ("ratio", "ratio_low", "ratio_high")
    counts = [
        shown.get((who, area)) for area in ("inside", "elsewhere") for who in (group, REFERENCE)
    ]
    if group in (REFERENCE, UNKNOWN) or not all(counts):
        return dict.fromkeys(keys)
    return dict(zip(keys, ratio_of_odds(*counts), strict=True))


def _against_residents(
    group: str, shown: dict[tuple[str, str], int | None], residents: dict[str, int]
) -> dict[str, float | None]:
    """Stops inside per 1,000 residents, and their ratio to those of the reference group."""
    keys = ("per_1000", "rate_ratio", "rate_low", "rate_high")
    count, people = shown.get((group, "inside")), residents.get(group, 0)
    if not count or not people or group == UNKNOWN:
        return dict.fromkeys(keys)
    rate = 1_000 * count / people
    reference, others = shown.get((REFERENCE, "inside")), residents.get(REFERENCE, 0)
    if group == REFERENCE or not reference or not others:
        return dict(zip(keys, (rate, None, None, None), strict=True))
    return dict(zip(keys, (rate, *ratio_of_rates(count, people, reference, others)), strict=True))
