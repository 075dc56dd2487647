"""Make the town of a seed: `python -m sample_data.generate [--seed N] [--out DIR]`."""

import argparse
from dataclasses import dataclass
from pathlib import Path as FilePath

import numpy as np
import pandas as pd
from shapely import Point

from sample_data import people, trial
from sample_data.activity import make_activity, make_stops
from sample_data.addresses import Addresses, make_addresses
from sample_data.crime import RATE_RATIO, Landmarks, draw_occurrences
from sample_data.gps import make_pings
from sample_data.ground import Ground, make_ground
from sample_data.network import Network
from sample_data.patrol import PATROL_DAYS, Path, make_paths
from sample_data.places import Area, Place, make_places
from sample_data.presence import true_stays
from sample_data.records import make_records
from sample_data.streams import DEFAULT_SEED, stream
from sample_data.streets import make_streets

FILES = FilePath(__file__).parent / "files"


@dataclass(frozen=True)
class Town:
    """The ground truth of one seed and the crimes drawn from it."""

    seed: int
    ground: Ground
    streets: Network
    places: list[Place]
    areas: list[Area]
    station: Point
    addresses: Addresses
    points: pd.DataFrame
    bases: pd.DataFrame
    assignment: pd.DataFrame
    occurrences: pd.DataFrame
    crimes: pd.DataFrame


@dataclass(frozen=True)
class Patrols:
    """What the units did (paths, true stays), what their trackers say of it and they report."""

    paths: list[Path]
    stays: pd.DataFrame
    pings: pd.DataFrame
    activity: pd.DataFrame
    stops: pd.DataFrame


def town(seed: int = DEFAULT_SEED, rate_ratio: float = RATE_RATIO) -> Town:
    """Draw the whole town of one seed, without patrols; takes about two seconds."""
    ground = make_ground(seed)
    streets = make_streets(seed, ground)
    places, areas, station = make_places(seed, ground, streets)
    busy = np.array([(p.x, p.y) for p in places if p.kind == "persistent"])
    addresses = make_addresses(seed, ground, streets, busy)
    bases = people.make_bases(ground, streets, areas, station)
    points = people.make_points(ground, streets, areas, station)
    trial_ids = [area.place_id for area in areas if area.kind == "trial"]
    assignment = trial.assign(stream(seed, "assignment"), trial_ids)
    hospital = points.loc[points["kind"] == "hospital", ["easting", "northing"]].iloc[0]
    landmarks = Landmarks((station.x, station.y), tuple(hospital))
    occurrences = draw_occurrences(
        seed, streets, addresses, places, areas, landmarks, assignment, rate_ratio
    )
    crimes = make_records(seed, occurrences, streets)
    return Town(seed, ground, streets, places, areas, station, addresses, points, bases,
                assignment, occurrences, crimes)  # fmt: skip


def patrols(drawn: Town) -> Patrols:
    """Send the town's units out for twelve weeks; returns paths, true stays and pings."""
    paths = make_paths(drawn.seed, drawn.streets, drawn.areas, drawn.bases, drawn.assignment)
    stays = true_stays(paths, drawn.areas, drawn.station)
    activity = make_activity(drawn.seed, stays, drawn.areas)
    homes = np.column_stack([drawn.addresses.x, drawn.addresses.y])
    stops = make_stops(drawn.seed, activity, homes, PATROL_DAYS)
    return Patrols(paths, stays, make_pings(drawn.seed, paths), activity, stops)


def main(arguments: list[str] | None = None) -> None:
    """Write all files of one seed."""
    from sample_data.write import write_town

    parser = argparse.ArgumentParser(prog="sample_data.generate", description=__doc__)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="which town (default 1)")
    parser.add_argument("--out", type=FilePath, default=FILES, help="folder to write to")
    chosen = parser.parse_args(arguments)
    drawn = town(chosen.seed)
    sizes = write_town(chosen.out, drawn, patrols(drawn))
    for name, size in sizes.items():
        print(f"{name:20} {size:>10,} bytes")


if __name__ == "__main__":
    main()
