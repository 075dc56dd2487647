"""Step 7 on screen: four cards in order, results only when the arms may be compared."""

import pytest

from analytics import testing
from analytics.workspace import User


def shown(page) -> str:
    return " ".join(block.value for block in [*page.markdown, *page.caption, *page.warning])


def choose(page, design: str):
    return page.button_group(key="testing.design").set_value(design).run()


def test_empty_workspace_links_to_what_is_missing(empty_app, open_page):
    page = open_page("testing", "analyst")
    assert not page.exception
    assert "There are no crimes yet." in shown(page)


def test_before_and_after_gives_result_threats_and_conclusion(sample_app, open_page):
    page = choose(open_page("testing", "analyst"), "before_after")
    assert not page.exception and not page.error
    text = shown(page)
    assert "20 treated places against 20 comparison places" in text
    assert "Smallest detectable effect" in text
    assert "may not be put down to patrol alone" in text or "cannot be told apart" in text
    assert "Regression to the mean" in text


def test_an_assigned_trial_is_the_design_to_begin_with(sample_app, open_page):
    page = open_page("testing", "analyst")
    assert page.button_group(key="testing.design").value == "crossover"


def test_crossover_stays_pooled_until_the_protocol_is_locked(sample_copy, open_page):
    page = choose(open_page("testing", "analyst"), "crossover")
    assert not page.exception
    assert "both arms together" in shown(page)
    assert "Permutation" not in shown(page)
    assert not [button for button in page.button if button.key == "lock"]
    lead = choose(open_page("testing", "lead"), "crossover")
    lead.button(key="lock").click().run()
    assert testing.locked_protocol(sample_copy).locked_by == "one-lead"
    assert "recorded as look 1" in shown(lead)
    lead.button(key="compare").click().run()
    assert testing.looks(sample_copy) == 1
    assert "as assigned" in shown(lead) or "by assignment" in shown(lead)
    lead.button(key="save-evaluation").click().run()
    assert sample_copy.value("SELECT count(*) FROM runs WHERE step = 'testing'") == 1


@pytest.mark.parametrize("role", ["officer", "trainer", "inspector", "admin", "auditor"])
def test_other_roles_do_not_see_it(sample_app, open_page, role):
    page = open_page("testing", role)
    assert not page.exception
    assert "treated places" not in shown(page)
