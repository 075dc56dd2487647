"""Ten days to be planned, kept as files: hot spots, visits wanted, units out, travel by settings.

    python -m benchmarks.plan_instances      # writes the files again, from their seeds

Each is a town of hot spots round a few centres, with shares that fall like a power (Weisburd's law
of concentration), hours that differ by place and rise in the evening, and units on foot or by car
from one or two stations on one or two shifts. In a tight one the visits wanted take more time than
the units have; in a loose one less. The visits wanted are drawn as a plan draws them, once in
proportion to need and once in equal parts, and stored: a file means the same problem for ever.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from analytics.tasking import TaskingSettings
from analytics.tasking.demand import visit_quotas, visits_by_day, wanted_visits
from analytics.tasking.problem import DayProblem
from analytics.tasking.roster import Stretch

FOLDER = Path(__file__).parent.parent / "tests" / "unit" / "tasking" / "instances"


@dataclass(frozen=True)
class Recipe:
    """What one instance is made from."""

    name: str
    seed: int
    mode: str
    hotspots: int
    units: int
    shifts: int
    visits_per_day: float
    town_km: float
    stations: int = 1


RECIPES = (
    Recipe("foot-loose-small", 1, "foot", 20, 2, 1, 1.8, 2.4),
    Recipe("foot-tight-small", 2, "foot", 20, 3, 1, 3.5, 2.0),
    Recipe("foot-tight-middle", 3, "foot", 40, 4, 1, 2.5, 3.0, 2),
    Recipe("foot-loose-two-shifts", 4, "foot", 30, 2, 2, 2.0, 2.0),
    Recipe("foot-tight-large", 15, "foot", 60, 9, 1, 3.0, 4.0, 2),
    Recipe("car-loose-small", 6, "car", 25, 2, 1, 1.5, 6.0),
    Recipe("car-tight-small", 7, "car", 30, 3, 1, 3.0, 8.0),
    Recipe("car-tight-two-shifts", 8, "car", 40, 3, 2, 3.5, 8.0),
    Recipe("car-loose-large", 9, "car", 60, 7, 1, 1.8, 10.0, 2),
    Recipe("car-tight-large", 10, "car", 60, 7, 1, 3.0, 10.0, 2),
)


@dataclass(frozen=True)
class Instance:
    """One stored day: the problem by need, and the same number of visits dealt in equal parts."""

    name: str
    problem: DayProblem
    equal: DayProblem
    settings: TaskingSettings


def instances() -> list[Instance]:
    """Return the ten, in the order of their recipes."""
    return [read(FOLDER / f"{recipe.name}.json") for recipe in RECIPES]


def read(file: Path) -> Instance:
    """Return one instance from its file."""
    held = json.loads(file.read_text())
    settings = TaskingSettings()
    x, y = np.array(held["hotspots"]["x"]), np.array(held["hotspots"]["y"])
    parts = [Stretch(**part) for part in held["stretches"]]
    problems = [
        DayProblem.build(x, y, pd.DataFrame(held[name]), parts, settings)
        for name in ("wanted", "wanted_equal")
    ]
    return Instance(file.stem, *problems, settings)


def make(recipe: Recipe) -> dict:
    """Make an instance from its seed, as the plain values of its file."""
    rng, settings = np.random.default_rng(recipe.seed), TaskingSettings()
    centres = rng.uniform(0.2, 0.8, (4, 2)) * recipe.town_km * 1000
    near = centres[rng.integers(4, size=recipe.hotspots)]
    at = near + rng.normal(0, 0.12 * recipe.town_km * 1000, (recipe.hotspots, 2))
    share = rng.permutation(1 / (np.arange(recipe.hotspots) + 3.0))
    parts = _stretches(recipe, centres, rng)
    need = _need(share / share.sum(), parts, rng)
    drawn = {}
    for name, by in (("wanted", share), ("wanted_equal", np.ones(recipe.hotspots))):
        quotas = visit_quotas(
            by,
            recipe.visits_per_day,
            np.full(recipe.hotspots, settings.least_visits_per_day),
            np.full(recipe.hotspots, settings.most_visits_per_day),
        )
        counts = visits_by_day(quotas, np.ones(1), rng)[0]
        drawn[name] = wanted_visits(counts, need, settings, rng)
    columns = ["place", "early", "late", "minutes", "worth", "first", "begun", "promised"]
    return {
        "hotspots": {"x": at[:, 0].round().tolist(), "y": at[:, 1].round().tolist()},
        "stretches": [asdict(part) for part in parts],
    } | {
        name: frame[columns].round({"worth": 7, "first": 7}).to_dict("list")
        for name, frame in drawn.items()
    }


def _stretches(recipe: Recipe, centres: np.ndarray, rng: np.random.Generator) -> list[Stretch]:
    """Eight-hour shifts from 10:00, less half an hour of paperwork and a break near the middle."""
    parts = []
    for number in range(recipe.units * recipe.shifts):
        begin = 600 + 480 * (number // recipe.units)
        pause = begin + 218 + int(rng.integers(-30, 31))
        x, y = (float(round(value)) for value in centres[number % recipe.stations])
        parts.append(Stretch(number, begin + 15, pause, recipe.mode, x, y))
        parts.append(Stretch(number, pause + 45, begin + 465, recipe.mode, x, y, True))
    return parts


def _need(share: np.ndarray, parts: list[Stretch], rng: np.random.Generator) -> np.ndarray:
    """Expected violence by hot spot and minute while someone is out, peaking at its own hour."""
    minute = np.arange(1560)
    peak = rng.normal(1300, 150, len(share))[:, None]
    need = 0.3 + np.exp(-(((minute - peak) / 200.0) ** 2))
    need *= share[:, None] / need.sum(axis=1, keepdims=True)
    is_out = np.zeros(len(minute), dtype=bool)
    for part in parts:
        is_out[part.early : part.late] = True
    return np.where(is_out, need, 0.0)


def main() -> None:
    """Write the ten files."""
    FOLDER.mkdir(exist_ok=True)
    for recipe in RECIPES:
        (FOLDER / f"{recipe.name}.json").write_text(json.dumps(make(recipe)) + "\n")


if __name__ == "__main__":
    main()
