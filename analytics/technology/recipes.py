"""Column matchings remembered per source: a recipe is found again by the file's header."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from analytics.technology.layout import Layout
from analytics.technology.matching import read_matching
from analytics.technology.report import Mode, checked_mode
from analytics.workspace import InputError, User, Workspace, now_ms

LONGEST_NAME = 80


@dataclass(frozen=True)
class Recipe:
    """A matching remembered under a name for files of a feed with one header."""

    feed: str
    name: str
    signature: str
    columns: dict[str, Any]
    saved_by: str
    saved_ms: int


def header_signature(layout: Layout) -> str:
    """Return a short name of a header: its column names in order, without case."""
    text = json.dumps([name.strip().lower() for name in layout.names])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def save_recipe(
    workspace: Workspace, user: User, feed: str, name: str, signature: str, columns: dict[str, Any]
) -> None:
    """Remember a matching for files of a feed with this header; an older one is replaced.

    Raises InputError when `columns` names something the feed does not have.
    """
    workspace.require(user, "load")
    read_matching(feed, columns)
    with workspace.write(user, "alter", "recipe", f"{feed}:{name}", columns) as transaction:
        gone = transaction.execute(
            "DELETE FROM recipes WHERE feed = ? AND header_signature = ? RETURNING mode",
            [feed, signature],
        ).fetchall()
        mode = gone[0][0] if gone else None
        transaction.execute(
            "INSERT INTO recipes VALUES (?, ?, ?, ?, ?, ?, ?)",
            [feed, name, signature, json.dumps(columns), user.username, now_ms(), mode],
        )


def saved_recipes(workspace: Workspace) -> list[Recipe]:
    """Return the recipes by feed and name."""
    rows = workspace.rows(
        """SELECT feed, name, header_signature, columns, saved_by, saved_ms FROM recipes
        ORDER BY feed, name"""
    )
    return [Recipe(*row[:3], json.loads(row[3]), *row[4:]) for row in rows]


def rename_recipe(workspace: Workspace, user: User, feed: str, signature: str, name: str) -> None:
    """Give a recipe another name; raises InputError for no name, a taken one or no recipe."""
    workspace.require(user, "load")
    held, name = _recipe(workspace, feed, signature), name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise InputError(f"A recipe needs a name of at most {LONGEST_NAME} characters.")
    for other in saved_recipes(workspace):
        if (other.feed, other.name) == (feed, name) and other.signature != signature:
            raise InputError(f"There is a recipe '{name}' already. Choose another name.")
    with workspace.write(
        user, "alter", "recipe", f"{feed}:{name}", {"before": held.name}
    ) as transaction:
        transaction.execute(
            "UPDATE recipes SET name = ? WHERE feed = ? AND header_signature = ?",
            [name, feed, signature],
        )


def delete_recipe(workspace: Workspace, user: User, feed: str, signature: str) -> None:
    """Forget a recipe; data loaded with it stay. Raises InputError when there is none."""
    workspace.require(user, "load")
    held = _recipe(workspace, feed, signature)
    with workspace.write(user, "erase", "recipe", f"{feed}:{held.name}") as transaction:
        transaction.execute(
            "DELETE FROM recipes WHERE feed = ? AND header_signature = ?", [feed, signature]
        )


def _recipe(workspace: Workspace, feed: str, signature: str) -> Recipe:
    for recipe in saved_recipes(workspace):
        if (recipe.feed, recipe.signature) == (feed, signature):
            return recipe
    raise InputError("There is no such recipe any more. Load the page again.")


def find_recipe(workspace: Workspace, feed: str, layout: Layout) -> Recipe | None:
    """Return the recipe saved for a file's header, None when there is none."""
    wanted = (feed, header_signature(layout))
    return next((r for r in saved_recipes(workspace) if (r.feed, r.signature) == wanted), None)


def find(workspace: Workspace, feed: str, layout: Layout) -> dict[str, Any] | None:
    """Return the matching saved for a file's header, None when there is none."""
    recipe = find_recipe(workspace, feed, layout)
    return recipe.columns if recipe else None


def set_recipe_mode(workspace: Workspace, user: User, feed: str, signature: str, mode: str) -> None:
    """Say whether a file of this recipe in the inbox adds to what is held or replaces it.

    Raises InputError for an unknown mode, no such recipe, or a feed that cannot be replaced.
    """
    workspace.require(user, "load")
    checked_mode(feed, mode)
    held = _recipe(workspace, feed, signature)
    with workspace.write(
        user, "alter", "recipe", f"{feed}:{held.name}", {"mode": mode}
    ) as transaction:
        transaction.execute(
            "UPDATE recipes SET mode = ? WHERE feed = ? AND header_signature = ?",
            [mode, feed, signature],
        )


def recipe_mode(workspace: Workspace, feed: str, signature: str) -> Mode:
    """Return whether files with this header add to what is held ("add", the default) or replace it."""
    held = workspace.value(
        "SELECT mode FROM recipes WHERE feed = ? AND header_signature = ?", [feed, signature]
    )
    return held or "add"
