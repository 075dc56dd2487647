"""What a person changed on a ranked list: kept in order, each with its reason, each reversible.

An edit names the places it is about by their ids. It is applied whenever these are on the list, so
that it outlives a change of threshold; while one is missing, the edit waits.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import shapely
from shapely.geometry import Polygon

from analytics.geography import load_geometry, longest_way_across, sound_polygon
from analytics.targeting.settings import TargetingSettings
from analytics.workspace import DEFAULT_PROGRAMME, InputError, User, Workspace, now_ms

Kind = Literal["drop", "keep", "rename", "merge", "split", "redraw", "add"]
KINDS: tuple[str, ...] = ("drop", "keep", "rename", "merge", "split", "redraw", "add")
_LONGEST_NAME = 80
_LONGEST_REASON = 400


@dataclass(frozen=True, eq=False)
class Edit:
    """One change: `places` are the ids it is about, `shape` the boundary drawn (metres) or None.

    `label` names the places as they were called when it was made.
    """

    edit_id: str
    number: int
    kind: Kind
    places: tuple[str, ...]
    label: str
    name: str
    shape: Polygon | None
    reason: str
    edited_by: str
    edited_ms: int
    is_undone: bool
    how: str = ""

    def sentence(self) -> str:
        """Say in a few words what was done."""
        return {
            "drop": f"Dropped {self.label}",
            "keep": f"Kept {self.label}",
            "rename": f"Renamed {self.label} to {self.name}",
            "merge": f"Merged {self.label}",
            "split": f"Split {self.label}",
            "redraw": f"Redrew {self.label}" + (f" ({self.how})" if self.how else ""),
            "add": f"Added {self.name}",
        }[self.kind]


def list_edits(workspace: Workspace, *, programme_id: str = DEFAULT_PROGRAMME) -> list[Edit]:
    """Return every edit in the order made, undone ones too."""
    rows = workspace.rows(
        "SELECT edit_id, number, kind, detail, geometry, reason, edited_by, edited_ms, is_undone "
        "FROM list_edits WHERE programme_id = ? ORDER BY number",
        [programme_id],
    )
    return [_edit(row) for row in rows]


def store_edit(
    workspace: Workspace,
    user: User,
    kind: Kind,
    places: Sequence[str],
    reason: str,
    *,
    label: str = "",
    name: str = "",
    how: str = "",
    shape: Polygon | None = None,
    programme_id: str = DEFAULT_PROGRAMME,
) -> str:
    """Keep one edit, audited, and return its id; whether it fits the list is checked before.

    Raises InputError without a reason, or when a text is too long.
    """
    workspace.require(user, "decide")
    reason, name = _checked(reason, name)
    edit_id = uuid.uuid4().hex[:12]
    detail = {"places": list(places), "label": label, "name": name, "how": how}
    told = {"kind": kind, **detail, "reason": reason}
    with workspace.write(user, "alter", "hot spot list", edit_id, told) as transaction:
        number = transaction.execute(
            "SELECT coalesce(max(number), 0) + 1 FROM list_edits WHERE programme_id = ?",
            [programme_id],
        ).fetchone()[0]
        transaction.execute(
            "INSERT INTO list_edits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, false)",
            [
                edit_id,
                programme_id,
                number,
                kind,
                places[0] if places else None,
                json.dumps(detail),
                None if shape is None else shapely.to_wkb(shape),
                reason,
                user.username,
                now_ms(),
            ],
        )
    return edit_id


def undo_edit(workspace: Workspace, user: User, edit_id: str) -> None:
    """Take one edit back, audited; what was built on it then waits. Undoing twice changes nothing."""
    _set_undone(workspace, user, edit_id, True)


def redo_edit(workspace: Workspace, user: User, edit_id: str) -> None:
    """Make one undone edit again, audited, at its old place in the order."""
    _set_undone(workspace, user, edit_id, False)


def walkable(
    shape: Polygon, settings: TargetingSettings, what: str, before: Polygon | None = None
) -> Polygon:
    """Return a sound boundary that one visit can walk, InputError otherwise.

    A place that was wider already (`before`) may stay as wide.
    """
    sound_polygon(shape, what)
    most = settings.walkable_m
    if before is not None:
        most = max(most, longest_way_across(before) + 0.5)
    across = longest_way_across(shape)
    if across > most:
        raise InputError(
            f"{what} would be {across:,.0f} m across; one visit walks at most "
            f"{settings.walkable_m:,} m. Make it smaller, or raise 'walkable_m' in More settings."
        )
    return shape


def when_text(edit: Edit, workspace: Workspace) -> str:
    """Return when an edit was made, in local time: 3 Mar 2026, 21:45."""
    at = datetime.fromtimestamp(edit.edited_ms / 1000, workspace.timezone)
    return f"{at.day} {at:%b %Y, %H:%M}"


def _set_undone(workspace: Workspace, user: User, edit_id: str, is_undone: bool) -> None:
    workspace.require(user, "decide")
    if not workspace.value("SELECT count(*) FROM list_edits WHERE edit_id = ?", [edit_id]):
        raise InputError(f"There is no edit '{edit_id}'. Choose one of the history.")
    word = "undo" if is_undone else "redo"
    with workspace.write(user, "alter", "hot spot list", edit_id, {"kind": word}) as transaction:
        transaction.execute(
            "UPDATE list_edits SET is_undone = ? WHERE edit_id = ?", [is_undone, edit_id]
        )


def _checked(reason: str, name: str) -> tuple[str, str]:
    reason, name = " ".join(reason.split()), " ".join(name.split())
    if not reason:
        raise InputError("Say why, in a few words: the reason is kept with the list.")
    if len(reason) > _LONGEST_REASON:
        raise InputError(f"The reason has {len(reason)} characters. Keep to {_LONGEST_REASON}.")
    if len(name) > _LONGEST_NAME:
        raise InputError(f"The name has {len(name)} characters. Keep to {_LONGEST_NAME}.")
    return reason, name


def _edit(row: tuple) -> Edit:
    edit_id, number, kind, detail, geometry, reason, edited_by, edited_ms, is_undone = row
    held = json.loads(detail)
    return Edit(
        edit_id=edit_id,
        number=number,
        kind=kind,
        places=tuple(held["places"]),
        label=held["label"],
        name=held["name"],
        shape=None if geometry is None else load_geometry(geometry),
        reason=reason,
        edited_by=edited_by,
        edited_ms=edited_ms,
        is_undone=is_undone,
        how=held["how"],
    )
