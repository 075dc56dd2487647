"""What patrols did: engagements, searches, arrests, weapons, disruptions per patrol hour and visit.

Only what units with GPS that day report enters a rate: an activity of a unit without GPS has no
hours to stand over. It is counted apart. What was both typed and loaded counts once.
"""

import re
from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import pandas as pd

from analytics import tasking
from analytics.tracking.check_ins import present_ms, reported_for
from analytics.tracking.dosage import Dosage
from analytics.tracking.links import own_unit
from analytics.tracking.rates import poisson_rate
from analytics.workspace import InputError, User, Workspace, note_evidence, now_ms

KINDS = {
    "engagement": "Engagements",
    "search": "Searches",
    "arrest": "Arrests",
    "weapon": "Weapons seized",
    "disruption": "Disruptions",
    "other": "Other",
}
PER_HOURS = 100
PER_VISITS = 100
TYPED = "typed"
"""The load id of what was typed in."""
LEAST_OFFICERS = 5
"""A team with fewer officers on patrol gets no rates: they would be figures of persons."""
_WORDS = (
    ("incident", r"incident|assigned|assignment|call for service"),
    ("weapon", r"weapon|knife|knives|firearm"),
    ("search", r"search|stop"),
    ("arrest", r"arrest|detain"),
    ("disruption", r"disrupt|dispers"),
    ("engagement", r"engage|conversation|contact|reassur"),
)


@dataclass(frozen=True)
class Activity:
    """Activity in the places of a dosage, with rates per 100 patrol hours and per 100 visits.

    `kinds`, `places` and `teams` have name, kind, count, hours, rate, low, high, visits,
    per_visits, visits_low, visits_high. `hours` and `visits` are those of units, drive-throughs
    and incidents left out. `repeated` is what was typed and is in a loaded file too.
    """

    hours: float
    visits: int
    repeated: int
    completeness: float | None
    reported: int
    without_gps: int
    elsewhere: int
    kinds: pd.DataFrame
    places: pd.DataFrame
    teams: pd.DataFrame
    teams_withheld: tuple[str, ...]


def kind_of(words: str | None) -> str:
    """Return the known kind that the words of a file name, else "other"."""
    text = re.sub(r"[^a-z]+", " ", (words or "").lower())
    return next((kind for kind, pattern in _WORDS if re.search(pattern, text)), "other")


def has_activity(workspace: Workspace) -> bool:
    """Whether any activity of patrols is held."""
    return bool(
        workspace.value("SELECT count(*) > 0 FROM activity WHERE lower(kind) <> 'incident'")
    )


def preview_activity(workspace: Workspace, user: User, dosage: Dosage) -> Activity:
    """Count activity in the places and period of a dosage; stores nothing.

    Raises InputError when no activity is held for the period.
    """
    workspace.require(user, "track")
    rows, repeated = read_activity(workspace, dosage.hotspots, dosage.first_day, dosage.last_day)
    if rows.empty:
        raise InputError(
            "No activity is held for these days. Load the feed 'activity', or enter it below."
        )
    inside = rows[rows["place"].notna()]
    patrol = dosage.visits[dosage.visits["is_drive_through"] == 0].astype({"unit": object})
    known = patrol[["unit", "day", "team"]].dropna(subset=["unit"]).drop_duplicates(["unit", "day"])
    told = unit_days_heard(dosage)
    with_gps = inside.merge(told, on=["unit", "day"])
    teams, held_back = _teams(with_gps, patrol, known)
    spent = _spent(patrol.assign(name="All"))
    return Activity(
        hours=float(spent["hours"].sum()),
        visits=len(patrol),
        repeated=repeated,
        completeness=dosage.coverage.share,
        reported=int(rows["quantity"].sum()),
        without_gps=int(inside["quantity"].sum() - with_gps["quantity"].sum()),
        elsewhere=int(rows["quantity"].sum() - inside["quantity"].sum()),
        kinds=_rates(with_gps.assign(name="All"), spent.reindex(["All"], fill_value=0)),
        places=_places(with_gps, patrol, dosage),
        teams=teams,
        teams_withheld=held_back,
    )


