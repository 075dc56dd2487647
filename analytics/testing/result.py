"""What an evaluation returns: estimates, threats with findings, and the paragraph that sums up."""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from analytics.testing.windows import Windows


@dataclass(frozen=True)
class Estimate:
    """One estimate. `scale` is "crimes", "harm days", "ratio", "quotient" or
    "per comparison crime".

    `low`, `high` and `p_value` are None where the method has none; `value` is None where the data
    give none, and `reading` says why or how to read it.
    """

    method: str
    outcome: str
    part: str
    scale: str
    value: float | None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    p_value: float | None = None
    reading: str = ""

    @property
    def no_effect(self) -> float:
        """The value that stands for no effect on this scale."""
        return 1.0 if self.scale == "ratio" else 0.0

    @property
    def excludes_no_effect(self) -> bool | None:
        """Whether the interval leaves no effect out; None without an interval."""
        if self.low is None or self.high is None:
            return None
        return not self.low <= self.no_effect <= self.high


@dataclass(frozen=True)
class Threat:
    """One reason why the result could mislead, and what was found about it.

    `state` is "met" (dealt with), "open" (threatens the result) or "unknown" (not in the data).
    """

    name: str
    state: str
    finding: str


@dataclass(frozen=True)
class Evaluation:
    """The result of step 7, as page, command line, report and run record use it."""

    run_id: str
    settings: dict[str, Any]
    design: str
    estimates: tuple[Estimate, ...]
    conclusion: str
    threats: tuple[Threat, ...]
    warnings: tuple[str, ...]
    windows: Windows | None
    counts: tuple[dict[str, Any], ...]
    primary: Estimate | None
    minimum_detectable_rate_ratio: float | None
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values; null where something is not measurable."""
        windows = self.windows
        return {
            "run_id": self.run_id,
            "design": self.design,
            "estimates": [_plain(asdict(estimate)) for estimate in self.estimates],
            "conclusion": self.conclusion,
            "warnings": list(self.warnings),
            "threats": [asdict(threat) for threat in self.threats],
            "before": [d.isoformat() for d in windows.before] if windows else None,
            "after": [d.isoformat() for d in windows.after] if windows else None,
            "counts": [_plain(row) for row in self.counts],
            "minimum_detectable_rate_ratio": self.minimum_detectable_rate_ratio,
            "facts": _plain(self.facts),
            "settings": self.settings,
        }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Replace numbers that JSON cannot hold by null."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()
    }
