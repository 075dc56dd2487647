"""Every method's score on South Yorkshire: ranked on 2018-2019, judged by 2020, and rolling.

`python -m benchmarks.south_yorkshire WORKSPACE` prints the tables of docs/south-yorkshire.md from
a workspace that holds the force's police.uk files of 2018 to 2020 and its boundary.
"""

import argparse

import pandas as pd

from analytics import targeting
from analytics.workspace import User, Workspace, make_settings

SETTINGS = {
    "offences": ["Violence and sexual offences", "Robbery", "Possession of weapons"],
    "from": "2018-01-01",
    "to": "2019-12-31",
    "test_from": "2020-01-01",
    "test_to": "2020-12-31",
    "select": 60,
}
SPLIT = {"test_months": 12, "train_months": 24, "fewest_train_months": 24, "over_months": 1}


def list_settings() -> targeting.TargetingSettings:
    """Return the settings of the list: 60 hexagons of 150 m."""
    return make_settings(targeting.TargetingSettings, SETTINGS)


def split(workspace: Workspace, user: User) -> targeting.Backtest:
    """Judge every method once: ranked on 2018-2019, judged by 2020."""
    choices = targeting.BacktestSettings(**SPLIT)
    return targeting.save_backtest(workspace, user, list_settings(), choices)


def rolling(workspace: Workspace, user: User) -> targeting.Backtest:
    """Judge every method at every cut date that three years of data leave."""
    return targeting.save_backtest(workspace, user, list_settings(), targeting.BacktestSettings())


def table(found: targeting.Backtest) -> str:
    """Return a backtest's summary as a Markdown table."""
    lines = [
        "| method | share caught | lowest to highest | PAI | PEI | RRI | against last year's "
        "count, points (95%) |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in found.summary.itertuples():
        rri = "" if pd.isna(row.rri) else f"{row.rri:.2f}"
        against = ""
        if pd.notna(row.difference) and row.difference_low != row.difference_high:
            low, high = 100 * row.difference_low, 100 * row.difference_high
            against = f"{100 * row.difference:+.2f} ({low:+.2f} to {high:+.2f})"
        lines.append(
            f"| {row.method} | {row.hit_rate:.2%} | {row.lowest:.2%} to {row.highest:.2%} | "
            f"{row.pai:.1f} | {row.pei:.2f} | {rri} | {against} |"
        )
    return "\n".join(lines)


def areas(workspace: Workspace, user: User) -> str:
    """Return the scores of the lists of the Compare methods tab as a Markdown table."""
    found = targeting.compare_methods(workspace, user, list_settings())
    lines = ["| list | cells | held 2018-2019 | caught 2020 | PAI | PEI |", "|---|" + "---:|" * 5]
    for row in found.scores.itertuples():
        lines.append(
            f"| {row.name} | {row.cells:,} | {row.share_of_count:.2%} | {row.hit_rate:.2%} | "
            f"{row.pai:.1f} | {row.pei:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace")
    given = parser.parse_args()
    user = User("os:benchmark", "Benchmark", frozenset(), every_right=True)
    with Workspace.open(given.workspace) as workspace:
        listed = targeting.preview_hotspots(workspace, user, list_settings()).accuracy
        print(
            f"The list: {listed.hits:,} of {listed.test_crimes:,} crimes of 2020 "
            f"({listed.hit_rate:.2%}), last year's ranking {listed.last_year_hit_rate:.2%}, best "
            f"possible {listed.best_hit_rate:.2%}; PAI {listed.pai:.1f}, PEI {listed.pei:.2f}, "
            f"RRI {listed.rri:.2f}."
        )
        for title, found in (
            ("Ranked on 2018-2019, judged by 2020", split(workspace, user)),
            ("Rolling", rolling(workspace, user)),
        ):
            print(f"\n## {title}\n\n{table(found)}\n\n{found.verdict()}\n")
            print("\n".join(found.notes))
        print(f"\n## Compare methods\n\n{areas(workspace, user)}\n")
        stable = targeting.save_stability(
            workspace, user, list_settings(), targeting.StabilitySettings()
        )
        print(f"\n## Places\n\n{stable.verdict()}\n")
        print(stable.variants.to_string(index=False))


if __name__ == "__main__":
    main()
