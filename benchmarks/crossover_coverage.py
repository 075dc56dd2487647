"""How often the crossover's interval holds the planted ratio, and how often it cries wolf.

`python -m benchmarks.crossover_coverage [--seeds 200] [--ratio 0.75] [--fresh-towns N]` draws
trials from the sample town's planted process, evaluates each as step 7 does, and prints one JSON
object. Coverage of the 95% intervals should be 90 to 98%; with no planted effect at most 8% of
trials may call one. With `--fresh-towns` the rates come from that many newly generated towns, in
turn, instead of the committed one.
"""

import argparse
import json
import statistics

import pandas as pd

from analytics import testing
from sample_data import simulate

FIRST_SEED = 1_000


def coverage(
    seeds: int, ratio: float, *, permutations: int = 499, rates: list[pd.DataFrame] | None = None
) -> dict[str, float]:
    """Evaluate `seeds` trials with a planted rate ratio and sum up how the intervals did.

    `rates` are the untreated rates to draw from, in turn; the committed town's by default.
    `not_measurable` counts trials in which one arm had no events.
    """
    ratios, widths, holds, calls, permuted, events = [], [], 0, 0, 0, []
    for number in range(seeds):
        town = rates[number % len(rates)] if rates else None
        drawn = simulate.crossover_trial(FIRST_SEED + number, ratio, town)
        events.append(int(drawn["count"].sum()))
        try:
            found = testing.crossover_rate_ratio(drawn, permutations=permutations, seed=number)
        except ValueError:
            continue
        ratios.append(found.ratio.value)
        widths.append(found.ratio.high / found.ratio.low)
        holds += found.ratio.low <= ratio <= found.ratio.high
        calls += not found.ratio.low <= 1 <= found.ratio.high
        permuted += found.permutation_p_value < 0.05
    return {
        "planted_ratio": ratio,
        "trials": seeds,
        "not_measurable": seeds - len(ratios),
        "coverage": holds / len(ratios),
        "effects_called_by_interval": calls / len(ratios),
        "effects_called_by_permutation": permuted / len(ratios),
        "median_ratio": statistics.median(ratios),
        "median_high_over_low": statistics.median(widths),
        "mean_events": statistics.mean(events),
    }


def main() -> None:
    """Run the simulation with and without a planted effect and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--ratio", type=float, default=0.75)
    parser.add_argument("--fresh-towns", type=int, default=0)
    given = parser.parse_args()
    rates = [
        simulate.expected_rates(simulate.town(FIRST_SEED + n)) for n in range(given.fresh_towns)
    ]
    with_effect = coverage(given.seeds, given.ratio, rates=rates or None)
    without = coverage(given.seeds, 1.0, rates=rates or None)
    passed = (
        0.90 <= with_effect["coverage"] <= 0.98 and without["effects_called_by_interval"] <= 0.08
    )
    print(json.dumps({"with_effect": with_effect, "without_effect": without, "passed": passed}))


if __name__ == "__main__":
    main()
