"""Answers to the checklist, kept as they are entered: one audited write each."""

from dataclasses import dataclass
from datetime import date

from analytics.thinking.items import ITEMS, LEVELS
from analytics.workspace import DEFAULT_PROGRAMME, InputError, User, Workspace, now_ms

_IDS = frozenset(item.id for item in ITEMS)


@dataclass(frozen=True)
class Answer:
    """What was entered for one item; `level` is 0 to 4, None while undecided."""

    item_id: str
    level: int | None = None
    is_not_applicable: bool = False
    reason: str = ""
    evidence: str = ""
    evidence_on: date | None = None
    owner: str = ""
    due_on: date | None = None
    answered_by: str = ""
    answered_ms: int | None = None


def answers(workspace: Workspace, programme_id: str = DEFAULT_PROGRAMME) -> dict[str, Answer]:
    """Return the stored answers of a programme by item id; items never touched are absent."""
    rows = workspace.rows(
        "SELECT item_id, level, is_not_applicable, reason, evidence, evidence_on, owner, due_on, "
        "answered_by, answered_ms FROM answers WHERE programme_id = ?",
        [programme_id],
    )
    return {row[0]: Answer(*row) for row in rows}


def save_answer(
    workspace: Workspace,
    user: User,
    item_id: str,
    *,
    level: int | None = None,
    evidence: str = "",
    evidence_on: date | None = None,
    owner: str = "",
    due_on: date | None = None,
    is_not_applicable: bool = False,
    reason: str = "",
    programme_id: str = DEFAULT_PROGRAMME,
) -> Answer:
    """Keep one answer as entered, in place of the one before; the audit log keeps both.

    An answer that its evidence does not bear out is kept too: `counted_level` decides what it
    scores. Raises InputError for an unknown item, a level outside 0 to 4 or evidence dated later
    than today, Refused when the user may not answer.
    """
    workspace.require(user, "answer")
    _check(workspace, item_id, level, evidence_on)
    answer = Answer(
        item_id,
        None if is_not_applicable else level,
        is_not_applicable,
        reason.strip(),
        evidence.strip(),
        evidence_on,
        owner.strip(),
        due_on,
        user.username,
        now_ms(),
    )
    detail = {key: value for key, value in vars(answer).items() if value not in (None, "")}
    with workspace.write(user, "alter", "answer", item_id, detail) as transaction:
        transaction.execute(
            "DELETE FROM answers WHERE programme_id = ? AND item_id = ?", [programme_id, item_id]
        )
        transaction.execute(
            "INSERT INTO answers (programme_id, item_id, level, is_not_applicable, reason, "
            "evidence, evidence_on, owner, due_on, answered_by, answered_ms) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [programme_id, *vars(answer).values()],
        )
    return answer


def suggested_evidence(workspace: Workspace) -> dict[str, str]:
    """Return by item id what the other steps found out, as a sentence with its run."""
    rows = workspace.rows("SELECT item_id, value, run_id FROM evidence")
    return {item: f"{value} (run {run})" if run else value for item, value, run in rows}


def _check(workspace: Workspace, item_id: str, level: int | None, evidence_on: date | None) -> None:
    if item_id not in _IDS:
        raise InputError(f"There is no checklist item '{item_id}'. Use one such as T1-01.")
    if level is not None and level not in range(len(LEVELS)):
        raise InputError(f"Level {level} of item {item_id} is not one of 0 to 4. Choose one.")
    if evidence_on and evidence_on > workspace.today():
        raise InputError(
            f"The evidence of item {item_id} is dated {evidence_on}, later than today "
            f"({workspace.today()}). Correct the date."
        )