def read_activity(
    workspace: Workspace, places: gpd.GeoDataFrame, first: date, last: date
) -> tuple[pd.DataFrame, int]:
    """Return unit, day (patrol day), kind, quantity, place (missing elsewhere), and the repeats.

    The named hot spot counts where it is one of `places`, else the coordinates do. Assignments to
    incidents are left out. Repeats are the quantity that was typed and is in a load too.
    """
    rows = workspace.frame(
        "SELECT load_id, unit, CAST(at_local - to_minutes(?) AS DATE) AS day, kind, "
        "coalesce(quantity, 1) AS quantity, place_id, x, y FROM activity "
        "WHERE CAST(at_local - to_minutes(?) AS DATE) BETWEEN ? AND ? ORDER BY at_local, kind",
        [workspace.day_starts_minutes] * 2 + [first, last],
    )
    rows["day"] = pd.to_datetime(rows["day"]).dt.date
    rows["kind"] = [kind_of(words) for words in rows["kind"]]
    rows = rows[rows["kind"] != "incident"].reset_index(drop=True)
    named = rows["place_id"].where(rows["place_id"].isin(places["place_id"]))
    rows = rows.assign(place=named.fillna(place_at(rows, places)))
    counted = rows["quantity"] - _repeated(rows)
    repeats = int(rows["quantity"].sum() - counted.sum())
    is_repeat = (counted == 0) & (rows["quantity"] > 0)
    return rows.assign(quantity=counted)[~is_repeat].reset_index(drop=True), repeats


def _repeated(rows: pd.DataFrame) -> pd.Series:
    """Return how much of each typed row a load tells too: same unit, day, kind and hot spot."""
    keys = ["unit", "day", "kind", "place"]
    typed = rows[rows["load_id"] == TYPED].dropna(subset=keys)
    loaded = rows[rows["load_id"] != TYPED].groupby(keys)["quantity"].sum()
    index = pd.MultiIndex.from_frame(typed[keys])
    held = pd.Series(loaded.reindex(index).fillna(0).to_numpy(float), index=typed.index)
    before = typed.groupby(keys)["quantity"].cumsum() - typed["quantity"]
    told = (held - before).clip(lower=0)
    return told.where(told < typed["quantity"], typed["quantity"]).reindex(rows.index).fillna(0.0)


def unit_days_heard(dosage: Dosage) -> pd.DataFrame:
    """Return unit, day of every unit and patrol day with a GPS fix."""
    heard = dosage.units.dropna(subset=["unit"]).astype({"unit": object})
    return heard[["unit", "day"]].drop_duplicates()


def place_at(rows: pd.DataFrame, places: gpd.GeoDataFrame) -> pd.Series:
    """Return the place_id in which each row's x, y lies; missing outside all of them."""
    points = gpd.GeoDataFrame(
        index=rows.index, geometry=gpd.points_from_xy(rows["x"], rows["y"]), crs=places.crs
    )
    found = points.sjoin(places[["place_id", "geometry"]], predicate="intersects")
    return found[~found.index.duplicated()]["place_id"].reindex(rows.index)


def sentence(activity: Activity) -> str:
    """Return the tab's answer."""
    counts = activity.kinds.set_index("kind")["count"]
    parts = [
        f"{int(counts.get(kind, 0)):,} {KINDS[kind].lower()}" for kind in KINDS if kind != "other"
    ]
    text = (
        f"**{', '.join(parts[:-1])} and {parts[-1]} in {activity.hours:,.0f} patrol hours "
        "measured by GPS.**"
    )
    if activity.completeness is None:
        return f"{text} How complete the GPS is cannot be known."
    return f"{text} GPS is held for {activity.completeness:.0%} of rostered unit-days."


