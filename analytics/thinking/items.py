"""The checklist as data: items, levels with their anchors, owners.

Twenty items gate the chain and are asked first. An item gates when, without it, a later step has
no input (no offence list, no located units, no plan), its numbers mean nothing (no definition of
a visit, unequal areas, no comparison), or going on is unlawful or cannot succeed (no assessment of
data protection, no sponsor, more hours planned than there are). `blocks` says which.
"""

import json
from dataclasses import dataclass
from importlib.resources import files

STEPS = ("thinking", "technology", "targeting", "training", "tasking", "tracking", "testing")

OWNERS = {
    "SRO": "Senior responsible owner",
    "PL": "Project lead",
    "AN": "Analyst",
    "PI": "Patrol inspector",
    "LD": "Learning lead",
    "IM": "Information manager",
    "CE": "Community engagement",
    "FI": "Finance",
    "EV": "Evaluator",
}


@dataclass(frozen=True)
class Level:
    """One of the five levels of maturity, 0 to 4, as it reads for any item."""

    level: int
    name: str
    description: str


LEVELS = (
    Level(0, "None", "Not done, or nobody knows."),
    Level(1, "Initial", "Talked about; depends on one person; nothing written."),
    Level(2, "Developing", "Written and started; has gaps; not checked."),
    Level(3, "Established", "Done everywhere in scope, owned, evidenced, reviewed each year."),
    Level(4, "Embedded", "Routine, measured and acted on; survives staff change."),
)

ANCHORS: dict[str, tuple[str, str, str, str, str]] = {
    "thinking": (
        "No plan",
        "Sponsor by word of mouth",
        "Draft plan",
        "Signed plan and responsibilities",
        "Quarterly board review changes the plan",
    ),
    "technology": (
        "None",
        "Manual logs",
        "Trial of trackers",
        "Geofenced feed is live",
        "Feed monitored, fixes audited, fallback tested",
    ),
    "targeting": (
        "Opinion",
        "Pin map",
        "Ranked counts",
        "Ranked harm on equal areas, documented",
        "Accuracy on later data tracked at each refresh",
    ),
    "training": (
        "None",
        "E-mail",
        "Some officers briefed",
        "At least 80% trained and checked",
        "Refresh cycle, practice observed, outcomes linked",
    ),
    "tasking": (
        "Ad hoc",
        "Request by word of mouth",
        "Written plan",
        "Daily plan with a rule for abstraction",
        "Plan adapts to dose and risk",
    ),
    "tracking": (
        "None",
        "Officers' own reports",
        "Partial GPS",
        "Daily dose for each hot spot",
        "Feedback loop with exceptions closed",
    ),
    "testing": (
        "None",
        "Before and after only",
        "Comparison areas",
        "Design fixed beforehand, result with interval",
        "Repeated tests decide to stop or go on",
    ),
}


@dataclass(frozen=True)
class Item:
    """One question of the checklist; `blocks` says what stops without it when it is a gate."""

    id: str
    step: str
    question: str
    why: str
    evidence: str
    owner: str
    gate: bool
    blocks: str


def _read_items() -> tuple[Item, ...]:
    text = files("analytics.thinking").joinpath("items.json").read_text(encoding="utf-8")
    return tuple(Item(**fields) for fields in json.loads(text))


ITEMS = _read_items()


def gate_items() -> tuple[Item, ...]:
    """Return the 20 items that gate the chain, in the order of the steps."""
    return tuple(item for item in ITEMS if item.gate)


def items_of(step: str) -> tuple[Item, ...]:
    """Return a step's items, those that gate first; raises KeyError for an unknown step."""
    if step not in STEPS:
        raise KeyError(step)
    return tuple(sorted((item for item in ITEMS if item.step == step), key=lambda i: not i.gate))
