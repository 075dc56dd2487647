"""Checks of where events lie: usable places, the study area, points where records pile up."""

import pandas as pd
import shapely

from analytics import geography
from analytics.technology.checks import DECIDE, FLAGGED, REPORTED, STORED, Check
from analytics.technology.staging import Staging
from analytics.workspace import Workspace

GOOD_GEOCODED_SHARE = 0.85
"""Least share of records with a usable place (Ratcliffe 2004)."""
HEAP_SHARE = 0.01
"""A coordinate that alone holds more than this share of the rows is called over-represented."""
FEWEST_ON_A_HEAP = 20
POINTS_LISTED = 10


def geocoded(staging: Staging, feed: str) -> Check:
    """State the share of rows with a usable place against the 85% of Ratcliffe (2004)."""
    read, placed, kept = staging.rows(
        """SELECT count(*), count(*) FILTER (CASE WHEN rule IS NULL THEN x IS NOT NULL ELSE rule
            NOT IN ('no_place', 'suppressed_place', 'impossible_place', 'unreadable_number') END),
            count(*) FILTER (rule IS NULL AND x IS NULL)
        FROM checked WHERE rule IS DISTINCT FROM 'already_held'"""
    )[0]
    is_low = bool(read) and placed / read < GOOD_GEOCODED_SHARE
    note = "No row is new, so this is not measurable."
    if read:
        note = f"{placed / read:.1%} of the {read:,} rows have a usable place; at least 85% should."
    if is_low:
        note = (
            f"Only {placed / read:.1%} of the {read:,} rows have a usable place; below 85% a map "
            f"of {feed} misleads (Ratcliffe 2004)."
        )
    if kept:
        note += f" {kept:,} without coordinates are stored and count as not placeable."
    return Check(
        "geocoded_share",
        "Rows without a usable place",
        "No, withheld, unreadable or impossible coordinates; at most 15% (Ratcliffe 2004).",
        read - placed if read else None,
        STORED if is_low else REPORTED,
        note,
        warns=is_low,
    )


def outside_area(staging: Staging, workspace: Workspace) -> Check:
    """Count the usable rows outside the loaded boundary; they are stored and flagged later."""
    check = Check(
        "outside_area",
        "Outside the study area",
        "The place lies outside the loaded boundary. Targeting leaves such rows out and says so.",
        None,
        FLAGGED,
        "No boundary is loaded, so this is not measurable.",
    )
    area = geography.boundary(workspace)
    if area.empty:
        return check
    spots = staging.database.execute(
        "SELECT given_x, given_y, x, y FROM spots WHERE x IS NOT NULL"
    ).df()
    shape = area.geometry.union_all()
    shapely.prepare(shape)
    is_outside = ~shapely.intersects_xy(shape, spots["x"].to_numpy(), spots["y"].to_numpy())
    staging.keep("outside_spots", spots.loc[is_outside, ["given_x", "given_y"]].drop_duplicates())
    joined = """FROM checked JOIN outside_spots USING (given_x, given_y) WHERE rule IS NULL"""
    outside = staging.value(f"SELECT count(*) {joined}")
    usable = staging.value("SELECT count(*) FROM checked WHERE rule IS NULL")
    note = (
        f"{outside:,} of {usable:,} rows ({outside / usable:.1%}) lie outside the boundary."
        if outside
        else ""
    )
    return Check(
        check.rule,
        check.title,
        check.means,
        outside,
        FLAGGED,
        note,
        rows_sql=f"SELECT n {joined}",
    )


def heaped_points(staging: Staging) -> Check:
    """List the ten coordinates with most rows and count those that hold more than 1% alone."""
    usable = staging.value("SELECT count(*) FROM checked WHERE rule IS NULL")
    least = max(HEAP_SHARE * usable, FEWEST_ON_A_HEAP)
    staging.database.execute(
        """CREATE OR REPLACE TEMP TABLE points AS SELECT given_x, given_y, count(*) AS rows
        FROM checked WHERE rule IS NULL AND x IS NOT NULL GROUP BY given_x, given_y"""
    )
    most = staging.rows(
        f"""SELECT mode(location), given_x, given_y, rows
        FROM (SELECT * FROM points WHERE rows >= {FEWEST_ON_A_HEAP}
            ORDER BY rows DESC, given_x, given_y LIMIT {POINTS_LISTED})
        JOIN checked USING (given_x, given_y) WHERE rule IS NULL
        GROUP BY given_x, given_y, rows ORDER BY rows DESC, given_x, given_y"""
    )
    heaps = staging.value(f"SELECT count(*) FROM points WHERE rows > {least}")
    listed = pd.DataFrame(most, columns=["location", "x", "y", "rows"])
    listed["share"] = listed["rows"] / max(usable, 1)
    note = ""
    if len(listed):
        top = listed.iloc[0]
        named = f" ({top['location']})" if top["location"] else ""
        note = (
            f"The busiest point{named} alone holds {top['rows']:,} rows ({top['share']:.1%}). "
            "Prisons, hospitals and police stations must be decided on before a list is signed off."
        )
    return Check(
        "heaped_points",
        "Over-represented points",
        f"One exact coordinate with more than {HEAP_SHARE:.0%} of the rows and at least "
        f"{FEWEST_ON_A_HEAP}.",
        heaps,
        DECIDE,
        note if heaps else "",
        unit="point",
        examples=listed.to_dict("records"),
    )
