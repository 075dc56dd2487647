"""The checklist: its items, what is saved, and what the answers are worth."""

from collections import Counter
from datetime import date

import pytest

from analytics import thinking
from analytics.thinking import Answer, counted_level
from analytics.workspace import InputError, Refused, User, Workspace

TODAY = date(2026, 8, 31)
LEAD = User("lena", "Lena", frozenset({"lead"}))


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    from analytics.workspace import config

    monkeypatch.setenv("SEVEN_STEPS_SECRETS", str(tmp_path / "secrets"))
    config.config.cache_clear()
    with Workspace.create(tmp_path / "w", LEAD, as_of=TODAY) as made:
        yield made
    config.config.cache_clear()


def test_items_are_those_of_the_seven_steps():
    counts = Counter(item.step for item in thinking.ITEMS)
    assert [counts[step] for step in thinking.STEPS] == [12, 12, 14, 11, 13, 13, 14]
    assert len({item.id for item in thinking.ITEMS}) == 89
    assert {item.owner for item in thinking.ITEMS} <= set(thinking.OWNERS)
    assert all(item.question.endswith("?") and item.why.endswith(".") for item in thinking.ITEMS)


def test_twenty_items_gate_and_say_what_they_block():
    gates = thinking.gate_items()
    assert len(gates) == 20
    assert {item.step for item in gates} == set(thinking.STEPS)
    assert all(bool(item.blocks) == item.gate for item in thinking.ITEMS)
    first = thinking.items_of("targeting")
    assert [item.gate for item in first] == sorted((i.gate for i in first), reverse=True)


@pytest.mark.parametrize(
    ("answer", "counted"),
    [
        (Answer("T1-01"), None),
        (Answer("T1-01", level=1), 1),
        (Answer("T1-01", level=3), 1),
        (Answer("T1-01", level=3, evidence="minutes"), 3),
        (Answer("T1-01", level=4, evidence="minutes"), 3),
        (Answer("T1-01", level=4, evidence="minutes", evidence_on=date(2025, 8, 31)), 4),
        (Answer("T1-01", level=4, evidence="minutes", evidence_on=date(2025, 8, 30)), 3),
        (Answer("T1-01", level=0), 0),
        (Answer("T1-01", is_not_applicable=True, reason="no PCSOs"), None),
    ],
)
def test_an_answer_counts_for_what_its_evidence_bears_out(answer, counted):
    level, note = counted_level(answer, TODAY)
    assert level == counted
    assert bool(note) == (answer.level is not None and level != answer.level)


def test_scores_are_means_of_what_counts(workspace):
    empty = thinking.scores(workspace)
    assert set(empty.steps.values()) == {None}
    assert empty.overall is None and empty.weakest is None and empty.answered == 0
    save = thinking.save_answer
    save(workspace, LEAD, "T1-01", level=4, evidence="minutes", evidence_on=date(2026, 1, 1))
    save(workspace, LEAD, "T1-02", level=2, evidence="profile")
    save(workspace, LEAD, "T1-03", is_not_applicable=True, reason="inherited")
    save(workspace, LEAD, "T7-01", level=1)
    save(workspace, LEAD, "T7-02", is_not_applicable=True)
    ready = thinking.scores(workspace)
    assert ready.steps["thinking"] == pytest.approx((4 + 2) / 2 / 4 * 100)
    assert ready.steps["testing"] == 25.0
    assert ready.steps["tasking"] is None
    assert ready.overall == pytest.approx(50.0)
    assert ready.weakest == "testing"
    assert ready.answered == 4 and ready.items == 89
    assert "T7-01" in ready.gates_open and "T1-01" not in ready.gates_open
    assert ready.as_json()["steps"]["testing"] == 25.0


def test_answers_are_kept_as_entered_and_audited(workspace):
    thinking.save_answer(workspace, LEAD, "T5-01", level=3, owner="PI", due_on=date(2026, 8, 1))
    thinking.save_answer(workspace, LEAD, "T5-01", level=2, owner="PI", due_on=date(2026, 8, 1))
    held = thinking.answers(workspace)["T5-01"]
    assert (held.level, held.owner, held.answered_by) == (2, "PI", "lena")
    assert workspace.value("SELECT count(*) FROM answers") == 1
    assert workspace.value("SELECT count(*) FROM audit WHERE object_id = 'T5-01'") == 2
    card = next(card for card in thinking.cards(workspace) if card.item.id == "T5-01")
    assert card.is_overdue and not card.has_evidence and card.counted == 1


def test_wrong_answers_are_refused_in_a_sentence(workspace):
    with pytest.raises(InputError, match="no checklist item 'T9-01'"):
        thinking.save_answer(workspace, LEAD, "T9-01", level=1)
    with pytest.raises(InputError, match="not one of 0 to 4"):
        thinking.save_answer(workspace, LEAD, "T1-01", level=5)
    with pytest.raises(InputError, match="later than today"):
        thinking.save_answer(workspace, LEAD, "T1-01", level=2, evidence_on=date(2027, 1, 1))
    officer = User("otto", "Otto", frozenset({"officer"}))
    with pytest.raises(Refused):
        thinking.save_answer(workspace, officer, "T1-01", level=1)
    assert thinking.answers(workspace) == {}


def test_other_steps_suggest_evidence(workspace):
    from analytics.workspace import note_evidence

    with workspace.write(LEAD, "alter", "run", "abc") as transaction:
        note_evidence(transaction, "T3-04", "All cells are 19,486 m2.", "abc")
    assert thinking.suggested_evidence(workspace) == {"T3-04": "All cells are 19,486 m2. (run abc)"}
