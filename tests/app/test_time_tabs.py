"""Step 3, tabs When and Over time: what they say, and the events register."""

from datetime import date

from analytics import targeting
from analytics.workspace import User

ROOT = User("os:test", "Test", frozenset(), every_right=True)


def _text(app) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption, *app.info])


def _open(open_page, tab: str, role: str = "analyst"):
    app = open_page("targeting", role)
    app.session_state["targeting-tabs"] = tab
    app.run()
    assert not app.exception
    return app


def test_windows_follow_the_share_and_the_place(sample_copy, open_page):
    app = _open(open_page, "When")
    half = _text(app)
    assert "hours a week hold" in half
    assert "Chosen without the year" in half
    assert "School holidays are not measurable" in half
    share = next(s for s in app.slider if s.label.startswith("Share of the crime"))
    share.set_value(0.3).run()
    assert not app.exception
    assert _text(app) != half
    busiest = targeting.preview_hotspots(
        sample_copy,
        ROOT,
        targeting.TargetingSettings(test_from=targeting.suggested_test_from(sample_copy)),
    ).hotspots["hotspot_id"]
    app.session_state["when-place"] = busiest.iloc[-1]
    app.run()
    assert not app.exception
    assert "fewer than 100" in _text(app)


def test_months_only_refuse_hours_in_one_sentence(sample_copy, open_page):
    with sample_copy.bookkeeping() as change:
        change.execute("UPDATE crimes SET time_precision = 'month'")
        change.execute(
            "INSERT INTO loads (load_id, feed, at_ms, fingerprint, is_undone) "
            "VALUES ('months', 'crimes', 1, 'months', false)"
        )
    app = _open(open_page, "When")
    assert [info.value for info in app.info if "Hours" in info.value] == [
        "Hours are not measurable: this extract gives the month or day of a crime, not its time."
    ]
    assert "hours a week hold" not in _text(app)


def test_over_time_says_what_luck_does_and_marks_events(sample_copy, open_page):
    targeting.add_event(
        sample_copy, ROOT, "Operation Sceptre", "operation", date(2025, 5, 12), date(2025, 5, 18)
    )
    app = _open(open_page, "Over time")
    text = _text(app)
    assert "Even without any patrol, 60 places" in text
    assert "beyond chance, of 60" in text
    assert "A: Operation Sceptre" in text
    assert "Space-time category:" in text


def test_an_analyst_adds_an_event_and_an_evaluator_only_reads(sample_copy, open_page):
    app = _open(open_page, "Over time")
    next(field for field in app.text_input if field.label == "Event").set_value("New crime rules")
    for label in ("First day", "Last day"):
        next(day for day in app.date_input if day.label == label).set_value(date(2024, 4, 1))
    next(button for button in app.button if button.label == "Add event").click().run()
    assert not app.exception
    assert targeting.time_events(sample_copy)["name"].tolist() == ["New crime rules"]
    app = _open(open_page, "Over time", "evaluator")
    assert not [button for button in app.button if button.label == "Add event"]
    assert "A: New crime rules" in _text(app)
