"""Checked local times and UTC: the offset of every hour that occurs, worked out once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from analytics.technology import times
from analytics.technology.staging import Staging
from analytics.technology.tabular import Reading
from analytics.workspace import Workspace


def add_utc(staging: Staging, reading: Reading, workspace: Workspace, column: str) -> None:
    """Make table `clock`: local hour -> its UTC offset (ms), and whether the clock shows it twice.

    Times given in another zone (`timezone` of the matching) are first turned into local time.
    """
    given = reading.matching.timezone
    if given and given != workspace.timezone.key:
        _into_local(staging, given, workspace, column)
    hours = [
        hour
        for (hour,) in staging.rows(
            f"SELECT DISTINCT date_trunc('hour', {column}) FROM checked "
            f"WHERE rule IS NULL AND {column} IS NOT NULL"
        )
    ]
    staging.keep("clock", times.local_hours(hours, workspace.timezone))


def _into_local(staging: Staging, timezone: str, workspace: Workspace, column: str) -> None:
    hours = [
        hour
        for (hour,) in staging.rows(
            f"SELECT DISTINCT date_trunc('hour', {column}) FROM checked WHERE {column} IS NOT NULL"
        )
    ]
    shift = times.local_hours(hours, ZoneInfo(timezone))
    local = [
        _local_offset_ms(hour, offset, workspace)
        for hour, offset in zip(hours, shift["offset_ms"], strict=True)
    ]
    shift["shift_ms"] = [to - away for to, away in zip(local, shift["offset_ms"], strict=True)]
    staging.keep("shifts", shift)
    staging.database.execute(
        f"""UPDATE checked SET {column} = {column} + to_milliseconds(shift_ms)
        FROM shifts WHERE date_trunc('hour', {column}) = shifts.hour"""
    )


def _local_offset_ms(hour: datetime, offset_ms: int, workspace: Workspace) -> int:
    moment = (hour - timedelta(milliseconds=offset_ms)).replace(tzinfo=UTC)
    return int(moment.astimezone(workspace.timezone).utcoffset().total_seconds() * 1000)
