"""Settings from JSON: defaults, limits and unknown names."""

from datetime import date

import pytest
from pydantic import model_validator

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


class Window(StepSettings):
    """Two days that hang together."""

    days: tuple[date, date] | None = setting(None, title="Days", why="From and to.")

    @model_validator(mode="after")
    def _in_order(self):
        if self.days and self.days[1] < self.days[0]:
            raise ValueError("the days are the wrong way round. Swap them.")
        return self


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '{"days": ["2026-02-01", "2026-01-01"]}',
            "The days are the wrong way round. Swap them.",
        ),
        (
            '{"days": ["2026-02-01"]}',
            "Setting 'days' has the value ['2026-02-01']: a part of it is missing.",
        ),
    ],
)
def test_faults_of_several_values_name_what_is_wrong(text, sentence):
    with pytest.raises(InputError) as caught:
        read_settings(Window, text)
    assert str(caught.value) == sentence


def test_a_run_is_named_by_settings_data_and_step():
    one = make_run_id("targeting", Example(), "data")
    assert one == make_run_id("targeting", Example(), "data")
    assert one != make_run_id("targeting", Example(width_m=200), "data")
    assert one != make_run_id("targeting", Example(), "other")
