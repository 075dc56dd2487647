"""Rolling-origin backtest: which method would have caught most, judged at several cut dates.

At each cut date every method ranks by the whole months before it and is judged on the months
after it, with as many cells as the list has (Tashman 2000 on rolling origins). As in the list, a
cell needs a crime in the ranking months, even where a method looks at neighbours. Equal values at the
end of a list share its last places (`list_share`). All cut dates come from one scan of the crimes.
Neighbouring cut dates share crimes, so intervals come from redrawing places, each with all its cut
dates, never from the spread over cut dates.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.targeting.backtest_areas import AREAS, MOST_SPOTS, DatedSpots
from analytics.targeting.backtest_result import (
    BEST_POSSIBLE,
    CHANCE,
    REFERENCE,
    Backtest,
    summarise,
)
from analytics.targeting.cells import CellCounts, harm_by_period, spots_by_period
from analytics.targeting.hotspots import preview_hotspots
from analytics.targeting.result import HotspotResult
from analytics.targeting.scope import Period
from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics.accuracy import list_share
from analytics.targeting.statistics.fields import HARM, METHODS, Field, Places, method_fields
from analytics.targeting.sureness_settings import BacktestSettings
from analytics.workspace import (
    NotMeasurable,
    User,
    Workspace,
    get_run,
    make_run_id,
    store_run,
)

STEP = "targeting-backtest"
EDGE_DAYS = 3
"""A month counts as whole when the crimes held reach within so many days of its ends."""

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Cut:
    """One cut date as positions among the months: ranked by [first, at), judged by [at, end)."""

    first: int
    at: int
    end: int


def save_backtest(
    workspace: Workspace,
    user: User,
    settings: TargetingSettings,
    choices: BacktestSettings,
    progress: Progress | None = None,
) -> Backtest:
    """Run the backtest of these settings and keep it as a run, so that it is shown again."""
    workspace.require(user, "tune")
    result = preview_hotspots(workspace, user, settings)
    found = backtest(workspace, user, result, choices, progress)
    with workspace.write(user, "create", "run", found.run_id, {"cuts": found.cuts}) as transaction:
        store_run(
            transaction,
            user,
            found.run_id,
            STEP,
            choices,
            result.fingerprint,
            found.as_json(),
            seed=choices.seed,
        )
    return found


def stored_backtest(
    workspace: Workspace, user: User, result: HotspotResult, choices: BacktestSettings
) -> Backtest | None:
    """Return the backtest kept for this list and these choices, None when it was not run."""
    workspace.require(user, "see:targeting")
    run = get_run(workspace, make_run_id(STEP, choices, result.run_id))
    return Backtest.from_json(run.result) if run else None


def backtest(
    workspace: Workspace,
    user: User,
    result: HotspotResult,
    choices: BacktestSettings,
    progress: Progress | None = None,
) -> Backtest:
    """Judge every method at every cut date and store nothing.

    Raises NotMeasurable when the crimes held leave no cut date, or none with crimes after it.
    """
    workspace.require(user, "see:targeting")
    tell = progress or (lambda share, text: None)
    tell(0.02, "Counting crimes by month")
    counts = result.counts
    months = whole_months(workspace, result)
    cuts = cut_dates(len(months), _train_months(counts, choices), choices)
    if not cuts:
        raise NotMeasurable(
            f"A backtest needs at least {choices.fewest_train_months} whole months to rank by and "
            f"{choices.test_months} to be judged by; {len(months)} are held. Load more months, or "
            "choose shorter windows."
        )
    starts = [month.start_time.date() for month in months]
    table, harm = harm_by_period(
        workspace, result.settings, counts, starts, (months[-1] + 1).start_time.date()
    )
    spots = DatedSpots(
        spots_by_period(
            workspace, result.settings, counts, starts, (months[-1] + 1).start_time.date()
        ),
        counts.areas_m2,
        choices.eps_m or 0.5 * result.settings.cell_width_m,
    )
    judge = _judge(result, table, harm, spots, choices)
    for number, cut in enumerate(cuts):
        tell(0.1 + 0.8 * number / len(cuts), f"Cut date {number + 1} of {len(cuts)}")
        judge.add(cut, _text(months[cut.first]), _text(months[cut.at]), _text(months[cut.end - 1]))
    if not judge.rows:
        raise NotMeasurable("No crime lies in the study area after any of the cut dates.")
    tell(0.92, "Redrawing places")
    return Backtest(
        run_id=make_run_id(STEP, choices, result.run_id),
        number=judge.number,
        rank_by=result.settings.rank_by,
        scores=pd.DataFrame(judge.rows),
        summary=summarise(pd.DataFrame(judge.rows), judge.mean_caught(), choices),
        notes=tuple(_notes(result, months, table, judge)),
    )


def _judge(
    result: HotspotResult,
    table: np.ndarray,
    harm: np.ndarray,
    spots: DatedSpots,
    choices: BacktestSettings,
) -> "_Judge":
    counts = result.counts
    return _Judge(
        Places(*counts.centres(), counts.sizes, counts.neighbour_matrix()),
        table,
        harm if counts.harm is not None else None,
        None if spots.is_too_many else spots,
        number=len(np.unique(result.positions)),
        whole_size=counts.whole_size,
        bandwidth_m=choices.bandwidth_m or 2.0 * result.settings.cell_width_m,
        half_life_months=choices.half_life_months,
        is_by_harm=result.settings.rank_by == "harm",
    )


def cut_dates(months: int, train_months: int, choices: BacktestSettings) -> list[Cut]:
    """Return the cut dates that `months` whole months allow, earliest first."""
    last = months - choices.test_months
    earliest = max(choices.fewest_train_months, last - choices.over_months, 1)
    found = range(last, earliest - 1, -choices.every_months)
    return [Cut(max(0, at - train_months), at, at + choices.test_months) for at in reversed(found)]


def whole_months(workspace: Workspace, result: HotspotResult) -> list[pd.Period]:
    """Return the whole months from the ranking period's first day to the last crime held."""
    last = workspace.value("SELECT max(occurred_from)::DATE FROM crimes")
    has_months = workspace.value("SELECT count(*) FROM crimes WHERE time_precision = 'month'")
    held = Period(result.counts.scope.train.first, max(last, result.counts.scope.train.first))
    first_day, last_day = pd.Timestamp(held.first), pd.Timestamp(held.last)
    months = list(pd.period_range(first_day, last_day, freq="M"))
    if first_day > months[0].start_time + pd.Timedelta(days=EDGE_DAYS):
        months = months[1:]
    is_cut_off = months and last_day < months[-1].end_time.normalize() - pd.Timedelta(
        days=EDGE_DAYS
    )
    return months[:-1] if is_cut_off and not has_months else months


