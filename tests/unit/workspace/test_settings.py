"""Settings from JSON: defaults, limits and unknown names."""

from datetime import date

import pytest

from analytics.workspace import InputError, StepSettings, make_run_id, read_settings, setting


class Example(StepSettings):
    """Two fields are enough."""

    width_m: float = setting(150.0, title="Width", why="Walkable.", unit="m", ge=50, le=1000)
    from_date: date | None = setting(None, alias="from", title="From", why="First day.")


def test_a_subset_is_enough_and_aliases_are_the_public_names():
    read = read_settings(Example, '{"from": "2020-01-02"}')
    assert read.as_json() == {"width_m": 150.0, "from": "2020-01-02"}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('{"widht_m": 1}', "'widht_m' is not known. Use one of: from, width_m"),
        ('{"width_m": 3}', "'width_m' has the value 3"),
        ('{"from": "yesterday"}', "'from' has the value 'yesterday'"),
        ("[1]", "one JSON object"),
        ("{", "not valid JSON"),
    ],
)
def test_faults_are_one_sentence(text, part):
    with pytest.raises(InputError, match=None) as caught:
        read_settings(Example, text)
    assert part in str(caught.value)


def test_a_run_is_named_by_settings_data_and_step():
    one = make_run_id("targeting", Example(), "data")
    assert one == make_run_id("targeting", Example(), "data")
    assert one != make_run_id("targeting", Example(width_m=200), "data")
    assert one != make_run_id("targeting", Example(), "other")
