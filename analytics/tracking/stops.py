"""Stop and search inside hot spots by recorded ethnicity, against stops elsewhere and residents.

Shares have Wilson intervals, ratios those of Woolf (1955) or exact ones. Counts below 5 are
withheld, and others with them where a total would give them away.
"""

import json
import re
from dataclasses import dataclass

import pandas as pd

from analytics.tracking.activity import place_at
from analytics.tracking.compliance import wilson
from analytics.tracking.dosage import Dosage
from analytics.tracking.rates import LEAST_SHOWN, ratio_of_odds, ratio_of_rates, withheld
from analytics.workspace import InputError, NotMeasurable, User, Workspace, note_evidence, now_ms

GROUPS = ("White", "Asian", "Black", "Mixed", "Other", "Not stated")
REFERENCE = "White"
CAVEAT = (
    "Residents are not the people who are on the street when patrols are: shares of residents "
    "over- or understate who is available to be stopped. Stops elsewhere are the fairer "
    "comparison, and even they differ in time, crime and who is about. A ratio shows where to "
    "look; it proves neither bias nor its absence."
)
_PATTERNS = (
    ("Not stated", r"not stated|unknown|refus|declin|n/?a$|not recorded|not known"),
    ("Mixed", r"mixed|multiple ethnic"),
    ("White", r"^white|caucasian|^w\d"),
    ("Black", r"black|african|caribbean|^b\d"),
    ("Asian", r"asian|indian|pakistani|bangladeshi|^a\d"),
)


@dataclass(frozen=True)
class Stops:
    """Stops by group: `table` has group, inside, share, low, high, the same of elsewhere, ratios.

    Missing in `table` is withheld or not measurable, never zero.
    """

    inside: int
    elsewhere: int
    repeats: int
    without_place: int
    table: pd.DataFrame
    has_population: bool


def group_of(recorded: str | None) -> str:
    """Return the broad group of a recorded ethnicity (five groups of the 2021 census, not stated)."""
    text = (recorded or "not stated").strip().lower()
    return next((group for group, pattern in _PATTERNS if re.search(pattern, text)), "Other")


def preview_stops(workspace: Workspace, user: User, dosage: Dosage) -> Stops:
    """Compare stops inside the places of a dosage with those elsewhere in its period.

    Raises NotMeasurable with the reason when it cannot be done.
    """
    workspace.require(user, "track")
    rows = workspace.frame(
        "SELECT row_hash, ethnicity, x, y FROM stops WHERE x IS NOT NULL "
        "AND time_precision <> 'month' "
        "AND CAST(occurred_from - to_minutes(?) AS DATE) BETWEEN ? AND ?",
        [workspace.day_starts_minutes, dosage.first_day, dosage.last_day],
    )
    aside = int(
        workspace.value(
            "SELECT count(*) FROM quarantine WHERE feed = 'stops' AND rule = 'no_place' "
            "AND fixed_by IS NULL"
        )
    )
    _check(rows, aside)
    is_inside = place_at(rows, dosage.hotspots).notna()
    groups = rows["ethnicity"].map(group_of)
    population = read_population(workspace)
    return Stops(
        inside=int(is_inside.sum()),
        elsewhere=int((~is_inside).sum()),
        repeats=int(rows["row_hash"].duplicated().sum()),
        without_place=aside,
        table=compare(groups[is_inside], groups[~is_inside], population),
        has_population=bool(population),
    )


def compare(
    inside: pd.Series, elsewhere: pd.Series, population: dict[str, int] | None = None
) -> pd.DataFrame:
    """Return one row per group from two series of group names and residents by group."""
    counts = [_counts(inside), _counts(elsewhere)]
    hidden = [withheld(list(each.values())) for each in counts]
    shown = [
        {g: None if is_hidden else n for (g, n), is_hidden in zip(each.items(), mask, strict=True)}
        for each, mask in zip(counts, hidden, strict=True)
    ]
    rows = []
    for group in GROUPS:
        here, there = shown[0][group], shown[1][group]
        rows.append(
            {
                "group": group,
                "inside": here,
                **_share("inside", here, len(inside)),
                "elsewhere": there,
                **_share("elsewhere", there, len(elsewhere)),
                **_ratio(group, shown),
                **_against_residents(group, shown[0], population or {}),
            }
        )
    return pd.DataFrame(rows)


