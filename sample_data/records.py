"""From occurrences to the rows that a records system exports, faults included."""

import numpy as np
import pandas as pd

from sample_data.crime import UNPLACED_SHARE
from sample_data.network import Network
from sample_data.offences import ALSO, BY_CODE, CRIMES_PER_OCCURRENCE
from sample_data.streams import stream
from sample_data.timing import DAYS, FIRST_DAY, skip_spring_gap

COLUMNS = (
    "Occurrence No",
    "Crime Ref",
    "Offence Code",
    "Offence Title",
    "Date From",
    "Time From",
    "Date To",
    "Time To",
    "Recorded Date",
    "Easting",
    "Northing",
    "Location",
    "Public Place",
    "Domestic",
    "Knife",
    "Status",
)
STRAYS = 14
REPEATED_SHARE = 0.004
LATEST_H = DAYS * 24 - 1 / 60


def make_records(seed: int, occurrences: pd.DataFrame, streets: Network) -> pd.DataFrame:
    """Return the export, one row per crime as text in `COLUMNS`, in order of recording."""
    rng = stream(seed, "records")
    facts = _facts(rng, occurrences, streets)
    facts = facts.sort_values(["recorded", "hour"], kind="stable", ignore_index=True)
    facts["occurrence"] = np.arange(len(facts))
    rows = _spread_over_crimes(rng, facts)
    records = _as_text(rng, rows)
    return _repeat_some(rng, records)


def _facts(rng: np.random.Generator, occurrences: pd.DataFrame, streets: Network) -> pd.DataFrame:
    """Add to each occurrence what is recorded once: span, date, place, location."""
    facts = occurrences.copy()
    size = len(facts)
    offences = [BY_CODE[code] for code in facts["code"]]
    spanned = rng.uniform(0, 1, size) < [o.spanned for o in offences]
    width = np.exp(np.log([o.span_h for o in offences]) + rng.normal(0, 1, size) * [
        o.spread for o in offences
    ])  # fmt: skip
    width = np.where(spanned, np.clip(width, 1 / 12, 24 * 21), 0.0)
    part = rng.uniform(0, 1, size)
    start, end = facts["hour"] - width * part, facts["hour"] + width * (1 - part)
    facts["start"] = skip_spring_gap(_round_times(rng, np.maximum(start, 0), down=True))
    end = np.minimum(_round_times(rng, end.to_numpy(), down=False), LATEST_H)
    facts["end"] = skip_spring_gap(np.where(spanned, np.maximum(end, facts["start"]), np.nan))
    facts["has_end"] = spanned | (rng.uniform(0, 1, size) < 0.45)
    facts["end"] = np.where(spanned, facts["end"], facts["start"])
    delay = np.floor(rng.exponential(0.9, size)) + (rng.uniform(0, 1, size) < 0.06) * np.floor(
        rng.exponential(20.0, size)
    )
    facts["recorded"] = np.minimum(np.floor(facts["end"] / 24) + delay, DAYS - 1).astype(int)
    facts["location"] = _locations(rng, facts, streets)
    _misplace(rng, facts)
    return facts


def _round_times(rng: np.random.Generator, hours: np.ndarray, down: bool) -> np.ndarray:
    """Round as people do: to the minute, five minutes, quarter, half hour or hour."""
    minutes = np.asarray(hours) * 60
    step = rng.choice([1, 5, 15, 30, 60], len(minutes), p=[0.30, 0.25, 0.18, 0.15, 0.12])
    rounded = (np.floor if down else np.ceil)(minutes / step) * step
    return rounded / 60


def _locations(rng: np.random.Generator, facts: pd.DataFrame, streets: Network) -> np.ndarray:
    names = np.array(streets.nearest_names(facts["x"].to_numpy(), facts["y"].to_numpy()), object)
    number = rng.integers(1, 190, len(facts))
    at_door = ~facts["is_public"].to_numpy()
    text = np.where(at_door, number.astype(str).astype(object) + " " + names, names)
    source = facts["source"].to_numpy()
    text = np.where(source == "station", "Marlbridge Police Station front counter", text)
    return np.where(source == "hospital", "Marlbridge General Hospital", text)


