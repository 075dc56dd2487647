"""Harm of crimes by a weights table, joined on the finest offence code the extract has.

A code is looked up as it stands, then without what follows its last "/" (a sub-code falls back on
its class). A code with several different weights is ambiguous: it is listed, scores nothing, and
waits for a person's choice; a median is never taken.
"""

from dataclasses import dataclass

import pandas as pd

from analytics.workspace import InputError, User, Workspace, now_ms


@dataclass(frozen=True)
class HarmWeights:
    """Weights in days for the offence codes of the extract, or the reason why there are none.

    `scores`: offence_code, harm_days. `ambiguous`: offence_code, title, days (the choices).
    """

    scores: pd.DataFrame
    ambiguous: pd.DataFrame
    label: str
    reason: str = ""

    @property
    def is_measurable(self) -> bool:
        """Whether any code of the extract has a weight."""
        return not self.reason


def harm_weights(workspace: Workspace) -> HarmWeights:
    """Return the weights for the offence codes that the crimes hold.

    The table loaded last is used. Without one, or where the extract has no codes, the result
    carries the reason.
    """
    table = workspace.frame(
        "SELECT h.index_name, h.version, upper(trim(h.code)) AS code, h.title, h.days "
        "FROM harm h JOIN (SELECT load_id FROM harm LEFT JOIN loads USING (load_id) "
        "ORDER BY at_ms DESC NULLS LAST, load_id DESC LIMIT 1) USING (load_id) "
        "WHERE h.days IS NOT NULL ORDER BY code, days"
    )
    codes = workspace.frame(
        "SELECT DISTINCT offence_code FROM crimes WHERE offence_code IS NOT NULL ORDER BY 1"
    )["offence_code"].tolist()
    if table.empty:
        return _none("Harm is not measurable: no table of harm weights is loaded.")
    label = " ".join(dict.fromkeys([table["index_name"].iloc[0], table["version"].iloc[0] or ""]))
    if not codes:
        return _none(
            "Harm is not measurable: this extract has categories, not offence codes.", label
        )
    scores, ambiguous = _look_up(codes, table, _choices(workspace, table))
    if not scores and ambiguous.empty:
        return _none(
            f"Harm is not measurable: no offence code of the extract is in '{label.strip()}'.",
            label,
        )
    frame = pd.DataFrame(scores, columns=["offence_code", "harm_days"])
    return HarmWeights(frame, ambiguous, label.strip())


def choose_weight(workspace: Workspace, user: User, code: str, days: float) -> None:
    """Record which of a code's several weights is meant, for the table in use.

    Raises InputError when `days` is not one of the code's weights.
    """
    workspace.require(user, "decide")
    held = harm_weights(workspace)
    options = held.ambiguous[held.ambiguous["offence_code"] == code]
    if days not in options["days"].tolist():
        known = ", ".join(f"{value:g}" for value in options["days"]) or "none to choose from"
        raise InputError(f"Code {code} has no weight of {days:g} days. Choose one of: {known}.")
    table = workspace.rows(
        "SELECT index_name, version FROM harm LEFT JOIN loads USING (load_id) "
        "ORDER BY at_ms DESC NULLS LAST, load_id DESC LIMIT 1"
    )[0]
    detail = {"code": code, "days": days}
    with workspace.write(user, "alter", "harm weight", code, detail) as transaction:
        transaction.execute(
            "DELETE FROM harm_choices WHERE index_name = ? AND version = ? AND code = ?",
            [*table, _plain(code)],
        )
        transaction.execute(
            "INSERT INTO harm_choices VALUES (?, ?, ?, ?, ?, ?)",
            [*table, _plain(code), days, user.username, now_ms()],
        )


def _look_up(
    codes: list[str], table: pd.DataFrame, chosen: dict[str, float]
) -> tuple[list[tuple[str, float]], pd.DataFrame]:
    days = table.groupby("code")["days"].unique()
    titles = table.groupby("code")["title"].first()
    scores, unclear = [], []
    for code in codes:
        plain = _plain(code)
        found = plain if plain in days.index else plain.rpartition("/")[0]
        if plain in chosen:
            scores.append((code, chosen[plain]))
        elif found in days.index and len(days[found]) == 1:
            scores.append((code, float(days[found][0])))
        elif found in days.index:
            unclear += [(code, titles[found], float(value)) for value in days[found]]
    return scores, pd.DataFrame(unclear, columns=["offence_code", "title", "days"])


def _choices(workspace: Workspace, table: pd.DataFrame) -> dict[str, float]:
    return dict(
        workspace.rows(
            "SELECT code, days FROM harm_choices WHERE index_name = ? AND version = ?",
            [table["index_name"].iloc[0], table["version"].iloc[0]],
        )
    )


def _plain(code: str) -> str:
    return code.strip().upper()


def _none(reason: str, label: str = "") -> HarmWeights:
    return HarmWeights(
        pd.DataFrame(columns=["offence_code", "harm_days"]),
        pd.DataFrame(columns=["offence_code", "title", "days"]),
        label.strip(),
        reason,
    )
