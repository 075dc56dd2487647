"""Stop and search as an Excel file for a scrutiny panel: the tables of the page, nothing finer."""

import pandas as pd

from analytics.reports import about_export, write_excel
from analytics.tracking.ethnicity import BASES
from analytics.tracking.stops import (
    CAVEAT,
    NEAR_M,
    NOTE,
    Stops,
    found_sentence,
    sentence,
    unknown_sentence,
)
from analytics.tracking.stops_tables import missing_word
from analytics.workspace import User, Workspace

_AREAS = {
    "inside": "Inside hot spots",
    "near": f"Within {NEAR_M} m",
    "elsewhere": "Elsewhere",
    "unplaced": "Not placeable",
}
_ALL = {"all": "All stops"}


def stops_workbook(workspace: Workspace, user: User, stops: Stops) -> bytes:
    """Return the stops of a quarter as a workbook; withheld counts are the word, never a number."""
    workspace.require(user, "export")
    areas = _AREAS if stops.has_places else _ALL
    shared = [area for area in ("inside", "elsewhere", "all") if area in areas]
    ratios = ["ratio", "ratio_low", "ratio_high"] if stops.has_places else []
    shares = [f"{area}_{part}" for area in shared for part in ("share", "low", "high")]
    found = [
        f"{area}_{part}"
        for area in shared
        for part in ("found", "not_found", "rate", "low", "high")
    ]
    texts = [sentence(stops), found_sentence(stops), unknown_sentence(stops), NOTE, CAVEAT]
    texts = [text.replace("*", "") for text in texts]
    sheets = {
        "Stops": _named(stops.table, list(areas), areas),
        "Shares": _named(stops.table, [*shares, *ratios], {}),
        "Found": _named(stops.found, found, {}),
        "Remarks": pd.DataFrame({"Remark": [*texts, *stops.remarks]}),
    }
    first, last = stops.first, stops.last
    about = about_export(
        workspace,
        title=f"Stop and search, {stops.quarter.title}, {BASES[stops.basis].lower()} ethnicity",
        run_id="",
        period=f"{first.day} {first:%b %Y} to {last.day} {last:%b %Y}",
        source=f"stops as loaded; {stops.source}",
    )
    return write_excel(None, sheets, about)


def _named(table: pd.DataFrame, columns: list[str], titles: dict[str, str]) -> pd.DataFrame:
    """Return group and columns under readable titles, what is missing in words."""
    made = table[["group", *columns]].astype(object)
    for name in columns:
        made[name] = made[name].where(made[name].notna(), missing_word(table, name))
    names = {name: titles.get(name, name.replace("_", " ").capitalize()) for name in columns}
    return made.rename(columns={"group": "Recorded ethnicity", **names})
