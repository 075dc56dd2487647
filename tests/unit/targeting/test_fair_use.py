"""Where the records of a scope may mislead: drawn from the scope's own rows."""

from datetime import datetime

import pytest

from analytics import targeting
from analytics.targeting import TargetingSettings
from analytics.targeting.fair_use import is_proactive_offence
from analytics.workspace import make_settings


def _cautions(workspace, acting, **chosen):
    settings = make_settings(TargetingSettings, {"select": 5, **chosen})
    result = targeting.preview_hotspots(workspace, acting, settings)
    return {c.title: c.text for c in targeting.fair_use(workspace, result)}


@pytest.mark.parametrize(
    ("name", "is_so"),
    [
        ("Possession of weapons", True),
        ("Drugs", True),
        ("10D", True),
        ("010/04", False),
        ("92A/01", True),
        ("Robbery", False),
        ("8N", False),
        ("110A", False),
    ],
)
def test_which_offences_police_mostly_find_themselves(name, is_so):
    assert is_proactive_offence(name) is is_so


def test_each_doubt_of_the_records_is_counted(town, acting, store):
    plain = _cautions(town, acting)
    assert "Places moved to map points" not in plain
    assert "Crimes without a place" not in plain
    assert "No name, age, sex, ethnicity" in plain["What the list did not look at"]
    noon = {"occurred_from": datetime(2025, 1, 1, 12), "time_precision": "minute"}
    here = {**noon, "x": 430_750.0, "y": 300_750.0, "offence": "Assault"}
    rows = [
        {**here, "offence": "Drugs", "offence_code": "92A", "is_proactive": True},
        {**here, "occurred_from": datetime(2025, 1, 1)},
        {**here, "x": None, "y": None},
        {**here, "time_precision": "day"},
    ]
    store(town, "crimes", [row for row in rows for _ in range(400)])
    told = _cautions(town, acting)
    found = told["Found by police, not reported"]
    assert "400 of 3,200 crimes (12.5%)" in found
    assert "400 crimes are flagged as found by police" in found
    assert "3,200 of 3,600 crimes of all offences (88.9%)" in told["Crimes without a place"]
    assert "400 of 3,200 crimes have no time of day." in told["Uncertain hours"]
    assert "14% of those with a time say exactly 00:00" in told["Uncertain hours"]


def test_snapped_points_are_told_by_their_ratio(empty_workspace, acting, store):
    rows = [{"x": 430_000.0 + 300 * (k % 4), "y": 300_000.0 + 300 * (k % 3)} for k in range(120)]
    store(empty_workspace, "crimes", rows)
    told = _cautions(empty_workspace, acting, study_area="hull")
    assert "120 crimes share 12 coordinates (10.0 each)" in told["Places moved to map points"]
