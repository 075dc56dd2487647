"""Sentences and tables of step 7, ready for page and report."""

from dataclasses import asdict
from typing import Any

import pandas as pd

from analytics.testing.exports import label, period_of
from analytics.testing.outcomes import choose_offences
from analytics.testing.outlook import Outlook
from analytics.testing.protocol import Protocol
from analytics.testing.result import Estimate, Evaluation
from analytics.testing.settings import TestingSettings
from analytics.testing.trial import count_place_days
from analytics.workspace import User, Workspace, latest_run

PUBLISHED_RATIO = 0.84
READINGS = {
    "crimes": "More (above 0) or fewer crimes than expected.",
    "harm days": "More (above 0) or fewer days than expected.",
    "ratio": "Of the rate expected: 1 no change, 0.9 a tenth fewer.",
}


def has_crimes(workspace: Workspace) -> bool:
    """Whether any crimes are loaded."""
    return bool(workspace.value("SELECT count(*) FROM crimes"))


def last_settings(workspace: Workspace) -> dict[str, Any]:
    """Return the settings of the newest stored evaluation; empty when there is none."""
    run = latest_run(workspace, "testing")
    return run.settings if run else {}


def outlook_text(found: Outlook) -> str:
    """Say which effect the events could show, beside the published mean."""
    base = f"**{found.events:,} crimes**, {found.rate:.2f} a {found.unit}."
    smallest = found.minimum_detectable_rate_ratio
    if smallest is None:
        return f"{base} With so few, no reduction, however large, would be found reliably."
    verdict = (
        "The published mean of 16% fewer would be found."
        if smallest >= PUBLISHED_RATIO
        else "The published mean of 16% fewer would mostly be missed."
    )
    return (
        f"{base} Judged by these alone, before any result, the smallest effect that would be found "
        f"four times in five is **{1 - smallest:.0%} fewer** (rate ratio {smallest:.2f}). {verdict}"
    )


def pooled_text(workspace: Workspace, user: User, settings: TestingSettings) -> str:
    """State the outcome over both arms together, as long as the protocol is open."""
    workspace.require(user, "evaluate")
    trial = count_place_days(workspace, settings, choose_offences(workspace, settings))
    return (
        f"**{trial.events:,} crimes on {len(trial.frame):,} place-days of {trial.places} places, "
        "both arms together.** The arms are compared once the protocol is locked."
    )


def protocol_text(protocol: Protocol) -> str:
    """Name what a protocol fixed."""
    held = protocol.settings
    design = "crossover days" if held["design"] == "crossover" else "before and after"
    offences = ", ".join(held["offences"]) or "all offences"
    return f"{design}, primary outcome {held['outcome']}, {offences}, {held['level']:.0%} intervals"


def estimate_table(evaluation: Evaluation) -> pd.DataFrame:
    """Return the estimates, one row each: estimate (its name), value, low, high, scale ..."""
    frame = pd.DataFrame([asdict(estimate) for estimate in evaluation.estimates])
    frame.insert(0, "estimate", [label(estimate) for estimate in evaluation.estimates])
    frame["reading"] = [_reading(estimate) for estimate in evaluation.estimates]
    return frame


def _reading(estimate: Estimate) -> str:
    if estimate.reading or estimate.value is None:
        return estimate.reading
    return READINGS.get(estimate.scale, "")


def method(evaluation: Evaluation) -> dict[str, str]:
    """Return the parts of "How this was computed"."""
    if evaluation.design == "crossover":
        definition = (
            "Place-days are compared as assigned. A Poisson regression with a rate for each place "
            "and weekday gives the rate ratio; its interval is widened by the overdispersion of "
            "the counts (Fletcher 2012). The permutation p-value draws the allocation again. A "
            "day begins at the workspace's hour."
        )
    else:
        definition = (
            "Weighted displacement difference (Wheeler and Ratcliffe 2018) and the ratio of rate "
            "ratios, of treated against comparison places and of the rings round them. Widened "
            "intervals allow for places that vary more than chance counts would. The quotient "
            "(Bowers and Johnson 2003) has no interval. Harm takes its interval from resampling "
            "places."
        )
    return {
        "definition": definition,
        "period": period_of(evaluation),
        "unit": "rate ratio; crimes; harm days",
        "run_id": evaluation.run_id,
        "source": "crimes, places, assignment and harm weights of this workspace",
    }
