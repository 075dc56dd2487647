"""South Yorkshire and Memphis, from the publisher's files to the published numbers."""

import pytest

from analytics import targeting, technology
from analytics.targeting import TargetingSettings
from analytics.workspace import NotMeasurable, Workspace, make_settings
from benchmarks import south_yorkshire as south_yorkshire_scores

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def everyone():
    from analytics.workspace import User

    return User("os:test", "Test", frozenset(), every_right=True)


@pytest.fixture(scope="module")
def south_yorkshire(real_data, everyone, tmp_path_factory):
    folder = real_data / "police_uk_south_yorkshire"
    with Workspace.create(tmp_path_factory.mktemp("sy") / "w", everyone) as workspace:
        technology.load(workspace, everyone, "crimes", sorted(folder.glob("street/*.csv.gz")))
        boundary = folder / "boundaries" / "south_yorkshire_lsoa2011.geojson.gz"
        technology.load(workspace, everyone, "boundary", [boundary])
        yield workspace


def test_sixty_places_of_two_years_judged_by_the_third(south_yorkshire, everyone):
    chosen = make_settings(
        TargetingSettings,
        {
            "offences": ["Violence and sexual offences", "Robbery", "Possession of weapons"],
            "from": "2018-01-01",
            "to": "2019-12-31",
            "test_from": "2020-01-01",
            "test_to": "2020-12-31",
            "select": 60,
        },
    )
    result = targeting.preview_hotspots(south_yorkshire, everyone, chosen)
    score = result.accuracy
    assert result.counts.area.area_km2 == pytest.approx(1_551, abs=1)
    assert score.hit_rate == pytest.approx(0.060, abs=0.001)
    assert score.last_year_hit_rate == pytest.approx(0.060, abs=0.001)
    assert score.best_hit_rate == pytest.approx(0.070, abs=0.001)
    assert score.pai == pytest.approx(80, abs=1)
    assert result.share_of_count == pytest.approx(0.091, abs=0.001)
    assert set(result.undecided["kind"]) == {"prison", "hospital"}
    assert result.hotspots["decision"].iloc[1] == "prison"
    assert "not measurable" in result.counts.weights.reason
    assert any("Jul 2019" in warning for warning in result.warnings)
    with pytest.raises(NotMeasurable):
        targeting.hour_weekday(south_yorkshire, everyone, chosen)


def test_every_method_on_south_yorkshire(south_yorkshire, everyone):
    scores = targeting.preview_hotspots(
        south_yorkshire, everyone, south_yorkshire_scores.list_settings()
    ).accuracy
    assert (scores.hits, scores.test_crimes) == (3_223, 53_121)
    assert round(100 * scores.hit_rate, 2) == 6.07
    assert round(100 * scores.last_year_hit_rate, 2) == 5.99
    assert round(100 * scores.best_hit_rate, 2) == 6.97
    found = south_yorkshire_scores.split(south_yorkshire, everyone).summary.set_index("method")
    caught = (100 * found["hit_rate"]).round(2).to_dict()
    assert caught == {
        "Best possible": 6.97,
        "Count": 6.05,
        "Last year's count": 5.99,
        "Recent weighted": 5.99,
        "Empirical Bayes": 5.50,
        "DBSCAN areas": 5.30,
        "Kernel density": 4.29,
        "Gi*": 4.10,
        "Chance": 0.08,
    }
    assert not found.loc["Gi*", "is_level"]
    rolling = south_yorkshire_scores.rolling(south_yorkshire, everyone)
    assert rolling.cuts == 7
    assert "Count" in [rolling.winner, *rolling.level_with_winner]


def test_memphis_grid_and_hours(real_data, everyone, tmp_path):
    file = real_data / "memphis_robberies_2019" / "memphis_robberies_2019.csv.gz"
    with Workspace.create(
        tmp_path / "w", everyone, crs="EPSG:2843", timezone="America/Chicago"
    ) as workspace:
        technology.load(workspace, everyone, "crimes", [file])
        chosen = make_settings(
            TargetingSettings,
            {
                "study_area": "hull",
                "grid_origin": "lower_left",
                "cell_shape": "square",
                "cell_width_m": 500,
                "select": 20,
            },
        )
        result = targeting.preview_hotspots(workspace, everyone, chosen)
        assert len(result.counts.q) == 3_301
        assert result.counts.crimes == 2_245
        assert result.counts.count.max() == 24
        places = targeting.significant_places(result)
        assert places["z"].max() == pytest.approx(15.32945, abs=5e-6)
        profile = targeting.hour_weekday(workspace, everyone, chosen)
        assert profile.matrix.sum() == pytest.approx(2_245)