def _misplace(rng: np.random.Generator, facts: pd.DataFrame) -> None:
    """Blank 4% of places and send a few far away, as mistyped coordinates do."""
    unplaced = rng.uniform(0, 1, len(facts)) < UNPLACED_SHARE
    facts["easting"] = np.where(unplaced, np.nan, np.round(facts["x"]))
    facts["northing"] = np.where(unplaced, np.nan, np.round(facts["y"]))
    facts.loc[unplaced, "location"] = np.where(
        rng.uniform(0, 1, int(unplaced.sum())) < 0.6, "", "Not known"
    )
    able = np.flatnonzero(~unplaced & (facts["source"] == "background").to_numpy())
    strays = rng.choice(able, STRAYS, replace=False)
    shift = rng.choice([-1.0, 1.0], (2, STRAYS)) * rng.uniform(30_000, 160_000, (2, STRAYS))
    facts.loc[strays, "easting"] = np.round(facts.loc[strays, "easting"] + shift[0])
    facts.loc[strays, "northing"] = np.round(facts.loc[strays, "northing"] + shift[1])


def _spread_over_crimes(rng: np.random.Generator, facts: pd.DataFrame) -> pd.DataFrame:
    """Give each occurrence one to three crimes: the first, and others that go with it."""
    counts = rng.choice([1, 2, 3], len(facts), p=CRIMES_PER_OCCURRENCE)
    rows = facts.loc[np.repeat(facts.index, counts)].reset_index(drop=True)
    order = rows.groupby("occurrence").cumcount().to_numpy()
    draw = rng.uniform(0, 1, len(rows))
    first = rows["code"].to_numpy()
    also = [ALSO.get(code, (code,)) for code in first]
    rows["code"] = [
        code if n == 0 else others[int(u * len(others))]
        for code, n, others, u in zip(first, order, also, draw, strict=True)
    ]
    return rows


def _as_text(rng: np.random.Generator, rows: pd.DataFrame) -> pd.DataFrame:
    year = (FIRST_DAY + pd.to_timedelta(rows["recorded"], "D")).dt.strftime("%y")
    offences = [BY_CODE[code] for code in rows["code"]]
    start, end = _moments(rows["start"]), _moments(rows["end"])
    has_end = rows["has_end"].to_numpy()
    flag = np.array(["N", "Y"])
    size = len(rows)
    domestic = ~rows["is_public"].to_numpy() & (
        rng.uniform(0, 1, size) < [o.domestic / max(1 - o.public, 0.05) for o in offences]
    )
    knife = rng.uniform(0, 1, size) < [o.knife for o in offences]
    values = (
        "MB" + year + (1_000_000 + 3 * rows["occurrence"]).astype(str).str[1:],
        "54/" + (100_001 + np.arange(size)).astype(str).astype(object) + "/" + year,
        rows["code"],
        [o.title for o in offences],
        start.dt.strftime("%d/%m/%Y"),
        start.dt.strftime("%H:%M"),
        np.where(has_end, end.dt.strftime("%d/%m/%Y"), ""),
        np.where(has_end, end.dt.strftime("%H:%M"), ""),
        (FIRST_DAY + pd.to_timedelta(rows["recorded"], "D")).dt.strftime("%d/%m/%Y"),
        _whole(rows["easting"]),
        _whole(rows["northing"]),
        rows["location"],
        flag[rows["is_public"].to_numpy().astype(int)],
        flag[domestic.astype(int)],
        flag[knife.astype(int)],
        _status(rng, rows),
    )
    return pd.DataFrame(dict(zip(COLUMNS, values, strict=True)))


def _moments(hours: pd.Series) -> pd.Series:
    return FIRST_DAY + pd.to_timedelta(np.round(hours * 60), "min")


def _whole(values: pd.Series) -> list[str]:
    return ["" if np.isnan(v) else str(int(v)) for v in values]


def _status(rng: np.random.Generator, rows: pd.DataFrame) -> np.ndarray:
    """Older crimes are mostly closed; recent ones mostly under investigation."""
    age_days = DAYS - 1 - rows["recorded"].to_numpy()
    is_open = rng.uniform(0, 1, len(rows)) < np.where(
        age_days < 30, 0.75, np.where(age_days < 120, 0.3, 0.05)
    )
    closed = rng.choice(
        ["Filed - no suspect identified", "Filed - evidential difficulties", "Charged",
         "Out of court disposal", "Cancelled"],
        len(rows), p=[0.44, 0.36, 0.11, 0.08, 0.01],
    )  # fmt: skip
    return np.where(is_open, "Under investigation", closed)


def _repeat_some(rng: np.random.Generator, records: pd.DataFrame) -> pd.DataFrame:
    """Repeat some rows exactly, each right after itself, as a joined export does."""
    repeats = np.ones(len(records), dtype=int)
    chosen = rng.choice(len(records), round(REPEATED_SHARE * len(records)), replace=False)
    repeats[chosen] = 2
    return records.loc[np.repeat(records.index, repeats)].reset_index(drop=True)