def add_activity(
    workspace: Workspace, user: User, hotspot_id: str, unit: str, kinds: dict[str, int], at_ms: int
) -> None:
    """Keep what a unit did in a hot spot, as typed by a person; `kinds` is kind -> number.

    Who may not judge patrols types for the own unit only, or for that of an own check-in of the
    day before. Raises InputError for an unknown kind, place or other unit, a number outside 0 to
    99, or a time to come.
    """
    workspace.require(user, "check_in")
    if set(kinds) - set(KINDS) or any(not 0 <= number <= 99 for number in kinds.values()):
        raise InputError("Enter numbers from 0 to 99 of the kinds of activity offered.")
    entered = {kind: number for kind, number in kinds.items() if number}
    if not entered:
        return
    saved = workspace.value("SELECT count(*) FROM places WHERE place_id = ?", [hotspot_id])
    if not saved and hotspot_id not in tasking.place_names(workspace):
        raise InputError("This hot spot is not on a list.")
    is_own = user.may("track") or reported_for(workspace, user, unit, at_ms)
    if not is_own and unit != own_unit(workspace, user):
        raise InputError("You can enter what your own unit did, and no other's.")
    if at_ms > present_ms(workspace):
        raise InputError("What was done cannot lie in the future. Check the day and the time.")
    local = pd.Timestamp(at_ms, unit="ms", tz="UTC").tz_convert(workspace.timezone)
    # The log says who wrote for which unit; what was done, and where, stands in the table alone.
    with workspace.write(user, "create", "activity", unit) as transaction:
        for kind, number in entered.items():
            transaction.execute(
                "INSERT INTO activity (row_id, load_id, row_hash, at_utc_ms, at_local, kind, "
                "quantity, unit, place_id) VALUES (nextval('row_ids'), ?, "
                "hash(?, ?, ?), ?, ?, ?, ?, ?, ?)",
                [TYPED, unit, kind, now_ms(), at_ms,
                 local.tz_localize(None).to_pydatetime(), kind, number, unit, hotspot_id],
            )  # fmt: skip


def save_activity(workspace: Workspace, user: User, activity: Activity, run_id: str) -> None:
    """Note for the readiness checklist that activity is recorded."""
    workspace.require(user, "track")
    with workspace.write(user, "create", "evidence", "T6-11") as transaction:
        note_evidence(transaction, "T6-11", sentence(activity).replace("*", ""), run_id)


def _spent(patrol: pd.DataFrame) -> pd.DataFrame:
    """Return hours and visits by `name` of visits that are no drive-through."""
    grouped = patrol.groupby("name")["headline_ms"]
    return pd.DataFrame({"hours": grouped.sum() / 3_600_000, "visits": grouped.size()})


def _rates(rows: pd.DataFrame, spent: pd.DataFrame) -> pd.DataFrame:
    """One row per name of `spent` and kind: the count, its rates and their exact intervals."""
    counts = rows.groupby(["name", "kind"])["quantity"].sum()
    unknown = (None, None, None)
    found = []
    for name, hours, visits in spent[["hours", "visits"]].itertuples():
        for kind in KINDS:
            count = int(counts.get((name, kind), 0))
            by_hour = poisson_rate(count, hours, PER_HOURS) if hours > 0 else unknown
            by_visit = poisson_rate(count, visits, PER_VISITS) if visits > 0 else unknown
            found.append((name, kind, count, hours, *by_hour, visits, *by_visit))
    columns = ["name", "kind", "count", "hours", "rate", "low", "high"]
    columns += ["visits", "per_visits", "visits_low", "visits_high"]
    return pd.DataFrame(found, columns=columns)


def _places(rows: pd.DataFrame, patrol: pd.DataFrame, dosage: Dosage) -> pd.DataFrame:
    names = dosage.hotspots.set_index("place_id")["name"]
    spent = _spent(patrol.assign(name=patrol["place_id"])).reindex(names.index, fill_value=0)
    rates = _rates(rows.assign(name=rows["place"]), spent)
    return rates.assign(place_id=rates["name"], name=rates["name"].map(names))


def _teams(
    rows: pd.DataFrame, patrol: pd.DataFrame, known: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Rates by team; a team with fewer than `LEAST_OFFICERS` on patrol is held back."""
    spent = _spent(patrol.dropna(subset=["team"]).assign(name=lambda visits: visits["team"]))
    crews = patrol.dropna(subset=["team", "unit"]).groupby(["team", "unit"])["crew"].max()
    officers = crews.astype(float).fillna(1).groupby("team").sum().reindex(spent.index).fillna(0)
    officers = officers.sort_values()
    few = int((officers < LEAST_OFFICERS).sum())
    # One team alone would follow from the total, so the next smallest goes with it.
    small = tuple(str(team) for team in officers.index[: 2 if few == 1 else few])
    named = rows.merge(known, on=["unit", "day"]).rename(columns={"team": "name"})
    return _rates(named, spent[~spent.index.isin(small)]), small
