"""A table of counts by area and period, mistaken for a list of events."""

from analytics.technology.feeds import simplify
from analytics.technology.layout import Layout
from analytics.workspace.schema import EVENT_FEEDS

COUNT_NAMES = {
    *("count", "crime_count", "crimes", "total", "number_of_crimes", "n_crimes", "incidents"),
    *("offences", "number_of_offences", "events"),
}
_AREAS = {
    *("lsoa_code", "lsoacd", "lsoa11cd", "lsoa21cd", "lsoa", "msoa", "msoa_code", "ward"),
    *("ward_code", "beat", "beat_code", "borough", "district", "area", "area_code", "cell"),
}
_PERIODS = {"year", "month", "quarter", "week", "period", "date", "year_month", "day"}


def refusal(feed: str, layout: Layout) -> str:
    """Return why a table cannot be read as events: it counts them by area and period; or ""."""
    if feed not in EVENT_FEEDS or not layout.has_header:
        return ""
    names = {simplify(name): name for name in layout.names}
    counts = [names[name] for name in names if name in COUNT_NAMES]
    areas = [names[name] for name in names if name in _AREAS]
    periods = [names[name] for name in names if name in _PERIODS]
    for count in counts:
        values = layout.sample(count)
        is_whole = bool(values) and all(value.isdigit() for value in values)
        if is_whole and any(value not in ("0", "1") for value in values) and areas and periods:
            return (
                f"It is a table of counts, not of events: '{count}' counts by '{areas[0]}' and "
                f"'{periods[0]}'. Hot spots need one row per event with its own place and time; "
                "export the records themselves."
            )
    return ""
