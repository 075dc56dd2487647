"""What a backtest found: scores by cut date, means by method, and which differences are real."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analytics.targeting.statistics.bootstrap import resampled_sum
from analytics.targeting.statistics.fields import COUNT, HARM, LAST_YEAR
from analytics.targeting.sureness_settings import BacktestSettings

BEST_POSSIBLE, CHANCE = "Best possible", "Chance"
REFERENCE = LAST_YEAR


@dataclass(frozen=True, eq=False)
class Backtest:
    """Scores of every method with lists of `number` cells.

    `scores`: a row per cut and method with cut, train_from, test_to (months as text), method,
    events, hits, hit_rate, pai, pei, rri (None where the method predicts no number). Events are
    crimes, or days of harm where the list is ranked by harm. `summary`: a
    row per method, most caught first: hit_rate, lowest, highest (over cut dates), pai, pei, rri
    (means), difference from last year's counts with difference_low and difference_high (95%, by
    redrawing places), is_level (not told apart from the method that caught most).
    """

    run_id: str
    number: int
    rank_by: str
    scores: pd.DataFrame
    summary: pd.DataFrame
    notes: tuple[str, ...] = ()

    @property
    def cuts(self) -> int:
        """Number of cut dates judged."""
        return self.scores["cut"].nunique()

    @property
    def outcome(self) -> str:
        """What was to be caught: "crimes", or "harm" where the list is ranked by harm."""
        return "harm" if self.rank_by == "harm" else "crimes"

    @property
    def winner(self) -> str:
        """The method that caught most on average."""
        return self._methods.iloc[0]["method"]

    @property
    def level_with_winner(self) -> list[str]:
        """Methods whose distance from the winner is within chance."""
        others = self._methods.iloc[1:]
        return others.loc[others["is_level"], "method"].tolist()

    @property
    def _methods(self) -> pd.DataFrame:
        return self.summary[~self.summary["method"].isin([BEST_POSSIBLE, CHANCE])]

    def by_cut(self) -> pd.DataFrame:
        """Return the share caught: a row per cut date in order, a column per method (by mean)."""
        wide = self.scores.pivot(index="cut", columns="method", values="hit_rate")
        order = self.scores["cut"].drop_duplicates()
        return wide.loc[order, self.summary["method"]].reset_index()

    def verdict(self) -> str:
        """Say which method is supported by the evidence, and where it cannot tell."""
        mean = self.summary.set_index("method")["hit_rate"]
        own = HARM if self.rank_by == "harm" else COUNT
        dates = "At one cut date" if self.cuts == 1 else f"Over {self.cuts} cut dates"
        text = (
            f"{dates}, **{_named(self.winner)} caught most: {mean[self.winner]:.1%} of the later "
            f"{self.outcome}**, where the "
            f"best possible list as long held {mean[BEST_POSSIBLE]:.1%} and "
            f"chance {mean[CHANCE]:.2%}. "
        )
        level = [_named(name) for name in self.level_with_winner]
        if level:
            text += f"The evidence cannot tell it from {_joined(level)}. "
        else:
            text += "All other methods caught less, beyond chance. "
        if own == self.winner or own in self.level_with_winner:
            return text + "So this list's ranking does as well as any."
        behind = 100 * (mean[self.winner] - mean.get(own, np.nan))
        if np.isnan(behind):
            return text + "This list's own ranking could not be tried."
        return text + f"This list's ranking, {_named(own)}, caught {behind:.1f} points less."

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values that `from_json` reads again."""
        return {
            "run_id": self.run_id,
            "number": self.number,
            "rank_by": self.rank_by,
            "scores": _records(self.scores),
            "summary": _records(self.summary),
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, held: dict[str, Any]) -> "Backtest":
        """Return the backtest that `as_json` described."""
        return cls(
            **held
            | {"scores": _frame(held["scores"]), "summary": _frame(held["summary"])}
            | {"notes": tuple(held["notes"])}
        )


def summarise(
    scores: pd.DataFrame, caught: dict[str, np.ndarray], choices: BacktestSettings
) -> pd.DataFrame:
    """Return means and ranges by method, most caught first, with the differences' intervals.

    `caught`: what each cell adds to each method's mean share caught (its sum is that mean).
    """
    numbers = scores.astype({"rri": float, "pai": float})
    grouped = numbers.groupby("method")
    frame = grouped[["hit_rate", "pai", "pei", "rri"]].mean()
    frame["lowest"], frame["highest"] = grouped["hit_rate"].min(), grouped["hit_rate"].max()
    real = frame.index.difference([BEST_POSSIBLE, CHANCE])
    # Between equal means, the name decides: the order must not depend on that of the rows.
    winner = frame.loc[real].sort_index().sort_values("hit_rate", ascending=False, kind="stable")
    for method in real:
        against = resampled_sum(
            caught[method] - caught[REFERENCE], draws=choices.resamples, seed=choices.seed
        )
        frame.loc[method, "difference"] = against.value
        frame.loc[method, "difference_low"] = against.low
        frame.loc[method, "difference_high"] = against.high
        behind = resampled_sum(
            caught[winner.index[0]] - caught[method], draws=choices.resamples, seed=choices.seed
        )
        frame.loc[method, "is_level"] = behind.is_within_noise
    frame["is_level"] = frame["is_level"].fillna(False).astype(bool)
    ordered = frame.sort_index().sort_values("hit_rate", ascending=False, kind="stable")
    return ordered.reset_index()


def _named(method: str) -> str:
    """Write a method's name as it stands within a sentence."""
    return method if method == "Gi*" else method[0].lower() + method[1:]


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _frame(records: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(records)
    return frame.astype({name: float for name in frame.columns if name in _NUMBERS})


_NUMBERS = {
    "hits",
    "hit_rate",
    "pai",
    "pei",
    "rri",
    "lowest",
    "highest",
    "difference",
    "difference_low",
    "difference_high",
}