class _Judge:
    """Scores every method at one cut date after another; `rows` are the scores so far."""

    def __init__(
        self,
        places: Places,
        table: np.ndarray,
        harm: np.ndarray | None,
        spots: DatedSpots | None,
        *,
        number: int,
        whole_size: float,
        bandwidth_m: float,
        half_life_months: float,
        is_by_harm: bool,
    ):
        self.rows: list[dict] = []
        self.number = number
        self._places, self._table, self._harm, self.spots = places, table, harm, spots
        # A list that is ranked by harm is judged by the harm that it caught.
        self._outcome = harm if is_by_harm else table
        self._is_by_harm = is_by_harm
        self._whole_size = whole_size
        self._bandwidth_m, self._half_life_months = bandwidth_m, half_life_months
        self._caught: dict[str, np.ndarray] = {}
        self._cuts = 0

    def add(self, cut: Cut, train_from: str, at: str, test_to: str) -> None:
        """Judge the methods at one cut date; a test window without crimes is left out."""
        test = self._outcome[:, cut.at : cut.end].sum(axis=1).astype(float)
        train = self._table[:, cut.first : cut.at]
        if test.sum() == 0 or train.sum() == 0:
            return
        self._cuts += 1
        harm = None if self._harm is None else self._harm[:, cut.first : cut.at].sum(axis=1)
        fields = method_fields(
            train,
            harm,
            self._places,
            half_life_months=self._half_life_months,
            bandwidth_m=self._bandwidth_m,
        )
        if self.spots and (
            areas := self.spots.field(cut.first, cut.at, train.sum(axis=1), self.number)
        ):
            fields[AREAS] = areas
        fields[BEST_POSSIBLE] = Field(test)
        best = float(list_share(test, self.number) @ test)
        dates = {"cut": at, "train_from": train_from, "test_to": test_to}
        has_crime = train.any(axis=1)
        for method, field in fields.items():
            able = has_crime if method != BEST_POSSIBLE else test > 0
            share = list_share(np.where(able, field.values, 0.0), self.number)
            self._note(method, share * test / test.sum())
            self.rows.append(dates | self._score(method, field, share, test, best))
        covered = self.number * self._places.sizes.mean() / self._whole_size
        self.rows.append(
            dates
            | {"method": CHANCE, "events": int(test.sum()), "hits": covered * test.sum()}
            | {"hit_rate": covered, "pai": 1.0, "pei": covered * test.sum() / best, "rri": None}
        )

    def mean_caught(self) -> dict[str, np.ndarray]:
        """Return, per method, what each cell adds to the mean share caught over the cut dates."""
        return {method: total / self._cuts for method, total in self._caught.items()}

    def _predicts(self, method: str, field: Field) -> bool:
        if self._is_by_harm:
            return method in (HARM, BEST_POSSIBLE)
        return field.predicts

    def _note(self, method: str, caught: np.ndarray) -> None:
        self._caught[method] = self._caught.get(method, 0.0) + caught

    def _score(
        self, method: str, field: Field, share: np.ndarray, test: np.ndarray, best: float
    ) -> dict:
        hits, events = float(share @ test), float(test.sum())
        covered = float(share @ self._places.sizes) / self._whole_size
        rri = None
        if self._predicts(method, field) and hits > 0:
            rri = float(share @ field.values) / float(field.values.sum()) * events / hits
        return {
            "method": method,
            "events": int(events),
            "hits": hits,
            "hit_rate": hits / events,
            "pai": hits / events / covered if covered else None,
            "pei": hits / best,
            "rri": rri,
        }


