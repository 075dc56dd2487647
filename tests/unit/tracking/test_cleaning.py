"""Thinned fixes against a plain computation: the same fixes, gaps and ways, whatever the order."""

import duckdb
import numpy as np
import pandas as pd

from analytics.tracking.cleaning import THINNED


def fixes(seed):
    random = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "device": random.choice(["a", "b"], 400),
            "ms": random.integers(0, 150, 400) * 15_000,
            "lon": random.normal(-1.5, 0.01, 400),
            "lat": random.normal(53.4, 0.01, 400),
            "accuracy_m": 5.0,
        }
    ).sort_values(["device", "ms", "lon", "lat"], ignore_index=True)
    rows["gap_ms"] = rows.groupby("device")["ms"].diff().astype("Int64")
    rows["speed_kmh"] = np.where(rows["gap_ms"].fillna(0) > 0, random.uniform(0, 40, 400), np.nan)
    rows.loc[rows["device"] == "b", "speed_kmh"] *= 0.0
    return rows


def test_thinned_fixes_keep_the_way_between_them_in_any_order_of_rows():
    rows = fixes(3)
    assert (rows["gap_ms"] == 0).sum() > 50
    connection = duckdb.connect()
    connection.register("shuffled", rows.sample(frac=1, random_state=1))
    query = THINNED.format(pings="(SELECT * FROM shuffled) AS p", every=3)
    found = connection.execute(f"SELECT * FROM ({query}) ORDER BY device, ms").df()
    rows["way"] = (rows["speed_kmh"] * rows["gap_ms"].astype(float)).fillna(0.0)
    rows["way"] = rows.groupby("device")["way"].cumsum()
    kept = rows[rows.groupby("device").cumcount() % 3 == 2]
    step = kept.groupby("device")["way"].diff()
    gap = kept.groupby("device")["ms"].diff()
    assert found["lon"].tolist() == kept["lon"].tolist()
    np.testing.assert_array_equal(found["gap_ms"].to_numpy(float), gap.to_numpy())
    speed = (step / gap.where(gap > 0)).to_numpy()
    np.testing.assert_allclose(found["speed_kmh"].to_numpy(float), speed, atol=1e-3)
    at_rest = found.loc[found["device"] == "b", "speed_kmh"].dropna()
    assert len(at_rest) > 20 and (at_rest == 0).all()
