"""The minutes of one patrol day: elapsed time, so that a clock change is 23 or 25 hours long."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np


@dataclass(frozen=True)
class DayClock:
    """Turns local clock readings into minutes since the patrol day began, and back."""

    day: date
    timezone: ZoneInfo
    day_starts_minutes: int

    def minute(self, local: datetime) -> int:
        """Return the whole minutes from the start of the day to a naive local time."""
        moment = local.replace(tzinfo=self.timezone)
        return round((moment.astimezone(UTC) - self._start).total_seconds() / 60)

    def local(self, minute: int) -> datetime:
        """Return the naive local time of a minute of the day."""
        moment = self._start + timedelta(minutes=int(minute))
        return moment.astimezone(self.timezone).replace(tzinfo=None)

    @cached_property
    def minutes(self) -> int:
        """How many minutes the day has: 1,440 save on the two days of the clock change."""
        next_start = datetime.combine(self.day + timedelta(days=1), time()) + timedelta(
            minutes=self.day_starts_minutes
        )
        return self.minute(next_start)

    def need(self, profile: np.ndarray, weekday: int | None = None) -> np.ndarray:
        """Return the need in each minute of the day from weekday x hour matrices (... x 7 x 24).

        Row 0 is Monday's patrol day; the hours after midnight stand in the row of the evening
        before. The sum over a full week is that of the matrix. `weekday` stands for the day's own.
        """
        hours = [self.local(minute).hour for minute in range(self.minutes)]
        row = self.day.weekday() if weekday is None else weekday
        return profile[..., row, :][..., hours] / 60

    @cached_property
    def _start(self) -> datetime:
        local = datetime.combine(self.day, time()) + timedelta(minutes=self.day_starts_minutes)
        return local.replace(tzinfo=self.timezone).astimezone(UTC)


def patrol_day(local: datetime, day_starts_minutes: int) -> date:
    """Return the patrol day to which a naive local time belongs."""
    return (local - timedelta(minutes=day_starts_minutes)).date()
