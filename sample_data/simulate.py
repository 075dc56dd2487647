"""Crossover trials drawn from the town's own planted process, for testing an evaluation.

`crossover_trial` takes the expected crimes of every place-day from `files/truth.json` (or from a
town given to it), so its rates are those of the town.
"""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from sample_data.crime import RATE_RATIO
from sample_data.generate import FILES, Town, town
from sample_data.offences import CRIMES_PER_OCCURRENCE
from sample_data.streams import stream
from sample_data.timing import DAY_STARTS_H
from sample_data.trial import TREATED_PER_DAY, TRIAL_DAYS, expected_occurrences

__all__ = ["crossover_trial", "expected_rates", "town", "trial_counts"]


@cache
def _planted_rates(truth: Path) -> pd.DataFrame:
    trial = json.loads(truth.read_text())["trial"]
    return pd.DataFrame(trial["expected_untreated_public_occurrences"], index=TRIAL_DAYS)


def expected_rates(drawn: Town | None = None) -> pd.DataFrame:
    """Return expected untreated public occurrences, one row per trial day, one column per place.

    Without a town, those of the committed one. An occurrence holds 1.075 crimes on average.
    """
    if drawn is None:
        return _planted_rates(FILES / "truth.json").copy()
    expected = expected_occurrences(drawn.streets, drawn.addresses, drawn.places, drawn.areas)
    return pd.DataFrame(expected, index=TRIAL_DAYS)


def crossover_trial(
    seed: int, rate_ratio: float = RATE_RATIO, rates: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Draw one crossover trial: place_id, day, treated, count of public crimes; 1,800 rows.

    Each day exactly seven of twenty places are treated, drawn anew from `seed`. Occurrences are
    Poisson with the planted rates, times `rate_ratio` where treated, and hold one to three crimes.
    `rates` is what `expected_rates` returns (default: the committed town's).
    """
    rng = stream(seed, "trial")
    rates = _planted_rates(FILES / "truth.json") if rates is None else rates
    expected = rates.to_numpy()
    days, places = expected.shape
    order = rng.permuted(np.tile(np.arange(places), (days, 1)), axis=1)
    treated = order < TREATED_PER_DAY
    occurrences = rng.poisson(expected * np.where(treated, rate_ratio, 1.0))
    further = rng.choice(len(CRIMES_PER_OCCURRENCE), occurrences.sum(), p=CRIMES_PER_OCCURRENCE)
    place_day = np.repeat(np.arange(days * places), occurrences.ravel())
    counts = occurrences.ravel() + np.bincount(
        place_day, weights=further, minlength=days * places
    ).astype(int)
    return pd.DataFrame(
        {
            "place_id": np.tile(rates.columns.to_numpy(), days),
            "day": np.repeat(rates.index.to_numpy(), places),
            "treated": treated.ravel(),
            "count": counts,
        }
    )


def trial_counts(
    crimes: pd.DataFrame, places: dict[str, shapely.Polygon], assignment: pd.DataFrame
) -> pd.DataFrame:
    """Count an export's public crimes per assigned place-day: place_id, day, treated, count.

    `crimes` has the columns of crimes.csv as text, `places` polygons in the metres of Easting and
    Northing, `assignment` the columns of assignment.csv. Exact repeats count once; the time is the
    recorded start; a day begins at 06:00.
    """
    public = crimes.drop_duplicates()
    public = public[(public["Public Place"] == "Y") & (public["Easting"] != "")]
    start = pd.to_datetime(public["Date From"] + " " + public["Time From"], format="%d/%m/%Y %H:%M")
    day = (start - pd.Timedelta(hours=DAY_STARTS_H)).dt.strftime("%Y-%m-%d")
    x, y = public["Easting"].astype(float), public["Northing"].astype(float)
    parts = []
    for place_id, polygon in places.items():
        inside = shapely.contains_xy(polygon, x, y)
        counts = day[inside].value_counts()
        own = assignment[assignment["place_id"] == place_id]
        parts.append(
            pd.DataFrame(
                {
                    "place_id": place_id,
                    "day": pd.to_datetime(own["date"]).to_numpy(),
                    "treated": (own["assigned"] == "treatment").to_numpy(),
                    "count": own["date"].map(counts).fillna(0).astype(int).to_numpy(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
