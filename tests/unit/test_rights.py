"""Denial: who holds no right is refused by every function of every step, before it reads or writes."""

import importlib
import inspect

import pytest

from analytics.workspace import Refused, User

STEPS = ("thinking", "technology", "targeting", "training", "tasking", "tracking", "testing")
NOBODY = User("nobody", "Nobody", frozenset())
OF_ONESELF = {
    "tasking.trained_words": "says nothing to who may not see training",
    "tasking.unit_on": "the caller's own unit",
    "tracking.own_unit": "the caller's own unit",
    "tracking.unit_or_none": "the caller's own unit",
    "testing.has_looked": "what the caller has seen",
    "testing.record_look": "what the caller has seen",
}


def doors(step):
    """Return the public functions of a step that take a workspace and a user."""
    module = importlib.import_module(f"analytics.{step}")
    found = {name: getattr(module, name) for name in module.__all__}
    return {
        name: made
        for name, made in found.items()
        if inspect.isfunction(made)
        and list(inspect.signature(made).parameters)[:2] == ["workspace", "user"]
    }


@pytest.mark.parametrize("step", STEPS)
def test_every_door_of_a_step_refuses_who_holds_no_right(empty_workspace, step):
    held = doors(step)
    free = {name.removeprefix(f"{step}.") for name in OF_ONESELF if name.startswith(f"{step}.")}
    assert free < set(held)
    for name in sorted(set(held) - free):
        others = list(inspect.signature(held[name]).parameters.values())[2:]
        needed = {other.name: None for other in others if other.default is other.empty}
        # Nothing that is handed over is looked at before the right is.
        with pytest.raises(Refused):
            held[name](empty_workspace, NOBODY, **needed)
