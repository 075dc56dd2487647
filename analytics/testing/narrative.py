"""The conclusion of each design as one paragraph."""

from analytics.testing import conclusion as say
from analytics.testing.before_after import Comparison
from analytics.testing.crossover import Crossover
from analytics.testing.places import Places
from analytics.testing.ranking import Regression
from analytics.testing.result import Estimate
from analytics.testing.trial import TrialDays
from analytics.testing.windows import Windows, plain_period


def before_after_text(
    places: Places,
    comparison: Comparison,
    windows: Windows,
    primary: Estimate,
    estimates: list[Estimate],
    regression: Regression,
    smallest: float | None,
) -> str:
    """Say what a before/after comparison may and may not be taken to show."""
    (t0, t1), (c0, c1) = comparison.pair("treated"), comparison.pair("control")
    moved = next((e for e in estimates if (e.method, e.part) == ("WDD", "displacement")), None)
    local = next(e for e in estimates if (e.method, e.part) == ("WDD", "local"))
    return say.paragraph(
        [
            f"{plain_period(windows.after)} is compared with {plain_period(windows.before)}. Crime "
            f"went from {t0:,} to {t1:,} in {len(places.treated)} treated places and from {c0:,} "
            f"to {c1:,} in {len(places.control)} comparison places.",
            f"Weighted displacement difference in the places: {say.interval_text(local)}.",
            _primary_text(primary, "expected from the comparison places"),
            say.grade(primary, is_randomised=False, is_locked=False),
            say.rings_text(moved),
            regression.sentence,
            say.width_text(primary),
            say.power_text(smallest),
            _other_outcome(estimates, primary),
        ]
    )


def trial_text(
    trial: TrialDays,
    counts: tuple[dict, ...],
    primary: Estimate,
    estimates: list[Estimate],
    model: Crossover | None,
    smallest: float | None,
    is_locked: bool,
    seen: int,
) -> str:
    """Say what a crossover trial may and may not be taken to show."""
    return say.paragraph(
        [
            f"{trial.places} places were compared day by day from {plain_period(trial.window)}: "
            f"{counts[0]['count']:,} crimes on {counts[0]['place_days']:,} treated place-days and "
            f"{counts[1]['count']:,} on {counts[1]['place_days']:,} control place-days, by "
            "assignment (intention to treat).",
            _primary_text(primary, "on control days"),
            f"Drawing the allocation again gives p = {model.permutation_p_value:.3f}."
            if model
            else "",
            say.grade(primary, is_randomised=True, is_locked=is_locked),
            say.width_text(primary),
            say.power_text(smallest),
            "An effect that lasts into the next day (carry-over) would make it look smaller.",
            say.looks_text(seen + 1),
            _other_outcome(estimates, primary),
            "It says nothing about other places, other months or minutes delivered.",
        ]
    )


def _primary_text(primary: Estimate, against: str) -> str:
    if primary.value is None:
        return f"The effect is not measurable: {primary.reading}"
    text = say.interval_text(primary)
    if primary.scale != "ratio":
        return f"{primary.method}, the primary outcome: {text}."
    what = "harm" if primary.outcome == "harm" else "the rate of crime"
    in_words = say.change_text(primary.value, primary.outcome)
    return f"As a ratio, {what} was {text} of that {against}: {in_words}."


def _other_outcome(estimates: list[Estimate], primary: Estimate) -> str:
    """State the other outcome too, because count and harm can disagree."""
    other = next((e for e in estimates if e.outcome != primary.outcome and e.part == "local"), None)
    if other is None:
        return ""
    name = "Harm" if other.outcome == "harm" else "Count"
    return f"{name}, the secondary outcome: {say.interval_text(other)}."
