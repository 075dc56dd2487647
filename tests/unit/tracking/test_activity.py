"""Activity per patrol hour: what counts, and over which hours."""

from datetime import UTC, date, datetime, timedelta

import pytest
from scipy import optimize, stats

from analytics import tracking
from analytics.tracking.activity import TYPED, kind_of, read_activity
from analytics.workspace import InputError, User


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


def test_a_file_that_reports_nil_is_held_and_counts_nothing(tracked, acting):
    _add(tracked, acting, [("arrest", "a", "A", None, 0)])
    found = tracking.preview_activity(tracked, acting, _dosage(tracked, acting))
    assert (found.reported, found.repeated) == (0, 0)
    assert set(found.kinds["count"]) == {0}


def test_what_is_typed_counts_and_nonsense_is_refused(tracked, acting):
    dosage = _dosage(tracked, acting)
    with pytest.raises(InputError, match="No activity"):
        tracking.preview_activity(tracked, acting, dosage)
    at_ms = int(dosage.visits["first_ms"].min())
    tracking.add_activity(tracked, acting, "A", "a", {"weapon": 1, "arrest": 0}, at_ms)
    assert tracking.preview_activity(tracked, acting, dosage).reported == 1
    with pytest.raises(InputError, match="0 to 99"):
        tracking.add_activity(tracked, acting, "A", "a", {"weapon": -1}, at_ms)


def test_rates_and_limits_equal_what_the_poisson_tails_give(tracked, acting):
    with tracked.write(acting, "collect", "load", "d") as kept:
        kept.execute("INSERT INTO devices (device, unit) VALUES ('a', 'a'), ('b', 'b')")
    _add(tracked, acting, [("engagement", "a", "A", None, 3), ("arrest", "b", "A", None, 1)])
    dosage = _dosage(tracked, acting)
    kinds = tracking.preview_activity(tracked, acting, dosage).kinds.set_index("kind")
    visits = int((dosage.visits["is_drive_through"] == 0).sum())
    for kind, count in (("engagement", 3), ("arrest", 1), ("weapon", 0)):
        # The limits by their definition: as few, or as many, in one of 40 worlds.
        high = optimize.brentq(lambda m, k=count: stats.poisson.cdf(k, m) - 0.025, 1e-9, 50)
        low = 0.0
        if count:
            low = optimize.brentq(lambda m, k=count: stats.poisson.sf(k - 1, m) - 0.025, 1e-9, 50)
        row = kinds.loc[kind]
        assert row["count"] == count
        for exposure, names in (
            (dosage.total("officer_minutes") / 60, ["rate", "low", "high"]),
            (visits, ["per_visits", "visits_low", "visits_high"]),
        ):
            wanted = [100 * number / exposure for number in (count, low, high)]
            assert row[names].tolist() == pytest.approx(wanted, rel=1e-6)


def test_what_is_typed_and_loaded_counts_once(tracked, acting):
    _add(
        tracked,
        acting,
        [
            ("search", "a", "A", None, 3),
            ("Stop & search", "a", None, 430_010, 1),
            ("search", "a", "B", None, 5),
            ("search", None, "A", None, 1),
        ],
    )
    noon = int(datetime(2026, 6, 8, 11, tzinfo=UTC).timestamp() * 1000)
    tracking.add_activity(tracked, acting, "A", "a", {"search": 2}, noon)
    tracking.add_activity(tracked, acting, "A", "a", {"search": 4, "arrest": 1}, noon + 60_000)
    tracking.add_activity(tracked, acting, "A", "b", {"search": 1}, noon)
    day = date(2026, 6, 8)
    rows, repeated = read_activity(tracked, _dosage(tracked, acting).hotspots, day, day)
    # Unit a has 4 searches in A by file and 6 typed: two of them are more than the file tells.
    assert repeated == 4
    counts = rows.groupby(["unit", "kind", "place"])["quantity"].sum().to_dict()
    assert counts == {
        ("a", "search", "A"): 6,
        ("a", "search", "B"): 5,
        ("a", "arrest", "A"): 1,
        ("b", "search", "A"): 1,
    }
    assert rows["quantity"].sum() == 14
    assert set(tracked.frame("SELECT load_id FROM activity")["load_id"]) == {"a", TYPED}


def test_an_officer_types_for_the_own_unit_a_known_place_and_no_time_to_come(tracked, acting):
    officer = User("pat", "Pat", frozenset({"officer"}))
    with tracked.write(acting, "create", "person", "pat") as kept:
        kept.execute("INSERT INTO people (username, is_disabled) VALUES ('pat', false)")
    tracking.link_person(tracked, acting, "pat", "a")
    noon = int(datetime(2026, 6, 8, 11, tzinfo=UTC).timestamp() * 1000)
    tracking.add_activity(tracked, officer, "A", "a", {"arrest": 1}, noon)
    with pytest.raises(InputError, match="own unit"):
        tracking.add_activity(tracked, officer, "A", "b", {"arrest": 1}, noon)
    with pytest.raises(InputError, match="not on a list"):
        tracking.add_activity(tracked, officer, "nowhere", "a", {"arrest": 1}, noon)
    later = int((datetime.now(UTC) + timedelta(days=2)).timestamp() * 1000)
    with pytest.raises(InputError, match="future"):
        tracking.add_activity(tracked, officer, "A", "a", {"arrest": 1}, later)
    assert tracked.value("SELECT count(*) FROM activity") == 1
