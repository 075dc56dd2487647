"""Rounds as files for other devices: calendar (RFC 5545), GPX 1.1 and CSV."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pandas as pd

from analytics.reports import write_csv
from analytics.tasking.place_facts import PlaceFacts, place_facts
from analytics.tasking.rounds import Round
from analytics.workspace import Workspace

_FOLD_OCTETS = 75
_WITHOUT_CONTROLS = re.compile(
    r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
"""What neither a calendar nor XML 1.0 may hold."""
_GPX = "http://www.topografix.com/GPX/1/1"


def calendar(workspace: Workspace, rounds: list[Round]) -> bytes:
    """Return the visits as an iCalendar file: one event a visit, times in UTC.

    The UID of a visit follows from its day, unit, place and time, so that importing a plan twice
    leaves one event.
    """
    facts = _facts(workspace, rounds)
    now = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Seven Steps//Patrol plan//EN"]
    lines.append("CALSCALE:GREGORIAN")
    lines.append(f"X-WR-CALNAME:{_escaped(f'Patrol plan, {workspace.name}')}")
    for one in rounds:
        for row in one.visits.itertuples():
            lines += _event(workspace, one, row, facts[row.hotspot_id], now)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def gpx(workspace: Workspace, rounds: list[Round]) -> bytes:
    """Return the rounds as GPX routes, each stop with its time (UTC), name and streets."""
    facts = _facts(workspace, rounds)
    root = ElementTree.Element("gpx", version="1.1", creator="Seven Steps", xmlns=_GPX)
    about = ElementTree.SubElement(root, "metadata")
    _add(about, "name", f"{workspace.marking}: patrol plan")
    for one in rounds:
        route = ElementTree.SubElement(root, "rte")
        _add(route, "name", f"{one.unit}, {one.shift}, {one.day}")
        for row in one.visits.itertuples():
            place = facts[row.hotspot_id]
            at = _utc(row.starts, workspace.timezone)
            stop = ElementTree.SubElement(
                route, "rtept", lat=f"{place.lat:.6f}", lon=f"{place.lon:.6f}"
            )
            # The schema fixes this order: time, name, comment, description.
            _add(stop, "time", f"{at:%Y-%m-%dT%H:%M:%SZ}")
            _add(stop, "name", f"{row.starts:%H:%M} {place.name}")
            _add(stop, "cmt", f"{int(row.minutes)} minutes")
            _add(stop, "desc", place.where or place.why)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _WITHOUT_CONTROLS.sub("", text)


def csv(workspace: Workspace, rounds: list[Round]) -> bytes:
    """Return the visits as CSV (UTF-8 with a byte order mark, as spreadsheets want it)."""
    facts = _facts(workspace, rounds)
    rows = [
        {
            "Date": one.day.isoformat(),
            "Shift": one.shift,
            "Unit": one.unit,
            "Order": number,
            "Start": row.starts.strftime("%Y-%m-%d %H:%M"),
            "Stay, minutes": int(row.minutes),
            "Travel before, minutes": row.travel_minutes,
            "Mode": row.mode,
            "Hot spot": row.hotspot_id,
            "Place": facts[row.hotspot_id].name,
            "Where": facts[row.hotspot_id].where,
            "Latitude": round(facts[row.hotspot_id].lat, 6),
            "Longitude": round(facts[row.hotspot_id].lon, 6),
        }
        for one in rounds
        for number, row in enumerate(one.visits.itertuples(), start=1)
    ]
    return write_csv(pd.DataFrame(rows))


def _facts(workspace: Workspace, rounds: list[Round]) -> dict[str, PlaceFacts]:
    return place_facts(
        workspace, sorted({spot for one in rounds for spot in one.visits["hotspot_id"]})
    )


def _event(workspace: Workspace, one: Round, row: object, place: PlaceFacts, now: str) -> list[str]:
    begin = _utc(row.starts, workspace.timezone)
    end = begin + timedelta(minutes=int(row.minutes))
    seed = f"{workspace.workspace_id}:{one.day}:{one.unit}:{row.hotspot_id}:{begin:%Y%m%dT%H%M}"
    told = place.briefing
    words = [workspace.marking, place.why, *told.what_to_do]
    words += [f"Speak to: {told.who_to_speak_to}"] if told.who_to_speak_to else []
    words += [f"Avoid: {told.avoid}"] if told.avoid else []
    return [
        "BEGIN:VEVENT",
        f"UID:{uuid.uuid5(uuid.NAMESPACE_OID, seed)}",
        f"DTSTAMP:{now}",
        f"DTSTART:{begin:%Y%m%dT%H%M%SZ}",
        f"DTEND:{end:%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{_escaped(f'{one.unit}: {place.name}')}",
        f"LOCATION:{_escaped(place.where or place.name)}",
        f"GEO:{place.lat:.6f};{place.lon:.6f}",
        f"DESCRIPTION:{_escaped(chr(10).join(word for word in words if word))}",
        "END:VEVENT",
    ]


def _utc(local: datetime, timezone: ZoneInfo) -> datetime:
    return pd.Timestamp(local).to_pydatetime().replace(tzinfo=timezone).astimezone(UTC)


def _escaped(text: str) -> str:
    """Escape a text value (RFC 5545, 3.3.11); control characters, which it may not hold, go."""
    plain = (
        _WITHOUT_CONTROLS.sub("", text)
        .replace("\\", "\\\\")
        .replace(";", "\\;")
        .replace(",", "\\,")
    )
    return plain.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Fold a line at 75 octets, never inside a character (RFC 5545, 3.1)."""
    parts, held, room = [], "", _FOLD_OCTETS
    for sign in line:
        if len((held + sign).encode()) > room:
            parts.append(held)
            held, room = "", _FOLD_OCTETS - 1
        held += sign
    return "\r\n ".join([*parts, held])
