"""How much of the dosage is the definition: the same fixes under other buffers, gaps and minima.

Thinned fixes stand for a device that reports less often (every second, every fourth fix).
"""

import pandas as pd

from analytics.tracking.dosage import Dosage
from analytics.tracking.preview import preview_dosage
from analytics.tracking.settings import TrackingSettings
from analytics.tracking.summary import visits_text
from analytics.workspace import User, Workspace

VARIANTS: tuple[tuple[str, str, tuple[float, ...], str], ...] = (
    ("Buffer", "buffer_m", (0, 25, 50), "m"),
    ("Longest gap", "gap_minutes", (2, 5, 10), "minutes"),
    ("Qualifying from", "dwell_minutes", (8, 10, 12), "minutes"),
    ("Fixes used", "keep_every", (1, 2, 4), "fixes"),
)
"""What is varied: its words, the setting, the values tried, their unit."""


def sensitivity(workspace: Workspace, user: User, settings: TrackingSettings) -> pd.DataFrame:
    """Return one row per variant: what, value, is_set, visits, qualifying, low, high, minutes.

    `qualifying` is missing where the devices report too seldom for it; `low` and `high` are the
    fewest and most that the fixes allow. Patrol minutes are the union of devices.
    """
    workspace.require(user, "track")
    rows = []
    for words, name, values, unit in VARIANTS:
        for value in sorted({*values, getattr(settings, name)}):
            chosen = settings.model_copy(update={name: type(getattr(settings, name))(value)})
            found = preview_dosage(workspace, user, chosen)
            low, high = found.qualifying_range
            rows.append(
                {
                    "what": words,
                    "value": _words(value, unit),
                    "is_set": value == getattr(settings, name),
                    "visits": int(found.total("visits")),
                    "qualifying": found.qualifying_visits,
                    "low": low,
                    "high": high,
                    "minutes": round(found.total("patrol_minutes")),
                }
            )
    return pd.DataFrame(rows)


def _words(value: float, unit: str) -> str:
    if unit == "fixes":
        return "every fix" if value == 1 else f"every {value:g} fixes one"
    return f"{value:g} {unit}"


def sensitivity_sentence(table: pd.DataFrame, dosage: Dosage) -> str:
    """Say between which numbers the result lies over all variants."""
    low, high = int(table["low"].min()), int(table["high"].max())
    return (
        f"As set there are {visits_text(dosage)}; over these definitions between {low:,} and "
        f"{high:,}, and between {table['minutes'].min():,.0f} and {table['minutes'].max():,.0f} "
        "patrol minutes. What lies between is the definition, not the patrol."
    )
