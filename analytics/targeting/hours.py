"""Day or night: the part of the day in which most of a crime's known span lies.

A crime between two times counts where most of its minutes fall, an even split where it begins.
Crimes without a time of day, or with a span over 24 hours, belong to no part.
"""

from analytics.targeting.settings import TargetingSettings
from analytics.targeting.statistics.timing import LONGEST_SPAN_MIN, MINUTES_PER_DAY

# Moves every minute number above zero, so that whole division rounds down for early years too.
_SHIFT_MIN = MINUTES_PER_DAY * 1_000_000


def night_minutes(settings: TargetingSettings) -> int:
    """Return how long the night is, in minutes."""
    return (settings.night_to_hour - settings.night_from_hour) % 24 * 60


def share_of_day(settings: TargetingSettings, part: str) -> float:
    """Return the share of 24 hours that a part ("all", "day", "night") takes."""
    night = night_minutes(settings) / MINUTES_PER_DAY
    return {"night": night, "day": 1.0 - night}.get(part, 1.0)


def hours_text(settings: TargetingSettings, part: str) -> str:
    """Return the hours of a part, such as "18:00 to 06:00"."""
    first, last = settings.night_from_hour, settings.night_to_hour
    if part == "day":
        first, last = last, first
    return f"{first:02d}:00 to {last:02d}:00"


def is_night_sql(settings: TargetingSettings) -> str:
    """Return SQL that is true for crimes of the night, false of the day, NULL of neither."""
    start, length = settings.night_from_hour * 60, night_minutes(settings)
    first = f"(epoch_ms(occurred_from) // 60000 - {start} + {_SHIFT_MIN})"
    last = (
        "(epoch_ms(greatest(occurred_from, coalesce(occurred_to, occurred_from))) // 60000 "
        f"- {start} + {_SHIFT_MIN})"
    )

    def night_before(minute: str) -> str:
        whole, rest = f"({minute} // {MINUTES_PER_DAY})", f"({minute} % {MINUTES_PER_DAY})"
        return f"({whole} * {length} + least({rest}, {length}))"

    at_night = f"({night_before(last)} - {night_before(first)})"
    span = f"({last} - {first})"
    begins_at_night = f"({first} % {MINUTES_PER_DAY} < {length})"
    return (
        f"CASE WHEN time_precision IS DISTINCT FROM 'minute' OR {span} > {LONGEST_SPAN_MIN} "
        f"THEN NULL ELSE {at_night} * 2 > {span} "
        f"OR ({at_night} * 2 = {span} AND {begins_at_night}) END"
    )


def part_filter(settings: TargetingSettings) -> str:
    """Return the condition that keeps the part of the day asked for, "" for all of it."""
    if settings.part_of_day not in ("day", "night"):
        return ""
    wanted = "true" if settings.part_of_day == "night" else "false"
    return f"({is_night_sql(settings)}) IS NOT DISTINCT FROM {wanted}"