def _train_months(counts: CellCounts, choices: BacktestSettings) -> int:
    if choices.train_months:
        return choices.train_months
    train = counts.scope.train
    return max(1, round((train.last - train.first).days / 30.44))


def _notes(
    result: HotspotResult, months: list[pd.Period], table: np.ndarray, judge: _Judge
) -> list[str]:
    settings = result.settings
    found = []
    empty = [str(month) for month, held in zip(months, table.any(axis=0), strict=True) if not held]
    if empty:
        found.append(f"No crimes are held for {', '.join(map(_month_text, empty))}.")
    if result.counts.harm is None:
        found.append(f"Harm was not tried: {result.counts.weights.reason}")
    tried = {row["method"] for row in judge.rows}
    missing = [name for name in METHODS if name not in tried and name != HARM]
    if missing:
        found.append(f"{', '.join(missing)}: the cells differ no more than by chance.")
    if judge.spots is None:
        found.append(f"{AREAS} were not tried: over {MOST_SPOTS:,} different coordinates.")
    elif AREAS not in tried:
        found.append(f"{AREAS}: nowhere are crimes as crowded as in the list's emptiest place.")
    found.append("HDBSCAN is left out here: it compares every pair of crimes at every cut date.")
    if settings.minimum_count > 1 or settings.persistent_years or settings.rank_per_hectare:
        found.append(
            "All methods choose among all cells: the list's minimum count, persistence and ranking "
            "by density are left out here."
        )
    if settings.part_of_day == "both":
        found.append("All hours are ranked together here, not day and night apart.")
    if REFERENCE not in tried:
        found.append("Last year's counts could not be tried.")
    return found


def _text(month: pd.Period) -> str:
    return _month_text(str(month))


def _month_text(month: str) -> str:
    return pd.Period(month).strftime("%b %Y")
