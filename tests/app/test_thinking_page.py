"""Step 1 on screen: the checklist is shown, filtered, answered and scored."""

import pytest

from analytics import thinking


def test_gates_come_first_and_say_what_they_block(empty_app, open_page):
    page = open_page("thinking", "lead")
    assert not page.exception
    shown = " ".join(block.value for block in page.markdown)
    assert all(item.question in shown for item in thinking.gate_items())
    assert "None of the 89 items is answered yet" in shown
    assert "Targeting has nothing to rank without it." in shown


def test_an_entry_is_saved_at_once_and_scored(sample_copy, open_page):
    page = open_page("thinking", "lead")
    page.button(key="step-thinking").click().run()
    page.button_group(key="T1-01.level").set_value(3).run()
    page.text_input(key="T1-01.evidence").set_value("Minutes of 3 March").run()
    assert not page.exception
    held = thinking.answers(sample_copy)["T1-01"]
    assert (held.level, held.evidence, held.answered_by) == (3, "Minutes of 3 March", "one-lead")
    assert any("1 of 89 items are answered and score 75" in block.value for block in page.markdown)


def test_level_without_evidence_says_what_it_counts_as(sample_copy, open_page):
    page = open_page("thinking", "analyst")
    page.button_group(key="T1-01.level").set_value(4).run()
    assert any("Counts as Initial until evidence is given" in c.value for c in page.caption)


def test_filters_leave_what_they_name(sample_copy, open_page, acting):
    thinking.save_answer(sample_copy, acting, "T3-01", level=2, evidence="Code list")
    page = open_page("thinking", "lead")
    page.button(key="step-targeting").click().run()
    page.button_group(key="only").set_value(["Gates", "Unanswered"]).run()
    shown = " ".join(block.value for block in page.markdown)
    assert "T3-04" in shown and "T3-08" in shown
    assert "T3-01]" not in shown and "T3-02]" not in shown


@pytest.mark.parametrize("role", ["officer", "trainer", "admin", "auditor"])
def test_other_roles_do_not_see_it(empty_app, open_page, role):
    page = open_page("thinking", role)
    assert not page.exception
    assert not page.text_input
