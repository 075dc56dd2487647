"""The step itself: from the workspace and the settings to an evaluation, kept or only shown."""

from dataclasses import replace
from datetime import date

import pandas as pd

from analytics import targeting
from analytics.testing import before_after as ba
from analytics.testing.narrative import before_after_text, trial_text
from analytics.testing.outcomes import Selection, choose_offences, data_span, read_events
from analytics.testing.places import Places, choose_places
from analytics.testing.protocol import (
    follows_protocol,
    is_arm_hidden,
    locked_protocol,
    looks,
    note_look,
)
from analytics.testing.ranking import regression_by_itself
from analytics.testing.result import Estimate, Evaluation
from analytics.testing.settings import TestingSettings
from analytics.testing.threats import before_after_threats, trial_threats
from analytics.testing.trial import (
    count_place_days,
    smallest_detectable_in_trial,
    trial_estimates,
)
from analytics.testing.windows import choose_windows
from analytics.workspace import (
    NotMeasurable,
    Refused,
    User,
    Workspace,
    make_run_id,
    note_evidence,
    store_run,
)

FEEDS = ("crimes", "harm", "places", "assignment", "boundary")


def preview_evaluation(workspace: Workspace, user: User, settings: TestingSettings) -> Evaluation:
    """Evaluate by the settings' design and store nothing.

    Raises Refused without the right to evaluate or while a trial's protocol is open (the command
    line may look, and its look is counted), InputError when places, crimes or assignment are
    missing, NotMeasurable when harm is the outcome and has no weights, or crimes have no day.
    """
    workspace.require(user, "evaluate")
    _check_arms(workspace, user, settings)
    selection = choose_offences(workspace, settings)
    harm_of, harm_note = _harm(workspace, settings)
    run_id = make_run_id("testing", settings, _fingerprint(workspace))
    make = _crossover if settings.design == "crossover" else _before_after
    made = make(workspace, settings, selection, harm_of, run_id)
    notes = (*made.warnings, *selection.warnings, *harm_note)
    return replace(made, warnings=tuple(dict.fromkeys(n for n in notes if n)))


def save_evaluation(workspace: Workspace, user: User, settings: TestingSettings) -> Evaluation:
    """Evaluate, keep the run with its evidence for the checklist, and record a look at arms."""
    made = preview_evaluation(workspace, user, settings)
    detail = {"design": settings.design, "outcome": settings.outcome}
    with workspace.write(user, "create", "run", made.run_id, detail) as transaction:
        store_run(
            transaction,
            user,
            made.run_id,
            "testing",
            settings,
            _fingerprint(workspace),
            made.as_json(),
            seed=settings.seed,
        )
        if settings.design == "crossover":
            note_look(transaction, user, made.run_id)
        for item_id, text in _evidence(made).items():
            note_evidence(transaction, item_id, text, made.run_id)
    return made


def patrol_from(workspace: Workspace, places: Places) -> date | None:
    """Return the day from which the treated places were patrolled, None where it is unknown."""
    held = targeting.list_in_force(workspace)
    if held is not None and places.are_hotspots:
        return held.valid_from
    ids = places.treated["place_id"].tolist()
    return workspace.value(
        "SELECT min(day) FROM assignment WHERE list_contains(?, place_id)", [ids]
    )


def _check_arms(workspace: Workspace, user: User, settings: TestingSettings) -> None:
    """Refuse to tell the arms of a trial apart before its protocol is locked."""
    if settings.design == "crossover" and is_arm_hidden(workspace) and not user.every_right:
        workspace.log(user, "refuse", "arms", "protocol open")
        raise Refused(
            "The trial's protocol is open, so its arms are not compared. Lock the protocol first."
        )


def _before_after(
    workspace: Workspace,
    settings: TestingSettings,
    selection: Selection,
    harm_of: pd.Series | None,
    run_id: str,
) -> Evaluation:
    places = choose_places(workspace, settings)
    span, months_only = data_span(workspace)
    windows = choose_windows(
        settings, span, patrol_from(workspace, places), months_only=months_only
    )
    events = read_events(
        workspace, selection, (windows.before[0], windows.after[1]), places.bounds()
    )
    events["harm"] = events["offence_code"].map(harm_of) if harm_of is not None else float("nan")
    comparison = ba.count_by_place(places, events, windows)
    has_rings = settings.displacement_m > 0
    estimates = ba.count_estimates(comparison, has_rings, settings)
    if harm_of is not None:
        estimates += ba.harm_estimates(comparison, has_rings, settings)
    smallest = ba.smallest_detectable(comparison, settings)
    regression = regression_by_itself(workspace, places, selection, windows)
    primary = _primary(estimates, settings, ("RIRR widened", "RIRR", "WDD widened", "WDD"))
    threats = before_after_threats(places, comparison, estimates, regression, smallest)
    return Evaluation(
        run_id=run_id,
        settings=settings.as_json(),
        design=settings.design,
        estimates=tuple(estimates),
        conclusion=before_after_text(
            places, comparison, windows, primary, estimates, regression, smallest
        ),
        threats=tuple(threats),
        warnings=(*windows.warnings, *places.warnings),
        windows=windows,
        counts=tuple(
            {"part": part, **dict(zip(("before", "after"), comparison.pair(part), strict=True))}
            for part in ba.PARTS
        ),
        primary=primary,
        minimum_detectable_rate_ratio=smallest,
        facts={
            "treated_places": len(places.treated),
            "comparison_places": len(places.control),
            "are_hotspots": bool(places.are_hotspots),
            "dispersion": comparison.dispersion,
            "ring_share_removed": places.ring_share_removed,
        },
    )


