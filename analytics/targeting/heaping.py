"""Places where records pile up that did not happen there: prison, hospital, custody, station desk.

A heap is one exact coordinate. It needs a decision when its crimes make up a stated share of a
listed place and either its location text names such a building, or a loaded point of that kind
lies close by. Where places are not snapped to map points, one coordinate that alone holds most of
a place is asked about too: it is often an address entered by default. "Exclude" leaves the heap's
records out of the ranking; the other records of the place still count.
"""

import numpy as np
import pandas as pd

from analytics.geography import named_points, unproject
from analytics.workspace import InputError, User, Workspace, now_ms

NEAR_POINT_M = 60.0
FEWEST_RECORDS = 5
DOMINANT_SHARE = 0.5
DOMINANT_RECORDS = 20
# More crimes than this per distinct coordinate means the publisher snapped them to map points.
SNAPPED_RATIO = 3.0

KINDS = ("prison", "hospital", "custody", "station")
KIND_PATTERNS = {
    "prison": r"(^|\W)(hmp\b.*|hm prison\b.*|prison)$",
    "hospital": r"(^|\W)(hospital|infirmary|a ?& ?e|accident and emergency)$",
    "custody": r"(^|\W)custody( (suite|centre|block|office))?$",
    "station": r"(^|\W)police (station|office|hq|headquarters)( .*)?$",
}
_PREFIX = r"^\s*on or near\s+"

COLUMNS = (
    "place_key",
    "name",
    "kind",
    "records",
    "share_of_place",
    "hotspot_id",
    "rank",
    "decision",
    "reason",
    "x",
    "y",
    "lon",
    "lat",
)


def plain_location(text: pd.Series) -> pd.Series:
    """Return location texts without data.police.uk's "On or near"."""
    return text.fillna("").str.replace(_PREFIX, "", case=False, regex=True).str.strip()


def kind_of_location(text: pd.Series) -> pd.Series:
    """Name the kind of heaping building that each location text ends with, "" for none.

    "Prison" and "Marlbridge Police Station front counter" are buildings, "Prison Lane" is not.
    """
    plain = plain_location(text).str.lower()
    found = pd.Series("", index=text.index)
    for kind, pattern in KIND_PATTERNS.items():
        found[(found == "") & plain.str.contains(pattern.replace("(", "(?:"), regex=True)] = kind
    return found


def find_heaps(
    spots: pd.DataFrame, points: pd.DataFrame, is_snapped: bool, least_share: float
) -> pd.DataFrame:
    """Return the heaps among the coordinates of listed places.

    `spots`: place, x, y, location (commonest), records, place_records. `points`: name, kind, x, y
    in metres. Returns the rows of `spots` with name, kind and share_of_place.
    """
    spots = spots.copy()
    spots["share_of_place"] = spots["records"] / spots["place_records"]
    spots["kind"] = kind_of_location(spots["location"])
    spots["name"] = plain_location(spots["location"])
    near = points[points["kind"].isin(KINDS)]
    for point in near.itertuples():
        close = np.hypot(spots["x"] - point.x, spots["y"] - point.y) <= NEAR_POINT_M
        spots.loc[close & (spots["kind"] == ""), ["kind", "name"]] = [point.kind, point.name]
    if not is_snapped:
        alone = (spots["share_of_place"] >= DOMINANT_SHARE) & (spots["records"] >= DOMINANT_RECORDS)
        spots.loc[alone & (spots["kind"] == ""), "kind"] = "one point"
    enough = (spots["records"] >= FEWEST_RECORDS) & (spots["share_of_place"] >= least_share)
    return spots[(spots["kind"] != "") & enough].reset_index(drop=True)


def decisions(workspace: Workspace) -> pd.DataFrame:
    """Return the decisions taken so far: place_key, name, x, y, decision, reason."""
    return workspace.frame(
        "SELECT place_key, name, x, y, decision, reason FROM heaping_decisions ORDER BY place_key"
    )


