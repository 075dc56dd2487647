"""The answer in words, and the tables a page shows."""

from datetime import date

import numpy as np
import pandas as pd

from analytics.tracking.dosage import MINUTES, Dosage
from analytics.workspace import Workspace

MISSED_NAMED = 3
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def day_text(day: date) -> str:
    """Write a date as 3 Mar 2026."""
    return f"{day.day} {day:%b %Y}"


def days_text(first: date, last: date) -> str:
    """Write a period as 3 Mar 2026 to 9 Mar 2026, one day as itself."""
    return day_text(first) if first == last else f"{day_text(first)} to {day_text(last)}"


def answer(dosage: Dosage) -> str:
    """Return the page's answer: delivered of target, missed places, worst days since a visit."""
    period = days_text(dosage.first_day, dosage.last_day)
    return f"{_delivered(dosage, period)} {_missed(dosage)} {_longest(dosage)}".strip()


def visits_text(dosage: Dosage) -> str:
    """Return the number of qualifying visits, its range, or why it is not measurable."""
    if dosage.qualifying_visits is not None:
        return f"{dosage.qualifying_visits:,} qualifying visits"
    if all(d.measure(dosage.settings.dwell_minutes) == "not measurable" for d in dosage.devices):
        return f"a number of qualifying visits that is not measurable ({_too_seldom(dosage)})"
    low, high = dosage.qualifying_range
    return f"between {low:,} and {high:,} qualifying visits ({_too_seldom(dosage)})"


def _too_seldom(dosage: Dosage) -> str:
    """Say what keeps the visits from being counted: how often the devices report."""
    dwell_minutes = dosage.settings.dwell_minutes
    minimum = f"a shortest visit of {dwell_minutes:g} minutes"
    slow = sum(device.measure(dwell_minutes) != "headline" for device in dosage.devices)
    if slow < len(dosage.devices):
        return (
            f"{slow:,} of {len(dosage.devices):,} devices report too seldom, or by distance only, "
            f"for {minimum}"
        )
    if all(d.median_s is None or d.is_distance_triggered for d in dosage.devices):
        return "the devices report by distance and say nothing while they stand"
    if dosage.ping_interval_s is None:
        return f"the devices report too seldom for {minimum}"
    return f"the devices report every {dosage.ping_interval_s:,.0f} s, too seldom for {minimum}"


def has_gps(workspace: Workspace) -> bool:
    """Whether any GPS fix is held."""
    return bool(workspace.value("SELECT count(*) FROM ping_files"))


def has_list(workspace: Workspace) -> bool:
    """Whether any hot spot list has been signed off."""
    return bool(workspace.value("SELECT count(*) FROM lists"))


def place_kinds(workspace: Workspace) -> list[str]:
    """Return the kinds of saved places that can be judged."""
    rows = workspace.rows(
        "SELECT DISTINCT kind FROM places WHERE kind <> 'exclusion' ORDER BY kind"
    )
    return [kind for (kind,) in rows]


def place_table(dosage: Dosage) -> pd.DataFrame:
    """Return the places, those missed first, then by days since the last visit; with a reason."""
    table = pd.DataFrame(dosage.hotspots.drop(columns="geometry"))
    minutes = list(MINUTES.values())
    table[minutes] = table[minutes].round(1)
    table["delivered"] = table["delivered"].where(table["planned"] > 0)
    table["remark"] = [_remark(row) for row in table.itertuples()]
    since = table["days_since_last_visit"].astype(float).fillna(float("inf"))
    order = pd.DataFrame({"since": -since, "rank": table["rank"]}).sort_values(["since", "rank"])
    return table.loc[order.index].reset_index(drop=True)


def day_totals(dosage: Dosage) -> pd.DataFrame:
    """Return one row per day: planned, qualifying_low, minutes; empty where there is no GPS.

    The fewest qualifying visits are the headline wherever all devices report often enough;
    delivered_low is what they deliver of the plan, capped at it per place, other_low the rest.
    """
    columns = ["planned", "qualifying_low", "delivered_low", "patrol_minutes", "officer_minutes"]
    days = dosage.place_days
    delivered = days["qualifying_low"].clip(upper=days["planned"])
    totals = days.assign(delivered_low=delivered).groupby("day")[columns].sum()
    totals["other_low"] = totals["qualifying_low"] - totals["delivered_low"]
    days = pd.date_range(dosage.first_day, dosage.last_day, freq="D").date
    return totals.reindex(days).rename_axis("day").reset_index()


def days_sentence(dosage: Dosage) -> str:
    """Say what the days show: delivered against planned, and what stands in the way of a number."""
    if dosage.qualifying_visits is None:
        return (
            f"On each day the fewest that the GPS allows are drawn: {visits_text(dosage)} in all."
        )
    planned = dosage.delivery
    if not planned.planned:
        return "No plan covers these days; make one in step 5 to see what was missed."
    low, high = planned.interval()
    return (
        f"{planned.compliance:.0%} of planned visits were delivered (95% interval {low:.0%} to "
        f"{high:.0%}); visits beyond the plan of a place and day do not count towards it."
    )


