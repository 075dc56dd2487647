"""How sure, in the app: tests are asked for, done as jobs, and shown again to everybody."""

import time

from analytics.programme.work import start_worker
from analytics.workspace import jobs


def _text(app) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption])


def _labels(app) -> list[str]:
    return [button.label for button in app.button]


def _tab(open_page, role):
    app = open_page("targeting", role)
    app.session_state["targeting-tabs"] = "How sure"
    return app.run()


def _do_jobs(workspace):
    worker = start_worker(workspace, lambda *_: 0)
    try:
        while any(job.is_open for job in jobs.recent(workspace)):
            time.sleep(0.05)
    finally:
        worker.stop()


def test_the_tests_run_as_jobs_and_are_shown_again(sample_copy, open_page):
    app = _tab(open_page, "analyst")
    assert not app.exception
    assert "run the tests below" in _text(app)
    next(b for b in app.button if b.label == "Run the backtest").click().run()
    next(b for b in app.button if b.label == "Test the places").click().run()
    _do_jobs(sample_copy)
    done = jobs.recent(sample_copy, 2)
    assert {job.kind for job in done} == {"backtest", "stability"}
    assert [job.state for job in done] == ["done", "done"]
    for role in ("analyst", "evaluator"):
        app = _tab(open_page, role)
        assert not app.exception
        assert "Over 7 cut dates" in _text(app)
        assert "places are firm" in _text(app)
        assert "places are on both lists" in _text(app)
        assert "Run the backtest" not in _labels(app)
    methods = next(t.value for t in app.dataframe if "hit_rate" in t.value.columns)
    assert methods["method"].iloc[0] == "Best possible"
    assert methods["method"].iloc[-1] == "Chance"
    places = next(t.value for t in app.dataframe if "standing" in t.value.columns)
    assert len(places) == 60


def test_who_may_not_tune_may_look_and_is_told_who_may_run(sample_app, open_page):
    app = _tab(open_page, "evaluator")
    assert not app.exception
    assert "Run the backtest" not in _labels(app)
    assert "An analyst, an inspector or a lead may run it." in _text(app)
    assert "Precision:" in _text(app)
