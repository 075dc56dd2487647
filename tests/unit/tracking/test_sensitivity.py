"""How much is the definition: other buffers, gaps, minima and thinner fixes."""

import pytest

from analytics import tracking
from analytics.tracking import TrackingSettings
from tests.unit.tracking.conftest import FIRST_DAY, NOON_MS, add_list, add_tracks, standing


def test_each_variant_equals_a_dosage_of_its_own(tracked, acting):
    settings = TrackingSettings()
    table = tracking.sensitivity(tracked, acting, settings)
    for row in table[table["what"] == "Qualifying from"].itertuples():
        minutes = float(row.value.split()[0])
        own = tracking.preview_dosage(tracked, acting, TrackingSettings(dwell_minutes=minutes))
        assert row.qualifying == own.qualifying_visits
    assert table.groupby("what")["is_set"].sum().tolist() == [1, 1, 1, 1]
    dosage = tracking.preview_dosage(tracked, acting, settings)
    assert "What lies between is the definition" in tracking.sensitivity_sentence(table, dosage)


def test_thinned_fixes_have_the_longer_interval_and_the_same_speed(empty_workspace, acting):
    add_list(empty_workspace, acting, 1, FIRST_DAY, {"A": (430_000, 300_000)})
    walk = [("w", NOON_MS + 15_000 * k, 429_900 + 15 * k, 300_000) for k in range(41)]
    add_tracks(empty_workspace, acting, [*walk, *standing("s", 430_000, 300_000, NOON_MS, 20)])
    whole = tracking.preview_dosage(empty_workspace, acting, TrackingSettings())
    thin = tracking.preview_dosage(empty_workspace, acting, TrackingSettings(keep_every=4))
    assert (whole.ping_interval_s, thin.ping_interval_s) == (15, 60)
    assert thin.pings == whole.pings // 4
    speeds = [found.visits.set_index("device")["speed_kmh"]["w"] for found in (whole, thin)]
    assert speeds == pytest.approx([3.6, 3.6])
    assert thin.total("patrol_minutes") == pytest.approx(whole.total("patrol_minutes"), abs=1)
