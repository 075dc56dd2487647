"""DBSCAN and HDBSCAN areas: planted crowds, the rule of DBSCAN itself, events on one spot."""

import numpy as np
import pytest
import shapely
from scipy.spatial.distance import cdist

from analytics.targeting.statistics import clusters
from analytics.targeting.statistics.clusters import dbscan_areas, hdbscan_areas


def two_crowds(seed=1):
    """Return 100 and 40 events round two corners, and 60 scattered far apart."""
    rng = np.random.default_rng(seed)
    corners = [(1_000, 1_000)] * 100 + [(3_000, 1_500)] * 40
    crowd = np.array(corners) + rng.normal(0, 20, (140, 2))
    scattered = np.column_stack([np.arange(60) * 400.0, np.full(60, 9_000.0)])
    return np.concatenate([crowd, scattered])


def test_two_planted_crowds_fullest_first():
    points = two_crowds()
    found = dbscan_areas(*points.T, 60, 10)
    assert found.areas["events"].tolist() == [100, 40]
    assert found.noise_share == pytest.approx(60 / 200)
    assert found.labels.tolist() == [0] * 100 + [1] * 40 + [-1] * 60
    for label, outline in enumerate(found.areas.geometry):
        own = points[found.labels == label]
        assert shapely.contains_xy(outline, *own.T).all()
    assert found.areas["per_hectare"].to_numpy() == pytest.approx(
        found.areas["events"] / found.areas.geometry.area * 1e4
    )


def test_an_event_counts_itself_and_reach_is_included():
    x = np.array([0.0, 50.0, 100.0, 1_000.0])
    zero = np.zeros(4)
    assert dbscan_areas(x, zero, 50, 3).labels.tolist() == [0, 0, 0, -1]
    assert len(dbscan_areas(x, zero, 50, 4).areas) == 0


def test_labels_follow_the_definition():
    rng = np.random.default_rng(5)
    points = np.round(rng.uniform(0, 400, (250, 2)), -1)  # Snapped: many share a spot.
    found = dbscan_areas(*points.T, 30, 6)
    near = cdist(points, points) <= 30
    is_core = near.sum(axis=1) >= 6
    # Core events within reach of each other share an area; noise has no core within reach.
    for i, j in np.argwhere(near & is_core[:, None] & is_core[None]):
        assert found.labels[i] == found.labels[j] >= 0
    assert ((found.labels < 0) == ~(near & is_core[None]).any(axis=1)).all()


def test_weights_make_a_least_harm():
    x, zero = np.array([0.0, 10.0, 500.0, 510.0]), np.zeros(4)
    found = dbscan_areas(x, zero, 50, 300, weights=np.array([200.0, 150.0, 10.0, 10.0]))
    assert found.labels.tolist() == [0, 0, -1, -1]
    assert found.areas["weight"].tolist() == [350.0]
    assert found.areas["events"].tolist() == [2]


def test_events_on_one_spot_have_an_outline_of_the_margin():
    found = dbscan_areas(np.full(9, 5.0), np.full(9, 5.0), 80, 5)
    assert found.areas["area_m2"].iloc[0] == pytest.approx(np.pi * 40**2, rel=0.01)
    nothing = dbscan_areas(np.zeros(0), np.zeros(0), 80, 5)
    assert len(nothing.areas) == 0
    assert nothing.noise_share == 0


def test_hdbscan_needs_no_distance(monkeypatch):
    points = two_crowds()
    found = hdbscan_areas(*points.T, 20, margin_m=30)
    crowded = found.labels[:140]
    assert len(set(crowded[:100][crowded[:100] >= 0])) == 1
    assert (crowded >= 0).mean() > 0.8
    assert len(found.areas) == 2 or (found.labels[140:] >= 0).any()
    few = hdbscan_areas(*points[:5].T, 20, margin_m=30)
    assert few.labels.tolist() == [-1] * 5
    monkeypatch.setattr(clusters, "MOST_EVENTS_HDBSCAN", 10)
    with pytest.raises(ValueError, match="200 are too many"):
        hdbscan_areas(*points.T, 20, margin_m=30)


def test_no_distance_no_area():
    with pytest.raises(ValueError, match="positive"):
        dbscan_areas(np.zeros(3), np.zeros(3), 0, 5)
    with pytest.raises(ValueError, match="at least two"):
        hdbscan_areas(np.zeros(3), np.zeros(3), 1, margin_m=5)
