"""What the answers are worth: the level each counts as, the score of each step, the weakest.

An answer is worth no more than its evidence bears out: above level 1 it needs an evidence entry,
and level 4 needs evidence dated within the last 12 months. An item not yet answered is not a zero:
scores are means over the items that count, and the number answered stands beside them.
"""

from dataclasses import asdict, dataclass
from datetime import date

from analytics.thinking.answers import Answer, answers
from analytics.thinking.items import ITEMS, STEPS, Item
from analytics.workspace import DEFAULT_PROGRAMME, Workspace

HIGHEST = 4
WITHOUT_EVIDENCE = 1
ESTABLISHED = 3


@dataclass(frozen=True)
class Readiness:
    """Scores 0 to 100 by step (None: nothing answered), their mean, the lowest, and the counts."""

    steps: dict[str, float | None]
    overall: float | None
    weakest: str | None
    answered: int
    items: int
    answered_by_step: dict[str, int]
    not_applicable: int
    gates_open: tuple[str, ...]

    def as_json(self) -> dict:
        """Return plain JSON values; a step without answers has null, not 0."""
        return asdict(self)


@dataclass(frozen=True)
class Card:
    """One item with its answer: what it counts as, why less than entered, whether overdue."""

    item: Item
    answer: Answer
    counted: int | None
    note: str
    is_answered: bool
    is_overdue: bool
    has_evidence: bool


def counted_level(answer: Answer, today: date) -> tuple[int | None, str]:
    """Return the level (0 to 4) that an answer counts as, and why when it is not as entered.

    None: the item does not count (unanswered, or not applicable with a reason).
    """
    if answer.is_not_applicable:
        return None, "" if answer.reason else "Not applicable needs a reason; unanswered till then."
    if answer.level is None:
        return None, ""
    if answer.level > WITHOUT_EVIDENCE and not answer.evidence:
        return WITHOUT_EVIDENCE, "Counts as Initial until evidence is given."
    if answer.level == HIGHEST and not _is_recent(answer.evidence_on, today):
        return HIGHEST - 1, (
            "Counts as Established: Embedded needs evidence dated within 12 months."
        )
    return answer.level, ""


def cards(workspace: Workspace, programme_id: str = DEFAULT_PROGRAMME) -> list[Card]:
    """Return all 89 items with their answers, in the order of the file.

    Overdue: the due date has passed and the item does not yet count as Established.
    """
    held, today = answers(workspace, programme_id), workspace.today()
    return [_card(item, held.get(item.id, Answer(item.id)), today) for item in ITEMS]


def scores(workspace: Workspace, programme_id: str = DEFAULT_PROGRAMME) -> Readiness:
    """Return the score of each step, their mean, and the weakest step.

    Step score: mean of the levels that count, over 4, times 100. Overall: mean of the steps that
    have a score. Weakest: the lowest of them, the earliest in the guide's order when equal.
    """
    all_cards = cards(workspace, programme_id)
    steps = {step: _score([c for c in all_cards if c.item.step == step]) for step in STEPS}
    known = {step: score for step, score in steps.items() if score is not None}
    return Readiness(
        steps=steps,
        overall=sum(known.values()) / len(known) if known else None,
        weakest=min(known, key=known.get) if known else None,
        answered=sum(card.is_answered for card in all_cards),
        items=len(all_cards),
        answered_by_step={
            step: sum(c.is_answered for c in all_cards if c.item.step == step) for step in STEPS
        },
        not_applicable=sum(c.is_answered and c.answer.is_not_applicable for c in all_cards),
        gates_open=tuple(c.item.id for c in all_cards if c.item.gate and not _is_passed(c)),
    )


def _card(item: Item, answer: Answer, today: date) -> Card:
    counted, note = counted_level(answer, today)
    is_answered = counted is not None or (answer.is_not_applicable and bool(answer.reason))
    is_done = is_answered and (counted is None or counted >= ESTABLISHED)
    is_overdue = answer.due_on is not None and answer.due_on < today and not is_done
    return Card(item, answer, counted, note, is_answered, is_overdue, bool(answer.evidence))


def _score(step_cards: list[Card]) -> float | None:
    levels = [card.counted for card in step_cards if card.counted is not None]
    return sum(levels) / len(levels) / HIGHEST * 100 if levels else None


def _is_passed(card: Card) -> bool:
    """Whether a gate holds the chain up no longer: level 2 (written and started) or more."""
    return card.is_answered and (card.counted is None or card.counted > WITHOUT_EVIDENCE)


def _is_recent(evidence_on: date | None, today: date) -> bool:
    if evidence_on is None:
        return False
    is_leap_day = (today.month, today.day) == (2, 29)
    return evidence_on >= date(today.year - 1, today.month, 28 if is_leap_day else today.day)