def read_population(workspace: Workspace) -> dict[str, int]:
    """Return the residents by group that were entered for the hot spots; empty without."""
    rows = workspace.rows(
        "SELECT value FROM templates WHERE kind = 'residents' ORDER BY saved_ms DESC LIMIT 1"
    )
    return {group: int(number) for group, number in json.loads(rows[0][0]).items()} if rows else {}


def save_population(workspace: Workspace, user: User, residents: dict[str, int]) -> None:
    """Keep the residents of the hot spots by group; raises InputError for a negative number."""
    workspace.require(user, "track")
    if any(number < 0 for number in residents.values()):
        raise InputError("Numbers of residents cannot be negative.")
    with workspace.write(user, "alter", "residents", "hot spots", residents) as transaction:
        transaction.execute(
            "INSERT INTO templates VALUES ('residents', 'hot spots', ?, ?, ?)",
            [json.dumps(residents), user.username, now_ms()],
        )


def save_stops(workspace: Workspace, user: User, stops: Stops, run_id: str) -> None:
    """Note for the readiness checklist that stop and search in hot spots is monitored."""
    workspace.require(user, "track")
    with workspace.write(user, "create", "evidence", "T6-12") as transaction:
        note_evidence(transaction, "T6-12", sentence(stops).replace("*", ""), run_id)


def sentence(stops: Stops) -> str:
    """Return the tab's answer: how many, and where a group stands out beyond chance."""
    text = f"**{stops.inside:,} stops inside hot spots, {stops.elsewhere:,} elsewhere.**"
    ratios = stops.table.dropna(subset=["ratio_low"])
    more = ratios[ratios["ratio_low"] > 1]
    if ratios.empty:
        return f"{text} Too few stops of any group to compare it with White people."
    if more.empty:
        return (
            f"{text} No group is stopped more inside hot spots than elsewhere, against White "
            "people, beyond chance (95%)."
        )
    names = ", ".join(f"{row.group} {row.ratio:.1f}" for row in more.itertuples())
    return (
        f"{text} Against White people, the odds that a stop inside hot spots is of this group are "
        f"higher than elsewhere: {names} times."
    )


def _check(rows: pd.DataFrame, aside: int) -> None:
    if rows.empty and aside:
        raise NotMeasurable(
            f"Stops inside hot spots are not measurable: {aside:,} stops were loaded without "
            "coordinates and no other is held for these days."
        )
    if rows.empty:
        raise NotMeasurable(
            "Stops inside hot spots are not measurable: no stops with coordinates and a day are "
            "held for these days. Load the feed 'stops', or choose other days."
        )
    if rows["ethnicity"].notna().sum() == 0:
        raise NotMeasurable(
            "Stops by ethnicity are not measurable: the stops loaded name none. Load them with "
            "their column of ethnicity."
        )


def _counts(groups: pd.Series) -> dict[str, int]:
    found = groups.value_counts()
    return {group: int(found.get(group, 0)) for group in GROUPS}


def _share(name: str, count: int | None, total: int) -> dict[str, float | None]:
    keys = (f"{name}_share", f"{name}_low", f"{name}_high")
    if count is None or not total:
        return dict.fromkeys(keys)
    return dict(zip(keys, (count / total, *wilson(count, total)), strict=True))


def _ratio(group: str, shown: list[dict[str, int | None]]) -> dict[str, float | None]:
    keys = ("ratio", "ratio_low", "ratio_high")
    counts = [shown[0][group], shown[0][REFERENCE], shown[1][group], shown[1][REFERENCE]]
    if group in (REFERENCE, "Not stated") or any(count is None for count in counts):
        return dict.fromkeys(keys)
    return dict(zip(keys, ratio_of_odds(*counts), strict=True))


def _against_residents(
    group: str, inside: dict[str, int | None], residents: dict[str, int]
) -> dict[str, float | None]:
    """Stops per 1,000 residents, and their ratio to those of the reference group."""
    keys = ("per_1000", "rate_ratio", "rate_low", "rate_high")
    count, people = inside[group], residents.get(group, 0)
    if count is None or not people or group == "Not stated":
        return dict.fromkeys(keys)
    rate = 1_000 * count / people
    reference, others = inside[REFERENCE], residents.get(REFERENCE, 0)
    if group == REFERENCE or reference is None or not others:
        return dict(zip(keys, (rate, None, None, None), strict=True))
    return dict(zip(keys, (rate, *ratio_of_rates(count, people, reference, others)), strict=True))


NOTE = f"Counts below {LEAST_SHOWN} are withheld, with the next smallest where a total would tell."
