"""How much of the next period's crime a list caught.

Hit rate, PAI (Chainey, Tompson and Uhlig 2008), PEI (Hunt 2016) and RRI. The RRI here is the
predicted over the observed number in the chosen places, the prediction being the training counts
scaled to the observed total: 1.5 says that the list once held one and a half times the share that
it caught later. Never PAI alone: a rural study area flatters it.
"""

from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Accuracy:
    """The score of a list on a later period, beside last year's ranking and the best possible."""

    train_from: date
    train_to: date
    test_from: date
    test_to: date
    test_crimes: int
    hits: int
    hit_rate: float
    best_hit_rate: float
    last_year_hit_rate: float | None
    pai: float
    pei: float
    rri: float | None

    def as_json(self) -> dict[str, object]:
        """Return the values under their public names, dates as ISO text."""
        held = asdict(self)
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in held.items()}


def hit_rate(hits: float, events: float) -> float:
    """Share of the period's `events` that fell in the chosen places; ValueError without events."""
    if events <= 0:
        raise ValueError("A hit rate needs at least one event.")
    return hits / events


def prediction_accuracy_index(hits: float, events: float, area: float, study_area: float) -> float:
    """Hit rate over area share: 1 is what chance would catch (Chainey, Tompson and Uhlig 2008).

    `hits` of `events` fell in the chosen `area`; both areas in the same unit.
    Raises ValueError when there were no events or no area: the index has no value then.
    """
    if area <= 0 or study_area <= 0:
        raise ValueError("PAI needs positive areas.")
    return hit_rate(hits, events) / (area / study_area)


def prediction_efficiency_index(hits: float, best_hits: float) -> float:
    """Hits over the most that as many equal cells could have caught (Hunt 2016)."""
    if best_hits <= 0:
        raise ValueError("PEI needs at least one event.")
    return hits / best_hits


def recapture_rate_index(predicted: float, observed: float) -> float:
    """Predicted over observed events in the chosen places (the form of Wheeler's ptools)."""
    if observed <= 0:
        raise ValueError("RRI needs at least one observed event in the chosen places.")
    return predicted / observed


def search_efficiency_rate(hits: float, area_km2: float) -> float:
    """Crimes captured per square kilometre of the chosen places (Bowers et al. 2004)."""
    if area_km2 <= 0:
        raise ValueError("A search efficiency rate needs a positive area.")
    return hits / area_km2


def precision(true_positives: int, false_positives: int) -> float:
    """Share of the chosen places that had an event."""
    return true_positives / (true_positives + false_positives)


def f1_score(true_positives: int, false_positives: int, false_negatives: int) -> float:
    """Harmonic mean of precision and hit rate over places."""
    return 2 * true_positives / (2 * true_positives + false_positives + false_negatives)


def list_share(field: ArrayLike, number: int) -> np.ndarray:
    """Return the share (0 to 1) of each cell in a list of the `number` highest values above 0.

    Equal values at the end share the places that are left, which is what breaking the ties by lot
    gives on average: a score then depends on no order of rows, and methods with many ties are
    neither flattered nor punished. NaN is never chosen.
    """
    field = np.asarray(field, dtype=float)
    able = np.flatnonzero(field > 0)
    share = np.zeros(len(field))
    if number >= len(able):
        share[able] = 1.0
        return share
    last = -np.partition(-field[able], number - 1)[number - 1]
    above, tied = field > last, field == last
    share[above] = 1.0
    share[tied] = (number - above.sum()) / tied.sum()
    return share


def tie_range(
    predicted: np.ndarray, observed: np.ndarray, number: int
) -> tuple[float, float] | None:
    """Return the fewest and most hits that breaking the ties at the last rank could give.

    None when the last place taken does not tie with the first one left out.
    """
    order = np.argsort(-predicted, kind="stable")
    if number >= len(order) or predicted[order[number - 1]] != predicted[order[number]]:
        return None
    last = predicted[order[number - 1]]
    sure = observed[predicted > last].sum()
    tied = np.sort(observed[predicted == last])
    wanted = number - int((predicted > last).sum())
    return float(sure + tied[:wanted].sum()), float(sure + tied[len(tied) - wanted :].sum())