def overlap_sentence(patrol: np.ndarray, need: np.ndarray) -> str:
    """Say how far two 7 x 24 profiles overlap (0-100%), and where patrol falls short most."""
    if not patrol.sum() or not need.sum():
        return ""
    gap = need / need.sum() - patrol / patrol.sum()
    overlap = 1 - np.abs(gap).sum() / 2
    weekday, hour = np.unravel_index(int(gap.argmax()), gap.shape)
    return (
        f"Hour by hour, patrol and need overlap by {overlap:.0%}; patrol falls short most on "
        f"{WEEKDAYS[weekday]} from {hour:02d}:00."
    )


def method(workspace: Workspace, dosage: Dosage) -> dict[str, str]:
    """Return what "How this was computed" says: definition, period, unit, run, source, crs."""
    chosen = dosage.settings
    return {
        "definition": (
            f"A visit is the fixes of one device inside one place (buffer {chosen.buffer_m:g} m) at "
            f"most {chosen.gap_minutes:g} minutes apart; the last fix inside ends it. Its minutes: "
            "last minus first fix, plus the device's median interval; the bounds add nothing or two "
            f"intervals. It qualifies from {chosen.dwell_minutes:g} minutes. A single fix, or a mean "
            f"speed above {chosen.vehicle_speed_kmh:g} km/h, is a drive-through. Drive-throughs and "
            f"time within {chosen.exclusion_radius_m:g} m of a station, custody suite or hospital "
            "count as no patrol. Patrol minutes are the union of devices, officer minutes their "
            "sum. Compliance is qualifying visits, capped at planned, over planned."
        ),
        "period": (
            f"{days_text(dosage.first_day, dosage.last_day)}, patrol days from "
            f"{workspace.day_starts_minutes // 60:02d}:{workspace.day_starts_minutes % 60:02d}; a "
            "visit belongs to the day on which it begins."
        ),
        "unit": "Minutes; one device counts as one officer or unit.",
        "run_id": dosage.run_id,
        "source": f"{dosage.pings:,} GPS fixes of {len(dosage.devices):,} devices; {dosage.source}.",
        "crs": workspace.crs,
    }


def _delivered(dosage: Dosage, period: str) -> str:
    planned = dosage.delivery
    hours = dosage.total("patrol_minutes") / 60
    word = "on" if dosage.first_day == dosage.last_day else "from"
    minutes = f"{hours:,.0f} patrol hours in {len(dosage.hotspots):,} places {word} {period}"
    if not planned.planned:
        return (
            f"**{_capital(visits_text(dosage))} and {minutes}**; "
            "no plan covers these days, so there is no target."
        )
    if dosage.qualifying_visits is None:
        return (
            f"**{_capital(visits_text(dosage))} against {planned.planned:,} planned** ({minutes})."
        )
    days = dosage.place_days.loc[dosage.place_days["planned"] > 0, "day"].nunique()
    return (
        f"**{planned.delivered:,} of {planned.planned:,} planned visits were delivered "
        f"({planned.compliance:.0%})** on {days:,} {'day' if days == 1 else 'days'} with a plan; in all "
        f"{visits_text(dosage)} and {minutes}."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _missed(dosage: Dosage) -> str:
    missed, apart = dosage.missed, _left_alone(dosage)
    if missed.empty:
        return f"Every place was patrolled.{apart}"
    names = [str(name) for name in missed["name"].head(MISSED_NAMED)]
    more = f" and {len(missed) - MISSED_NAMED:,} more" if len(missed) > MISSED_NAMED else ""
    return f"**{len(missed):,} had no patrol in that time**: {', '.join(names)}{more}.{apart}"


def _left_alone(dosage: Dosage) -> str:
    number = len(dosage.contamination.left_alone)
    if not number:
        return ""
    noun = "1 place is" if number == 1 else f"{number:,} places are"
    return f" {noun} left out, which the trial left alone."


def _longest(dosage: Dosage) -> str:
    visited = dosage.hotspots.dropna(subset=["days_since_last_visit"])
    if visited.empty or dosage.first_day == dosage.last_day:
        return ""
    worst = visited.loc[visited["days_since_last_visit"].astype(int).idxmax()]
    days = int(worst["days_since_last_visit"])
    if days == 0:
        return "Those that were patrolled had a visit on the last day."
    unit = "day" if days == 1 else "days"
    return f"Of the others, {worst['name']} has waited longest: {days:,} {unit}."


def _remark(row: tuple) -> str:
    if pd.isna(row.last_visit):
        seen = " (only driven through)" if row.drive_throughs else ""
        waited = " (only time at a station, custody or hospital)" if row.excluded_minutes else ""
        planned = "planned, not visited" if row.planned else "no visit, none planned"
        return f"{planned}{seen or waited}"
    if row.planned and not pd.isna(row.delivered) and row.delivered < row.planned:
        return f"{int(row.planned - row.delivered):,} of {int(row.planned):,} planned visits missed"
    return ""
