"""A small workspace with a hot spot list in force, bases and a week of shifts."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pandas as pd
import pytest
import shapely

from analytics.workspace import DEFAULT_PROGRAMME, User, Workspace

MONDAY = date(2026, 9, 7)
COUNTS = [120, 90, 70, 50, 40, 30, 25, 20, 15, 10, 8, 6]


def add_list(workspace: Workspace, user: User, counts: list[int] = COUNTS) -> None:
    """Put a list of square hot spots, 400 m apart on a diagonal grid, in force from 2026."""
    rows = []
    for number, count in enumerate(counts):
        x, y = 430_000 + 400 * (number % 4), 298_000 + 400 * (number // 4)
        square = shapely.box(x, y, x + 150, y + 150)
        rows.append(
            {
                "list_id": "list-1",
                "hotspot_id": f"H{number + 1:02d}",
                "rank": number + 1,
                "name": f"Place {number + 1}",
                "count": count,
                "share_of_count": count / sum(counts),
                "geometry": shapely.to_wkb(square),
                "x": x + 75.0,
                "y": y + 75.0,
                "lon": -1.5,
                "lat": 52.5,
                "area_m2": 22_500.0,
                "cells": "[]",
            }
        )
    with workspace.write(user, "create", "list", "list-1") as transaction:
        transaction.execute(
            "INSERT INTO lists (list_id, programme_id, version, run_id, signed_by, signed_ms, "
            "valid_from, crs, summary) VALUES ('list-1', ?, 1, 'none', 'test', 1, "
            "DATE '2026-01-01', 'EPSG:27700', '{}')",
            [DEFAULT_PROGRAMME],
        )
        transaction.insert("hotspots", pd.DataFrame(rows))


def add_roster(
    workspace: Workspace,
    user: User,
    *,
    days: int = 7,
    units: int = 3,
    starts: time = time(14),
    hours: int = 8,
    mode: str = "foot",
) -> None:
    """Put pairs of officers on one shift a day, all from one base in the middle."""
    rows = []
    for number in range(days):
        day = MONDAY + timedelta(days=number)
        begin = datetime.combine(day, starts)
        for unit in range(units):
            rows += [
                {
                    "load_id": "r",
                    "day": day,
                    "shift": "late",
                    "starts": begin,
                    "ends": begin + timedelta(hours=hours),
                    "unit": f"U{unit + 1}",
                    "officer": f"{unit}-{officer}",
                    "team": "Centre",
                    "mode": mode,
                    "base": "Base",
                }
                for officer in (1, 2)
            ]
    with workspace.write(user, "collect", "load", "r") as transaction:
        transaction.insert("roster", pd.DataFrame(rows))
        transaction.execute(
            "INSERT INTO bases (load_id, name, x, y) VALUES ('b', 'Base', 430600, 298400)"
        )


@pytest.fixture
def patrol_workspace(empty_workspace: Workspace, acting: User, tmp_path: Path) -> Workspace:
    """Twelve hot spots and three foot units on late shifts from Monday 7 Sep 2026."""
    add_list(empty_workspace, acting)
    add_roster(empty_workspace, acting)
    return empty_workspace
