"""Activity per patrol hour: what counts, and over which hours."""

import pytest

from analytics import tracking
from analytics.tracking.activity import kind_of
from analytics.workspace import InputError


def _dosage(workspace, user):
    return tracking.preview_dosage(workspace, user, tracking.TrackingSettings())


def _add(workspace, user, rows):
    with workspace.write(user, "collect", "load", "a") as kept:
        for kind, unit, place_id, x, quantity in rows:
            kept.execute(
                "INSERT INTO activity (load_id, kind, unit, place_id, x, y, quantity, at_local) "
                "VALUES ('a', ?, ?, ?, ?, 300000, ?, '2026-06-08 12:05')",
                [kind, unit, place_id, x, quantity],
            )


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Stop & search", "search"),
        ("Weapons seized", "weapon"),
        ("Assigned to incident", "incident"),
        ("Community engagement", "engagement"),
        ("Licensing check", "other"),
        (None, "other"),
    ],
)
def test_words_of_a_file_are_known_kinds(words, kind):
    assert kind_of(words) == kind


def test_rates_stand_over_the_hours_of_units_with_gps(tracked, acting):
    with tracked.write(acting, "collect", "load", "d") as kept:
        kept.execute("INSERT INTO devices (device, unit) VALUES ('a', 'a'), ('b', 'b')")
    _add(
        tracked,
        acting,
        [
            ("engagement", "a", "A", None, 3),
            ("search", "b", None, 430_020, None),
            ("arrest", "a", None, 439_000, 1),
            ("arrest", "z", "A", None, 2),
            ("incident", "a", "A", None, 1),
        ],
    )
    dosage = _dosage(tracked, acting)
    found = tracking.preview_activity(tracked, acting, dosage)
    assert (found.reported, found.elsewhere, found.without_gps) == (7, 1, 2)
    kinds = found.kinds.set_index("kind")
    assert kinds["count"].to_dict() == {
        "engagement": 3, "search": 1, "arrest": 0, "weapon": 0, "disruption": 0, "other": 0
    }  # fmt: skip
    hours = dosage.total("officer_minutes") / 60
    assert found.hours == pytest.approx(hours)
    assert kinds.loc["engagement", "rate"] == pytest.approx(300 / hours)


def test_what_is_typed_counts_and_nonsense_is_refused(tracked, acting):
    dosage = _dosage(tracked, acting)
    with pytest.raises(InputError, match="No activity"):
        tracking.preview_activity(tracked, acting, dosage)
    at_ms = int(dosage.visits["first_ms"].min())
    tracking.add_activity(tracked, acting, "A", "a", {"weapon": 1, "arrest": 0}, at_ms)
    assert tracking.preview_activity(tracked, acting, dosage).reported == 1
    with pytest.raises(InputError, match="0 to 99"):
        tracking.add_activity(tracked, acting, "A", "a", {"weapon": -1}, at_ms)
