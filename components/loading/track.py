"""Where a load stands: what was chosen, which steps are settled, and the row of steps."""

import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import streamlit as st

from analytics import technology
from analytics.workspace import User, Workspace
from analytics.workspace.drafts import load_draft, save_draft
from components import steps

DRAFT = "load-flow"
OPTIONS = technology.OPTIONS
PARTS = ("sheet", "layer")
STEPS = {
    "files": "Files",
    "columns": "Columns",
    "dates": "Dates and times",
    "places": "Coordinates",
    "checks": "Checks",
    "load": "Load",
}
DATED = ("moment", "date", "clock")
_PLURALS = {"places": "places", "stops": "stops and searches"}
LEAST_ON_GROUND = 0.5
"""Fewer points than this share on the force's ground, and a person looks at the map first."""


def in_words(feed: str) -> str:
    """Name what a feed holds within a sentence: patrol GPS pings, stops and searches."""
    title = technology.TITLES[feed]
    return _PLURALS.get(feed, title[:1].lower() + title[1:])


@dataclass
class Flow:
    """One person's load: the files, how they are read, what was confirmed, what came of it."""

    workspace: Workspace
    user: User
    feed: str = ""
    files: list[Path] = field(default_factory=list)
    columns: dict[str, Any] | None = None
    crs: str | None = None
    part: str | None = None
    at: str | None = None
    confirmed: list[str] = field(default_factory=list)
    mode: str = "add"
    done: dict[str, Any] | None = None
    recipe: dict[str, str] | None = None

    @property
    def is_shape(self) -> bool:
        """Whether the feed is of shapes, which have no columns of dates or coordinates."""
        return self.feed in technology.SHAPE_FEEDS

    @property
    def key(self) -> str:
        """A name for the widgets of this load: another file begins afresh."""
        return f"load-{self.files[0].parent.name}-{self.feed}"

    def save(self) -> None:
        """Keep what was chosen for when the page is opened again."""
        kept = {name: value for name, value in vars(self).items() if name not in _OPEN}
        kept["files"] = [str(file) for file in self.files]
        save_draft(self.workspace, self.user, DRAFT, kept)

    def clear(self) -> None:
        """Forget the load; files put down are removed with the others after a day."""
        save_draft(self.workspace, self.user, DRAFT, None)
        for name in [name for name in st.session_state if str(name).startswith("load-")]:
            del st.session_state[name]


_OPEN = ("workspace", "user")


def restore(workspace: Workspace, user: User) -> Flow:
    """Return this user's load as it was left; an empty one when its files are gone."""
    kept = load_draft(workspace, user, DRAFT) or {}
    kept["files"] = [Path(file) for file in kept.get("files", [])]
    if kept["files"] and not kept.get("done") and not all(f.exists() for f in kept["files"]):
        save_draft(workspace, user, DRAFT, None)
        st.info("The files of the load you left were removed meanwhile. Please give them again.")
        return Flow(workspace, user)
    # A draft of an older version may name what no longer is.
    known = {each.name for each in fields(Flow)} - set(_OPEN)
    return Flow(workspace, user, **{name: kept[name] for name in known & set(kept)})


def is_open(workspace: Workspace, user: User) -> bool:
    """Whether this user left a load before its end."""
    return load_draft(workspace, user, DRAFT) is not None


def remembered(flow: Flow, name: str, asked: Any, make: Any, doing: str) -> Any:
    """Return what `make` gives for `asked`, made once and not at every rerun of the page."""
    asked = json.dumps([flow.feed, [str(file) for file in flow.files], asked], default=str)
    held = st.session_state.get(f"load-memo-{name}")
    if held is None or held[0] != asked:
        with steps.action(stop=False), st.spinner(doing):
            held = (asked, make())
            st.session_state[f"load-memo-{name}"] = held
            return held[1]
        _way_out(flow)
        st.stop()
    return held[1]


def _way_out(flow: Flow) -> None:
    """After an error: the ways on, since the screen itself cannot be drawn."""
    with st.container(horizontal=True):
        for name in () if flow.is_shape else ("columns", "places"):
            if st.button(f"Change the {STEPS[name].lower()}", key=f"way-{name}"):
                go(flow, name)
        if st.button("Start again", key="way-again"):
            start_again(flow)


def look(flow: Flow) -> technology.Recognition:
    """Return what was recognised in the files, looked at once."""
    return remembered(
        flow,
        "look",
        flow.part,
        lambda: technology.inspect(
            flow.workspace, flow.user, flow.feed, flow.files, part=flow.part
        ),
        "Looking at the files ...",
    )


def evidence(flow: Flow) -> technology.Evidence:
    """Return what the files say about their dates and coordinates, read once per matching."""
    decided = set(OPTIONS) - set(PARTS)
    named = {name: value for name, value in flow.columns.items() if name not in decided}
    return remembered(
        flow,
        "evidence",
        named,
        lambda: technology.gather_evidence(flow.workspace, flow.user, flow.feed, flow.files, named),
        "Reading dates and coordinates ...",
    )