def _crossover(
    workspace: Workspace,
    settings: TestingSettings,
    selection: Selection,
    harm_of: pd.Series | None,
    run_id: str,
) -> Evaluation:
    trial = count_place_days(workspace, settings, selection, harm_of)
    estimates, model, carry_over = trial_estimates(trial, settings)
    smallest = smallest_detectable_in_trial(trial, settings, model.dispersion if model else 1.0)
    is_locked = follows_protocol(workspace, settings)
    seen = looks(workspace, besides=run_id)
    primary = _primary(estimates, settings, ("Rate ratio",))
    by_arm = trial.frame.groupby("treated").agg(days=("count", "size"), count=("count", "sum"))
    counts = tuple(
        {
            "part": name,
            "place_days": int(by_arm["days"].get(flag, 0)),
            "count": int(by_arm["count"].get(flag, 0)),
        }
        for name, flag in (("treated", True), ("control", False))
    )
    text = trial_text(trial, counts, primary, estimates, model, smallest, is_locked, seen)
    return Evaluation(
        run_id=run_id,
        settings=settings.as_json(),
        design=settings.design,
        estimates=tuple(estimates),
        conclusion=text,
        threats=tuple(
            trial_threats(trial, model, carry_over, smallest, is_locked=is_locked, looks=seen)
        ),
        warnings=trial.warnings,
        windows=None,
        counts=counts,
        primary=primary,
        minimum_detectable_rate_ratio=smallest,
        facts={
            "places": trial.places,
            "first_day": trial.window[0].isoformat(),
            "last_day": trial.window[1].isoformat(),
            "dispersion": model.dispersion if model else None,
            "protocol_locked": is_locked,
            "looks_before": seen,
        },
    )


def _primary(
    estimates: list[Estimate], settings: TestingSettings, methods: tuple[str, ...]
) -> Estimate:
    """The widest honest estimate of the primary outcome in the places themselves."""
    local = [e for e in estimates if e.part == "local" and e.outcome == settings.outcome]
    if settings.outcome == "harm":
        return local[0]
    by_method = {e.method: e for e in local}
    held = [by_method[name] for name in methods if name in by_method]
    return next((e for e in held if e.value is not None), held[0])


def _harm(
    workspace: Workspace, settings: TestingSettings
) -> tuple[pd.Series | None, tuple[str, ...]]:
    """Return harm days by offence code, or None and why harm is not measurable."""
    weights = targeting.harm_weights(workspace)
    if not weights.is_measurable:
        if settings.outcome == "harm":
            raise NotMeasurable(weights.reason)
        return None, (weights.reason,)
    notes = [f"Harm by '{weights.label}'."]
    if len(weights.ambiguous):
        codes = ", ".join(weights.ambiguous["offence_code"].unique()[:5])
        notes.append(f"Codes with several harm weights score nothing until one is chosen: {codes}.")
    return weights.scores.set_index("offence_code")["harm_days"], tuple(notes)


def _fingerprint(workspace: Workspace) -> str:
    held = targeting.list_in_force(workspace)
    facts = [
        workspace.fingerprint(*FEEDS),
        held.list_id if held else "",
        locked_protocol(workspace),
        workspace.rows("SELECT index_name, version, code, days FROM harm_choices ORDER BY ALL"),
    ]
    return "-".join(str(fact) for fact in facts if fact)


def _evidence(made: Evaluation) -> dict[str, str]:
    """What the run shows about the items of step 7."""
    is_trial = made.design == "crossover"
    facts = made.facts
    found = {
        "T7-01": f"{facts['places']} places on assigned treated and control days."
        if is_trial
        else f"{facts['comparison_places']} comparison places.",
        "T7-06": f"{sum(e.low is not None for e in made.estimates)} estimates with intervals.",
    }
    smallest = made.minimum_detectable_rate_ratio
    if smallest is not None:
        found["T7-04"] = f"Smallest detectable rate ratio {smallest:.2f} (80% power)."
    if any(e.outcome == "harm" for e in made.estimates):
        found["T7-09"] = "Count and harm are both estimated."
    if is_trial:
        found["T7-02"] = f"Crossover assignment, {facts['first_day']} to {facts['last_day']}."
        found["T7-05"] = "Place-days are compared as assigned."
    else:
        found["T7-07"] = "Rings round treated and comparison places are compared."
        found["T7-08"] = f"{facts['ring_share_removed']:.0%} of the rings' area was cut away."
        found["T7-10"] = next(t.finding for t in made.threats if t.name.startswith("Regression"))
    return found
