"""The checklist of threats: each with what the data say about it."""

from analytics.testing.before_after import Comparison
from analytics.testing.conclusion import interval_text, power_text
from analytics.testing.crossover import Crossover
from analytics.testing.places import Places
from analytics.testing.ranking import Regression
from analytics.testing.ratios import RateRatio
from analytics.testing.result import Estimate, Threat
from analytics.testing.trial import TrialDays


def before_after_threats(
    places: Places,
    comparison: Comparison,
    estimates: list[Estimate],
    regression: Regression,
    smallest: float | None,
) -> list[Threat]:
    """Return the threats to a before/after comparison with their findings."""
    moved = [e for e in estimates if (e.method, e.part) == ("RIRR", "displacement")]
    rings = interval_text(moved[0]) if moved else "no ring was drawn"
    is_clean = places.ring_share_removed < 0.01
    return [
        Threat(
            "Selection",
            "open",
            f"{len(places.treated)} treated and {len(places.control)} comparison places were "
            "chosen, not drawn by lot.",
        ),
        Threat(
            "Regression to the mean", "open" if regression.is_open else "met", regression.sentence
        ),
        Threat(
            "Power", "open" if smallest is None or smallest < 0.84 else "met", power_text(smallest)
        ),
        Threat(
            "Displacement or diffusion",
            _moved_state(moved),
            f"Change in the rings against the comparison's rings: {rings}.",
        ),
        Threat(
            "Rings that meet other places",
            "met",
            "Rings keep clear of other hot spots and places"
            + (
                "."
                if is_clean
                else f"; {places.ring_share_removed:.0%} of their area was cut away for that."
            ),
        ),
        Threat(
            "Overdispersion",
            "met",
            f"Places vary {comparison.dispersion:.2f} times as much as chance counts would"
            + ("; the widened intervals allow for it." if comparison.dispersion > 1 else "."),
        ),
        _other_changes(),
    ]


def trial_threats(
    trial: TrialDays,
    model: Crossover | None,
    carry_over: RateRatio | None,
    smallest: float | None,
    *,
    is_locked: bool,
    looks: int,
) -> list[Threat]:
    """Return the threats to a crossover trial with their findings."""
    per_day = trial.frame.groupby("day")["treated"].sum()
    is_even = per_day.nunique() == 1
    return [
        Threat(
            "Allocation",
            "met" if is_even else "unknown",
            f"{int(per_day.iloc[0])} of {trial.places} places were treated on every day."
            if is_even
            else f"Between {int(per_day.min())} and {int(per_day.max())} of {trial.places} places "
            "were treated a day. Check the allocation log.",
        ),
        Threat(
            "Intention to treat", "met", "Place-days count as assigned, whatever was delivered."
        ),
        Threat(
            "Power", "open" if smallest is None or smallest < 0.84 else "met", power_text(smallest)
        ),
        Threat(
            "Carry-over",
            "unknown" if carry_over is None else "met" if _holds_one(carry_over) else "open",
            "Too few events to tell whether an effect lasts into the next day."
            if carry_over is None
            else f"Control days after a treated day had {carry_over.value:.2f} times the rate of "
            f"other control days (95% interval {carry_over.low:.2f} to {carry_over.high:.2f}).",
        ),
        Threat(
            "Overdispersion",
            "met" if model else "unknown",
            f"Place-days vary {model.dispersion:.2f} times as much as chance counts would; the "
            "interval allows for it."
            if model
            else "Not measurable: one arm has no events.",
        ),
        Threat(
            "Protocol fixed in advance",
            "met" if is_locked else "open",
            "The protocol is locked." if is_locked else "The protocol is not locked.",
        ),
        Threat(
            "Multiple looks",
            "open" if looks else "met",
            f"The arms were compared {looks} times before." if looks else "This is the first look.",
        ),
        _other_changes(),
    ]


def _moved_state(moved: list[Estimate]) -> str:
    """Open where crime near by rose beyond chance; unknown where the rings give no ratio."""
    if not moved or moved[0].value is None:
        return "unknown"
    return "open" if moved[0].excludes_no_effect and moved[0].value > 1 else "met"


def _holds_one(ratio: RateRatio) -> bool:
    return ratio.low <= 1 <= ratio.high


def _other_changes() -> Threat:
    return Threat(
        "Other changes",
        "unknown",
        "Not in the data: other operations, recording practice or events in the period. Ask.",
    )
