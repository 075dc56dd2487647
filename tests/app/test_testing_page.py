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
    readings = next(t for t in page.dataframe if "reading" in t.value.columns).value["reading"]
    assert (readings.str.len() > 0).all()
    text = shown(page)
    assert "20 treated places against 20 comparison places" in text
    assert "Smallest detectable effect" in text
    assert "may not be put down to patrol alone" in text or "cannot be told apart" in text
    assert "Regression to the mean" in text


@pytest.fixture
def without_drafts(sample_copy):
    """A copy in which nobody has entered anything: other tests visit the page as every role."""
    with sample_copy.bookkeeping() as change:
        change.execute("DELETE FROM drafts")
    return sample_copy


def test_an_assigned_trial_is_the_design_to_begin_with(without_drafts, open_page):
    page = open_page("testing", "evaluator")
    assert page.button_group(key="testing.design").value == "crossover"


def test_the_page_begins_with_the_last_evaluation(without_drafts, open_page):
    someone = User("one-analyst", "The analyst", frozenset({"analyst"}))
    chosen = testing.TestingSettings(design="before_after", displacement_m=75.0)
    testing.save_evaluation(without_drafts, someone, chosen)
    page = open_page("testing", "evaluator")
    assert not page.exception
    assert page.button_group(key="testing.design").value == "before_after"
    ring = next(field for field in page.slider if field.label.startswith("Width of the ring"))
    assert (ring.value, ring.label) == (75.0, "Width of the ring for displacement (m)")


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