def excluded_points(workspace: Workspace) -> tuple[tuple[float, float], ...]:
    """Return the coordinates whose records are left out of rankings."""
    return tuple(
        workspace.rows(
            "SELECT x, y FROM heaping_decisions WHERE decision = 'exclude' ORDER BY x, y"
        )
    )


def heap_key(x: float, y: float) -> str:
    """Name a heap by its coordinate in whole metres, which holds from load to load."""
    return f"heap:{round(x)}:{round(y)}"


def with_decisions(
    heaps: pd.DataFrame, excluded: pd.DataFrame, taken: pd.DataFrame, crs: str
) -> pd.DataFrame:
    """Join heaps with the decisions taken; `excluded` are heaps that no longer count anywhere."""
    heaps = heaps.assign(
        place_key=[heap_key(x, y) for x, y in zip(heaps["x"], heaps["y"], strict=True)]
    )
    kept = taken[taken["decision"] == "keep"].set_index("place_key")
    heaps["decision"] = heaps["place_key"].map(kept["decision"]).astype(object)
    heaps["reason"] = heaps["place_key"].map(kept["reason"]).astype(object)
    whole = pd.concat([part for part in (heaps, excluded) if len(part)] or [heaps])
    whole["lon"], whole["lat"] = unproject(
        whole["x"].to_numpy(float), whole["y"].to_numpy(float), crs
    )
    whole = whole.reindex(columns=list(COLUMNS)).sort_values(["rank", "place_key"])
    return whole.astype(object).where(whole.notna(), None).reset_index(drop=True)


def decide_heaping(
    workspace: Workspace, user: User, place_key: str, decision: str, reason: str
) -> None:
    """Keep or exclude a heap, with the reason, audited; "undo" forgets the decision.

    `place_key` is that of `heaping_places`. Raises InputError for another decision, a reason left
    empty, or a key that is none.
    """
    workspace.require(user, "decide")
    if decision not in ("keep", "exclude", "undo"):
        raise InputError(f"Decide 'keep', 'exclude' or 'undo', not '{decision}'.")
    if decision != "undo" and not reason.strip():
        raise InputError("Say why, in a few words: the reason is kept with the list.")
    x, y = _coordinate(workspace, place_key)
    name = _name_at(workspace, x, y)
    detail = {"decision": decision, "reason": reason, "name": name}
    with workspace.write(user, "alter", "heaping place", place_key, detail) as transaction:
        transaction.execute("DELETE FROM heaping_decisions WHERE place_key = ?", [place_key])
        if decision != "undo":
            transaction.execute(
                "INSERT INTO heaping_decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [place_key, name, x, y, decision, reason.strip(), user.username, now_ms()],
            )


def heaping_points(workspace: Workspace) -> pd.DataFrame:
    """Return the loaded points that records may heap on: name, kind, x, y."""
    held = named_points(workspace, *KINDS)
    return pd.DataFrame(held[["name", "kind", "x", "y"]])


def _coordinate(workspace: Workspace, place_key: str) -> tuple[float, float]:
    try:
        head, x, y = place_key.split(":")
        near = (float(x), float(y))
    except ValueError:
        head, near = "", (0.0, 0.0)
    rows = workspace.rows(
        "SELECT x, y FROM crimes WHERE abs(x - ?) <= 0.5 AND abs(y - ?) <= 0.5 "
        "GROUP BY x, y ORDER BY count(*) DESC, x, y LIMIT 1",
        list(near),
    )
    if head != "heap" or not rows:
        raise InputError(f"There is no heaping place '{place_key}'. Choose one of the list.")
    return rows[0]


def _name_at(workspace: Workspace, x: float, y: float) -> str:
    location = workspace.value("SELECT mode(location) FROM crimes WHERE x = ? AND y = ?", [x, y])
    return plain_location(pd.Series([location or ""])).iloc[0]
