"""Harm of crimes by a weights table, joined on the finest offence code the extract has.

A code is looked up as it stands, then without what follows its last "/" (a sub-code falls back on
its class). "4.1" and "004/01" are the same code as "4/1": tables write the Home Office codes in
all three ways. A code with several different weights is ambiguous: it is listed, scores nothing,
and waits for a person's choice; a median is never taken.
"""

from dataclasses import dataclass

import pandas as pd

from analytics.workspace import InputError, User, Workspace, now_ms


@dataclass(frozen=True)
class HarmTable:
    """One version of a table of harm weights; `codes` of them, `ambiguous_codes` with several."""

    index_name: str
    version: str
    source: str
    is_illustrative: bool
    codes: int
    ambiguous_codes: int
    loaded_ms: int | None

    @property
    def label(self) -> str:
        """Name and version, as charts and runs name the table."""
        return " ".join(dict.fromkeys([self.index_name, self.version])).strip()


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


def harm_tables(workspace: Workspace) -> list[HarmTable]:
    """Return the tables of harm weights that are loaded, the one loaded last first."""
    rows = workspace.rows(
        """SELECT index_name, coalesce(version, ''), coalesce(any_value(source), ''),
            bool_or(is_illustrative), count(*), count(*) FILTER (weights > 1), max(at_ms)
        FROM (SELECT index_name, version, upper(trim(code)) AS code, any_value(source) AS source,
                bool_or(is_illustrative) AS is_illustrative, count(DISTINCT days) AS weights,
                max(at_ms) AS at_ms
            FROM harm LEFT JOIN loads USING (load_id) WHERE days IS NOT NULL GROUP BY 1, 2, 3)
        GROUP BY 1, 2 ORDER BY max(at_ms) DESC NULLS LAST, 1, 2"""
    )
    return [HarmTable(*row[:3], bool(row[3]), *row[4:]) for row in rows]


def harm_table(workspace: Workspace, label: str | None = None) -> HarmTable | None:
    """Return the table of that name, or the one loaded last; None when none is loaded.

    Raises InputError for a name that is not loaded.
    """
    held = harm_tables(workspace)
    if label is None:
        return held[0] if held else None
    for table in held:
        if table.label == label:
            return table
    known = "', '".join(table.label for table in held)
    raise InputError(
        f"No table of harm weights is named '{label}'. "
        + (f"Use one of: '{known}'." if held else "Load one first.")
    )


def harm_weights(workspace: Workspace, label: str | None = None) -> HarmWeights:
    """Return the weights for the offence codes that the crimes hold.

    `label` names the table, by default the one loaded last. Without a table, or where the extract
    has no codes, the result carries the reason. Raises InputError for a name that is not loaded.
    """
    table = harm_table(workspace, label)
    codes = workspace.frame(
        "SELECT DISTINCT offence_code FROM crimes WHERE offence_code IS NOT NULL ORDER BY 1"
    )["offence_code"].tolist()
    if table is None:
        return _none("Harm is not measurable: no table of harm weights is loaded.")
    if not codes:
        return _none(
            "Harm is not measurable: this extract has categories, not offence codes.", table.label
        )
    scores, ambiguous = _look_up(codes, _weights_of(workspace, table), _choices(workspace, table))
    if not scores and ambiguous.empty:
        return _none(
            f"Harm is not measurable: no offence code of the extract is in '{table.label}'.",
            table.label,
        )
    frame = pd.DataFrame(scores, columns=["offence_code", "harm_days"])
    return HarmWeights(frame, ambiguous, table.label)


def choose_weight(
    workspace: Workspace, user: User, code: str, days: float, label: str | None = None
) -> None:
    """Record which of a code's several weights is meant, for the table named (the last loaded).

    Raises InputError when `days` is not one of the code's weights.
    """
    workspace.require(user, "decide")
    table = harm_table(workspace, label)
    options = _weights_of(workspace, table) if table else pd.DataFrame({"code": [], "days": []})
    found = _found(plain_code(code), set(options["code"]))
    days_of = sorted(set(options.loc[options["code"] == found, "days"]))
    if table is None or days not in days_of:
        known = ", ".join(f"{value:g}" for value in days_of) or "none to choose from"
        raise InputError(f"Code {code} has no weight of {days:g} days. Choose one of: {known}.")
    detail = {"code": code, "days": days, "table": table.label}
    key = [table.index_name, table.version, plain_code(code)]
    with workspace.write(user, "alter", "harm weight", code, detail) as transaction:
        transaction.execute(
            "DELETE FROM harm_choices WHERE index_name = ? AND coalesce(version, '') = ? "
            "AND code = ?",
            key,
        )
        transaction.execute(
            "INSERT INTO harm_choices VALUES (?, ?, ?, ?, ?, ?)",
            [*key, days, user.username, now_ms()],
        )


def chosen_weights(workspace: Workspace, label: str | None = None) -> pd.DataFrame:
    """Return the choices made for a table: code, days, chosen_by, chosen_ms."""
    table = harm_table(workspace, label)
    return workspace.frame(
        "SELECT code, days, chosen_by, chosen_ms FROM harm_choices WHERE index_name = ? "
        "AND coalesce(version, '') = ? ORDER BY code",
        [table.index_name, table.version] if table else ["", ""],
    )


def plain_code(code: str) -> str:
    """Return an offence code in one way of writing: "004/01" and "4.1" are "4/1"."""
    parts = code.strip().upper().replace(".", "/").split("/")
    return "/".join(part.strip().lstrip("0") or part.strip() for part in parts)


def _weights_of(workspace: Workspace, table: HarmTable) -> pd.DataFrame:
    """Return code, title and days of a table, a row per different weight of a code."""
    frame = workspace.frame(
        "SELECT code, title, days FROM harm WHERE index_name = ? AND coalesce(version, '') = ? "
        "AND days IS NOT NULL ORDER BY code, days",
        [table.index_name, table.version],
    )
    return frame.assign(code=[plain_code(code) for code in frame["code"]])


def _look_up(
    codes: list[str], table: pd.DataFrame, chosen: dict[str, float]
) -> tuple[list[tuple[str, float]], pd.DataFrame]:
    days = table.groupby("code")["days"].unique()
    titles = table.groupby("code")["title"].first()
    held = set(days.index)
    scores, unclear = [], []
    for code in codes:
        plain = plain_code(code)
        found = _found(plain, held)
        if plain in chosen:
            scores.append((code, chosen[plain]))
        elif found in held and len(days[found]) == 1:
            scores.append((code, float(days[found][0])))
        elif found in held:
            unclear += [(code, titles[found], float(value)) for value in days[found]]
    return scores, pd.DataFrame(unclear, columns=["offence_code", "title", "days"])


def _found(plain: str, held: set[str]) -> str:
    return plain if plain in held else plain.rpartition("/")[0]


def _choices(workspace: Workspace, table: HarmTable) -> dict[str, float]:
    return {
        plain_code(code): days
        for code, days in workspace.rows(
            "SELECT code, days FROM harm_choices WHERE index_name = ? "
            "AND coalesce(version, '') = ?",
            [table.index_name, table.version],
        )
    }


def _none(reason: str, label: str = "") -> HarmWeights:
    return HarmWeights(
        pd.DataFrame(columns=["offence_code", "harm_days"]),
        pd.DataFrame(columns=["offence_code", "title", "days"]),
        label.strip(),
        reason,
    )
