"""Layers from the workspace and the names of nearest streets."""

import numpy as np
import pandas as pd
import shapely

from analytics.geography import load_geometry, nearest_street_names, saved_places, streets


def test_nearest_street_has_a_name(empty_workspace, acting):
    assert nearest_street_names(empty_workspace, np.array([1.0]), np.array([1.0])) == [None]
    rows = pd.DataFrame(
        {
            "load_id": "S",
            "row_hash": [1, 2, 3],
            "street_id": ["1", "2", "3"],
            "name": ["Low Road", "", "High Street"],
            "class": "local",
            "geometry": [shapely.LineString([(0, y), (100, y)]).wkb for y in (0.0, 40.0, 50.0)],
            "length_m": 100.0,
        }
    )
    with empty_workspace.write(acting, "collect", "load", "S") as transaction:
        transaction.insert("streets", rows)
        transaction.execute(
            "INSERT INTO loads (load_id, feed, at_ms, is_undone, fingerprint) "
            "VALUES ('S', 'streets', 1, false, 's')"
        )
    names = nearest_street_names(empty_workspace, np.array([50.0, 50.0]), np.array([10.0, 38.0]))
    assert names == ["Low Road", "High Street"]
    held = streets(empty_workspace)
    assert held.crs == "EPSG:27700"
    assert held["length_m"].tolist() == [100.0] * 3
    assert load_geometry(rows["geometry"].iloc[0]).length == 100.0
    assert saved_places(empty_workspace, "trial").empty
