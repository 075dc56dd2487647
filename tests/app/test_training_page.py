"""The training page, without a browser."""

import pytest

from analytics import training
from analytics.workspace import User

ROOT_USER = User("os:test", "Test", frozenset(), every_right=True)


def texts(app):
    return " ".join(part.value for part in app.markdown)


def test_says_what_is_missing_and_links_to_it(empty_app, open_page):
    app = open_page("training", "trainer")
    assert not app.exception
    assert "there is no roster" in texts(app)


@pytest.mark.parametrize(("role", "tables"), [("analyst", 3), ("trainer", 3), ("lead", 1)])
def test_names_only_to_those_who_may_see_records(sample_app, open_page, role, tables):
    found = training.coverage(sample_app, ROOT_USER, training.TrainingSettings())
    app = open_page("training", role)
    assert not app.exception
    assert f"{found.trained:,} of {found.rostered:,} officers" in texts(app)
    assert len(app.dataframe) == tables


def test_saving_leaves_evidence(sample_copy, open_page):
    app = open_page("training", "trainer")
    next(part for part in app.button if part.label == "Save this coverage").click().run()
    assert not app.exception
    assert app.success[0].value.startswith("Saved as run ")
    assert sample_copy.value("SELECT count(*) FROM evidence WHERE item_id = 'T4-10'") == 1