def kinds(flow: Flow) -> set[str]:
    """Return the kinds of the feed's wanted columns."""
    return {column.kind for column in technology.columns_of(flow.feed)}


def of_feed(flow: Flow) -> list[str]:
    """Return the steps that this feed has."""
    if flow.is_shape:
        return ["files", "places", "checks", "load"]
    has = kinds(flow)
    left_out = {"dates"} - ({"dates"} if has & set(DATED) else set())
    left_out |= set() if "x" in has else {"places"}
    return [name for name in STEPS if name not in left_out]


def current(flow: Flow) -> str:
    """Return the step to draw: the one asked for, else the first with something to decide."""
    wanted = of_feed(flow)
    if not flow.is_shape and missing(flow):
        return "columns"
    if flow.at in wanted and (
        flow.at == "columns" or flow.is_shape or not _is_open(flow, "columns")
    ):
        return flow.at
    for name in ("columns", "dates", "places"):
        if name in wanted and name not in flow.confirmed and _is_open(flow, name):
            return name
    return "checks"


def _is_open(flow: Flow, name: str) -> bool:
    if flow.is_shape:
        return name == "places" and not look(flow).crs and not flow.crs
    return {"columns": _columns_open, "dates": _dates_open, "places": _places_open}[name](flow)


def missing(flow: Flow) -> list[str]:
    """Return the titles of the required columns that are matched with nothing."""
    wanted = technology.columns_of(flow.feed)
    return [c.title for c in wanted if c.is_required and c.name not in (flow.columns or {})]


def _columns_open(flow: Flow) -> bool:
    found = look(flow)
    if missing(flow):
        return True
    if found.is_recipe or "columns" in flow.confirmed:
        return False
    doubtful = {name for name, word in found.sureness.items() if word == technology.SURENESS[2]} - {
        "x",
        "y",
    }
    return bool(doubtful) or any("several columns" in each for each in found.questions)


def _dates_open(flow: Flow) -> bool:
    dates = evidence(flow).dates
    if dates is None:
        return False
    asks_order = dates.has_open_order and not flow.columns.get("date_order")
    return asks_order or bool(dates.zoned and not flow.columns.get("timezone"))


def _places_open(flow: Flow) -> bool:
    found, places = look(flow), evidence(flow).places
    if places is None:
        return False
    if not flow.columns.get("crs"):
        return True
    if not found.is_recipe and any("swapped" in each for each in found.questions):
        return True
    share, ground = on_ground(flow, flow.columns["crs"])
    return bool(ground) and share < LEAST_ON_GROUND


def on_ground(flow: Flow, crs: str, is_swapped: bool = False) -> tuple[float, str]:
    """Return the share of sampled points on the force's ground and the ground's name or ""."""
    points = evidence(flow).places.points(crs, is_swapped)
    inside, ground = technology.share_on_ground(flow.workspace, points)
    return inside / max(len(points), 1), ground


def show(flow: Flow, now: str) -> None:
    """Draw the row of steps: those before are done and can be gone back to."""
    names = of_feed(flow) if flow.feed else list(STEPS)
    place = names.index(now)
    with st.container(horizontal=True, gap="xsmall", key="load-steps-row"):
        for number, name in enumerate(names):
            is_done = number < place
            icon = "check_circle" if is_done else "circle" if number > place else "edit"
            label = f"{number + 1} {STEPS[name]}"
            pressed = st.button(
                f"**{label}**" if name == now else label,
                key=f"load-step-{name}",
                icon=f":material/{icon}:",
                type="secondary" if name == now else "tertiary",
                disabled=name != now and (not is_done or now == "load"),
                help="Go back to this step" if is_done else None,
            )
            if name == now:
                continue
            if pressed and name == "files":
                start_again(flow)
            elif pressed:
                go(flow, name)


def go(flow: Flow, step: str | None) -> None:
    """Turn to a step, or to the next one with something to decide."""
    flow.at = step
    flow.save()
    st.rerun()


def confirm(flow: Flow, step: str) -> None:
    """Take a step as decided and go on."""
    if step not in flow.confirmed:
        flow.confirmed.append(step)
    go(flow, None)


def start_again(flow: Flow) -> None:
    """Begin with other files."""
    count = st.session_state.get("uploads-begun", 0)
    flow.clear()
    st.session_state["uploads-begun"] = count + 1
    st.rerun()


def actions(flow: Flow, step: str, *, can_go_on: bool = True) -> None:
    """Draw the row at the end of a screen: go on, and back to the step before."""
    names = of_feed(flow)
    before = names[names.index(step) - 1]
    with st.container(horizontal=True):
        if st.button(
            "Go on",
            type="primary",
            key=f"load-on-{step}",
            disabled=not can_go_on,
            icon=":material/arrow_forward:",
            icon_position="right",
        ):
            confirm(flow, step)
        if st.button("Back", key=f"load-back-{step}"):
            start_again(flow) if before == "files" else go(flow, before)


def change(flow: Flow, columns: dict[str, Any]) -> None:
    """Keep another matching."""
    if columns != flow.columns:
        flow.columns = columns
        flow.save()
