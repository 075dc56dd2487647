"""A small town with known counts, and a way to put crimes into a workspace."""

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
import shapely

from analytics.workspace import Workspace, now_ms


def put(workspace: Workspace, user, table: str, frame: pd.DataFrame) -> None:
    """Store rows with a load record, so that the fingerprint of the data changes."""
    load_id = f"{table}-{now_ms()}-{len(frame)}"
    frame = frame.assign(load_id=load_id)
    with workspace.write(user, "collect", "load", load_id) as transaction:
        transaction.insert(table, frame)
        transaction.execute(
            "INSERT INTO loads (load_id, feed, at_ms, is_undone, fingerprint) "
            "VALUES (?, ?, ?, false, ?)",
            [load_id, table, now_ms(), load_id],
        )


def crimes(rows: list[dict]) -> pd.DataFrame:
    """Fill in what a test does not care for."""
    frame = pd.DataFrame(rows)
    for name, value in {
        "occurred_from": datetime(2025, 1, 1, 12),
        "time_precision": "minute",
        "offence": "Assault",
        "location": None,
    }.items():
        if name not in frame:
            frame[name] = value
    return frame


@pytest.fixture
def store(acting):
    """Return a function that stores rows: store(workspace, table, frame or list of rows)."""

    def do(workspace, table, rows):
        frame = crimes(rows) if table == "crimes" and isinstance(rows, list) else rows
        put(workspace, acting, table, pd.DataFrame(frame))

    return do


@pytest.fixture
def town(empty_workspace, store):
    """A square boundary of 4 km² with 2,000 crimes of 2024 and 2025 at continuous places."""
    rng = np.random.default_rng(8)
    corners = rng.uniform(430_100, 431_900, (25, 2))
    spread = np.concatenate(
        [
            corners[rng.integers(0, 25, 1_200)] + rng.normal(0, 25, (1_200, 2)),
            rng.uniform(430_000, 432_000, (800, 2)),
        ]
    )
    spread[:, 1] -= 130_000
    days = rng.integers(0, 731, len(spread))
    minutes = rng.integers(0, 1_440, len(spread))
    moments = pd.Timestamp("2024-01-01") + pd.to_timedelta(days * 1_440 + minutes, unit="min")
    frame = pd.DataFrame(
        {
            "x": spread[:, 0],
            "y": spread[:, 1],
            "occurred_from": moments,
            "occurred_to": moments + pd.to_timedelta(rng.integers(0, 120, len(spread)), unit="min"),
            "time_precision": "minute",
            "offence": rng.choice(["Assault", "Robbery"], len(spread)),
            "offence_code": rng.choice(["8N", "34B"], len(spread)),
        }
    )
    store(empty_workspace, "crimes", frame)
    boundary = shapely.box(430_000, 300_000, 432_000, 302_000)
    store(empty_workspace, "boundary", [{"name": "Town", "geometry": boundary.wkb}])
    return empty_workspace
