"""What to do in a hot spot and the rules of patrol there: every version kept, the newest holds."""

import json
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from analytics.workspace import DEFAULT_PROGRAMME, InputError, User, Workspace, now_ms

LONGEST_TEXT = 600
MOST_LINES = 8


class Pop(BaseModel):
    """A problem-oriented policing plan in SARA form (Eck and Spelman 1987), its owner and due day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scanning: str = Field("", max_length=LONGEST_TEXT)
    analysis: str = Field("", max_length=LONGEST_TEXT)
    response: str = Field("", max_length=LONGEST_TEXT)
    assessment: str = Field("", max_length=LONGEST_TEXT)
    owner: str = Field("", max_length=80)
    due: date | None = None

    @property
    def is_begun(self) -> bool:
        """Whether anything of the four parts is written."""
        return any((self.scanning, self.analysis, self.response, self.assessment))


class Briefing(BaseModel):
    """What officers are told of one hot spot, and the rules a plan keeps there.

    `partner` empty means that officers patrol it. The least and most visits a day are None where
    the settings of the plan hold; `hours` are pairs of clock times, the later of which may lie
    after midnight, and no pair means any hour; `not_units` are units that are not sent.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    why: str = Field("", max_length=LONGEST_TEXT)
    known_problem: str = Field("", max_length=LONGEST_TEXT)
    what_to_do: tuple[str, ...] = Field((), max_length=MOST_LINES)
    who_to_speak_to: str = Field("", max_length=LONGEST_TEXT)
    avoid: str = Field("", max_length=LONGEST_TEXT)
    partner: str = Field("", max_length=80)
    least_visits_per_day: float | None = Field(None, ge=0, le=24)
    most_visits_per_day: float | None = Field(None, ge=0, le=24)
    hours: tuple[tuple[str, str], ...] = ()
    not_units: tuple[str, ...] = ()
    pop: Pop = Pop()

    @field_validator("hours")
    @classmethod
    def _are_clock_times(cls, hours: tuple) -> tuple:
        for pair in hours:
            first, last = (time.fromisoformat(clock) for clock in pair)
            if first == last:
                raise ValueError(f"begin and end at {pair[0]}; give two different times.")
        return hours

    @model_validator(mode="after")
    def _is_in_order(self) -> "Briefing":
        least, most = self.least_visits_per_day, self.most_visits_per_day
        if least is not None and most is not None and least > most:
            raise ValueError(f"The least visits a day ({least:g}) exceed the most ({most:g}).")
        return self

    @property
    def has_tactics(self) -> bool:
        """Whether it tells officers anything beyond the rules."""
        return any(
            (self.why, self.known_problem, self.what_to_do, self.who_to_speak_to, self.avoid)
        )

    @property
    def has_rules(self) -> bool:
        """Whether a plan must keep anything beyond its settings."""
        limits = (self.least_visits_per_day, self.most_visits_per_day)
        return bool(self.partner or self.hours or self.not_units) or limits != (None, None)


@dataclass(frozen=True)
class SavedBriefing:
    """One version of a briefing, with who saved it and when."""

    hotspot_id: str
    version: int
    briefing: Briefing
    saved_by: str
    saved_ms: int


def save_briefing(
    workspace: Workspace,
    user: User,
    hotspot_id: str,
    briefing: Briefing,
    *,
    programme_id: str = DEFAULT_PROGRAMME,
) -> int:
    """Keep a briefing as the newest version of its hot spot, audited, and return the version.

    Saving what holds already changes nothing. Raises InputError for an unknown hot spot.
    """
    workspace.require(user, "plan")
    if not workspace.value("SELECT count(*) FROM hotspots WHERE hotspot_id = ?", [hotspot_id]):
        raise InputError(f"There is no hot spot '{hotspot_id}' on any list.")
    held = briefings(workspace, programme_id=programme_id).get(hotspot_id)
    if held and held.briefing == briefing:
        return held.version
    version = held.version + 1 if held else 1
    detail = briefing.model_dump(mode="json")
    told = {"version": version, **detail}
    with workspace.write(user, "alter", "briefing", hotspot_id, told) as transaction:
        transaction.execute(
            "INSERT INTO briefings VALUES (?, ?, ?, ?, ?, ?)",
            [programme_id, hotspot_id, version, json.dumps(detail), user.username, now_ms()],
        )
    return version


def briefings(
    workspace: Workspace, *, programme_id: str = DEFAULT_PROGRAMME
) -> dict[str, SavedBriefing]:
    """Return the briefing that holds for each hot spot that has one."""
    rows = workspace.rows(
        "SELECT hotspot_id, version, detail, saved_by, saved_ms FROM briefings "
        "WHERE programme_id = ? QUALIFY row_number() OVER "
        "(PARTITION BY hotspot_id ORDER BY version DESC, saved_ms DESC) = 1 ORDER BY hotspot_id",
        [programme_id],
    )
    return {row[0]: _saved(row) for row in rows}


def briefing_versions(
    workspace: Workspace, hotspot_id: str, *, programme_id: str = DEFAULT_PROGRAMME
) -> list[SavedBriefing]:
    """Return every version of one hot spot's briefing, the newest first."""
    rows = workspace.rows(
        "SELECT hotspot_id, version, detail, saved_by, saved_ms FROM briefings "
        "WHERE programme_id = ? AND hotspot_id = ? ORDER BY version DESC",
        [programme_id, hotspot_id],
    )
    return [_saved(row) for row in rows]


def make_briefing(values: dict[str, Any]) -> Briefing:
    """Return a briefing from plain values; raises InputError with a sentence where one is wrong."""
    try:
        return Briefing.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        text = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{where}: {text}" if where else text) from error


def _saved(row: tuple) -> SavedBriefing:
    hotspot_id, version, detail, saved_by, saved_ms = row
    return SavedBriefing(
        hotspot_id, version, Briefing.model_validate(json.loads(detail)), saved_by, saved_ms
    )
