"""What is said in words follows from the numbers."""

import re
from dataclasses import replace
from datetime import timedelta

import numpy as np

from analytics.tracking import (
    TrackingSettings,
    answer,
    day_totals,
    overlap_sentence,
    place_table,
    preview_dosage,
    visits,
)
from analytics.tracking.summary import visits_text
from tests.unit.tracking.conftest import FIRST_DAY, NOON_MS, add_plan, add_tracks, standing


def test_answer_without_a_plan_names_what_had_no_patrol(tracked, acting):
    said = answer(preview_dosage(tracked, acting, TrackingSettings()))
    assert said.startswith("**2 qualifying visits and 0 patrol hours in 3 places on 8 Jun 2026**")
    assert "no plan covers these days" in said
    assert "**1 had no patrol in that time**: Place C." in said


def test_answer_with_a_plan_gives_delivered_of_planned(tracked, acting):
    add_plan(tracked, acting, [(FIRST_DAY, "A"), (FIRST_DAY, "B")])
    said = answer(preview_dosage(tracked, acting, TrackingSettings()))
    assert said.startswith("**1 of 2 planned visits were delivered (50%)** on 1 day with a plan")


def test_places_without_patrol_come_first_with_the_reason(tracked, acting):
    add_plan(tracked, acting, [(FIRST_DAY, "B"), (FIRST_DAY, "C")])
    table = place_table(preview_dosage(tracked, acting, TrackingSettings()))
    assert table["place_id"].tolist() == ["C", "A", "B"]
    assert table["remark"].tolist() == [
        "planned, not visited",
        "",
        "1 of 1 planned visits missed",
    ]


def test_days_without_gps_are_empty_and_not_zero(tracked, acting):
    later = NOON_MS + 2 * 86_400_000
    add_tracks(tracked, acting, standing("a", 430_000, 300_000, later, 12), load_id="p2")
    days = day_totals(preview_dosage(tracked, acting, TrackingSettings()))
    assert days["day"].tolist() == [FIRST_DAY + timedelta(days=k) for k in range(3)]
    assert days["qualifying_low"].isna().tolist() == [False, True, False]


def test_a_visit_too_many_at_one_place_does_not_hide_a_miss_at_another(tracked, acting):
    dosage = preview_dosage(tracked, acting, TrackingSettings())
    rows = dosage.place_days.iloc[:2].assign(planned=[1, 2], qualifying_low=[4, 0])
    days = day_totals(replace(dosage, place_days=rows.assign(day=FIRST_DAY)))
    first = days.iloc[0]
    assert (first["planned"], first["delivered_low"], first["other_low"]) == (3, 1, 3)


def test_what_cannot_be_counted_is_told_with_its_reason(tracked, acting):
    """A fix every 15 seconds: a number from 75 seconds, a range from 30, nothing below."""

    def said(minutes):
        dosage = preview_dosage(tracked, acting, TrackingSettings(dwell_minutes=minutes))
        return answer(dosage), place_table(dosage)

    assert said(2)[0].startswith("**3 qualifying visits")
    assert said(1)[0].startswith("**Between 3 and 3 qualifying visits (the devices report every 15")
    text, table = said(0.4)
    assert text.startswith("**A number of qualifying visits that is not measurable (the devices")
    assert "report every 15 s, too seldom for a shortest visit of 0.4 minutes) and" in text
    assert table["qualifying_visits"].isna().sum() == 2
    assert table["delivered"].isna().all()


def test_a_few_slow_devices_are_not_called_all_of_them(tracked, acting):
    dosage = preview_dosage(tracked, acting, TrackingSettings(dwell_minutes=2))
    quick, *rest = dosage.devices
    slow = replace(quick, device="slow", median_s=60.0, p95_s=60.0)
    mixed = replace(
        dosage, devices=(quick, *rest, slow), place_days=dosage.place_days.assign(unjudged=1)
    )
    assert f"1 of {len(rest) + 2} devices report too seldom" in visits_text(mixed)
    assert "every 15 s" not in visits_text(mixed)


def test_overlap_of_hours():
    patrol, need = np.zeros((7, 24)), np.zeros((7, 24))
    patrol[0, 8], patrol[4, 22] = 30, 30
    need[4, 22], need[5, 1] = 10, 30
    said = overlap_sentence(patrol, need)
    assert "overlap by 25%" in said
    assert "Saturday from 01:00" in said
    assert overlap_sentence(patrol, np.zeros((7, 24))) == ""


def test_ping_sql_keeps_to_what_other_engines_know():
    written = " ".join(v for k, v in vars(visits).items() if k.isupper() and isinstance(v, str))
    assert "LAG(ms)" in written
    for word in ("epoch", "quantile", "asof", "median", "//", "::", "at time zone", "qualify "):
        assert not re.search(re.escape(word), written.lower())
