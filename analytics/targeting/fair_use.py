"""Where recorded crime may mislead about this very list, and what it did not look at.

Recorded crime shows what was reported and what police found, not all that happened. Each caution
is drawn from the scope's own records, so that a reader can weigh it.
"""

import re
from dataclasses import dataclass

import pandas as pd

from analytics.targeting.cell_counts import CellCounts
from analytics.targeting.heaping import SNAPPED_RATIO
from analytics.targeting.result import HotspotResult
from analytics.targeting.scope import Period, crime_filter
from analytics.workspace import Workspace

ENOUGH_PLACED = 0.85
_MIDNIGHT_SHARE = 0.05
_MOST_NAMES = 5
# Home Office codes and words of offences that mostly come to light through police activity. A
# convention of this program: which they are in a force is for its crime registrar to say.
_PROACTIVE_CODES = re.compile(r"^0*(10[A-D]|92[A-E]?)(/.*)?$", re.IGNORECASE)
_PROACTIVE_WORDS = re.compile(
    r"weapon|firearm|blade|bladed|drug|cannabis|traffick|going equipped", re.IGNORECASE
)


@dataclass(frozen=True)
class Caution:
    """One way in which the records may mislead: a short `title` and a `text` with numbers."""

    title: str
    text: str


def fair_use(workspace: Workspace, result: HotspotResult) -> list[Caution]:
    """Return the cautions of a list, those drawn from its own records first."""
    counts = result.counts
    found = counts.details.get(("fair use", counts.key), lambda: _of_records(workspace, result))
    return [*found, *_heaps(result), *_always()]


def is_proactive_offence(name: str) -> bool:
    """Whether an offence's code or name is one that police activity mostly brings to light.

    The list is a convention: weapons, firearms and drugs.
    """
    return bool(_PROACTIVE_CODES.match(name.strip()) or _PROACTIVE_WORDS.search(name))


def _of_records(workspace: Workspace, result: HotspotResult) -> list[Caution]:
    counts, settings = result.counts, result.settings
    where, values = crime_filter(settings, counts.excluded)
    train = counts.scope.train
    within = f"{where} AND occurred_from >= ?::DATE AND occurred_from < ?::DATE + 1"
    values = [*values, train.first, train.last]
    offences = workspace.frame(
        "SELECT coalesce(offence, offence_code, '') AS name, coalesce(any_value(offence_code), '') AS code, "
        "count(*) AS crimes, count(*) FILTER (WHERE is_proactive) AS proactive, "
        "count(*) FILTER (WHERE is_proactive IS NULL) AS unknown "
        f"FROM crimes WHERE {within} GROUP BY 1 ORDER BY crimes DESC, 1",
        values,
    )
    crimes, spots, timed, midnight = workspace.rows(
        "SELECT count(*), count(DISTINCT (x, y)), count(*) FILTER (WHERE time_precision = "
        "'minute'), count(*) FILTER (WHERE time_precision = 'minute' AND "
        "date_trunc('day', occurred_from) = occurred_from AND "
        f"coalesce(occurred_to, occurred_from) = occurred_from) FROM crimes WHERE {within}",
        values,
    )[0]
    return [
        *_found_by_police(offences),
        *_snapped(crimes, spots),
        *_unplaced(workspace, train),
        *_untimed(crimes, timed, midnight),
        *_missing(counts),
    ]


def _found_by_police(offences: pd.DataFrame) -> list[Caution]:
    whole = int(offences["crimes"].sum())
    if not whole:
        return []
    listed = [
        is_proactive_offence(name) or is_proactive_offence(code)
        for name, code in zip(offences["name"], offences["code"], strict=True)
    ]
    found = offences[listed]
    flagged, unknown = int(offences["proactive"].sum()), int(offences["unknown"].sum())
    told = []
    if len(found):
        names = ", ".join(found["name"][:_MOST_NAMES])
        more = "" if len(found) <= _MOST_NAMES else f" and {len(found) - _MOST_NAMES} more"
        told.append(
            f"{int(found['crimes'].sum()):,} of {whole:,} crimes ({found['crimes'].sum() / whole:.1%}) "
            f"are offences that mostly come to light when police look for them ({names}{more}; a "
            "convention, to be checked with the crime registrar). They show where police were."
        )
    if flagged:
        told.append(f"{flagged:,} crimes are flagged as found by police and are in the ranking.")
    if unknown:
        told.append(f"{unknown:,} of {whole:,} crimes do not say whether police found them.")
    return [Caution("Found by police, not reported", " ".join(told))] if told else []


def _snapped(crimes: int, spots: int) -> list[Caution]:
    if not spots or crimes / spots <= SNAPPED_RATIO:
        return []
    return [
        Caution(
            "Places moved to map points",
            f"{crimes:,} crimes share {spots:,} coordinates ({crimes / spots:.1f} each): they were "
            "moved to nearby map points before publication. A place may hold crimes of its "
            "neighbours; do not read it to the house or the corner.",
        )
    ]


def _unplaced(workspace: Workspace, train: Period) -> list[Caution]:
    held, placed = workspace.rows(
        "SELECT count(*), count(x) FROM crimes WHERE occurred_from >= ?::DATE "
        "AND occurred_from < ?::DATE + 1",
        [train.first, train.last],
    )[0]
    if placed == held:
        return []
    share = placed / held
    verdict = (
        "below the 85% under which a map may mislead"
        if share < ENOUGH_PLACED
        else "above the 85% under which a map may mislead"
    )
    return [
        Caution(
            "Crimes without a place",
            f"{placed:,} of {held:,} crimes of all offences ({share:.1%}) have a place, {verdict}. "
            "The others are on no map; they may come from some places more than from others.",
        )
    ]


def _untimed(crimes: int, timed: int, midnight: int) -> list[Caution]:
    told = []
    if timed < crimes:
        told.append(f"{crimes - timed:,} of {crimes:,} crimes have no time of day.")
    if timed and midnight > _MIDNIGHT_SHARE * timed:
        told.append(
            f"{midnight / timed:.0%} of those with a time say exactly 00:00, which often stands for "
            "an unknown one."
        )
    return [Caution("Uncertain hours", " ".join(told))] if told else []


def _missing(counts: CellCounts) -> list[Caution]:
    gaps = [words for words in counts.scope.warnings if words.startswith("No crimes are held for")]
    return [Caution("Missing months", " ".join(gaps))] if gaps else []


def _heaps(result: HotspotResult) -> list[Caution]:
    if result.heaping.empty:
        return []
    number, waiting = len(result.heaping), len(result.undecided)
    state = f"{waiting} still wait for a decision" if waiting else "all have been decided"
    return [
        Caution(
            "Records that heap",
            f"{number} {'point' if number == 1 else 'points'} such as a prison, hospital or police "
            f"station gather records of what happened elsewhere; {state}.",
        )
    ]


def _always() -> list[Caution]:
    return [
        Caution(
            "A loop to guard against",
            "Patrol finds and records more crime where it goes, and a list made from those records "
            "sends it there again. Rank on what people report, keep what patrol finds out, and "
            "compare with other sources (ambulance, hospital) before a list is renewed.",
        ),
        Caution(
            "Crime that is not reported",
            "Much violence is never recorded, and not equally everywhere: a place that is not on "
            "this list has not been shown to be safe.",
        ),
        Caution(
            "What the list did not look at",
            "Only place, time, offence and its flags. No name, age, sex, ethnicity, religion, "
            "nationality, income or deprivation of anyone is used, and no person is ranked. Where "
            "people live can still stand for who they are: watch stops by group once patrols run.",
        ),
    ]
