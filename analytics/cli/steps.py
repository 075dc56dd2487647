"""Commands of the steps: settings in, a stored run, its summary and its files out."""

from collections.abc import Callable
from typing import TypeVar

from analytics.cli.call import Call
from analytics.workspace import InputError, StepSettings, Workspace, make_settings

Model = TypeVar("Model", bound=StepSettings)


def target(call: Call, workspace: Workspace) -> int:
    """Find the hot spots and, unless it is a draft, put the list in force."""
    from analytics import targeting

    settings = _settings(call, targeting.TargetingSettings)
    folder = call.out_folder()
    call.progress(0.0, "Ranking the places")
    result = targeting.save_hotspots(workspace, call.user, settings)
    answer = result.as_json()
    edits = [edit for edit in targeting.list_edits(workspace) if not edit.is_undone]
    if edits:
        answer["warnings"].append(
            f"{len(edits)} edits made by hand on the page are left out of this list. Sign off on "
            "the page to keep them."
        )
    if not call.asked.draft:
        answer["list_id"] = targeting.sign_off(
            workspace, call.user, settings, call.asked.valid_from, allow_undecided=True
        )
    if folder:
        targeting.write_exports(workspace, call.user, result, folder)
    concentration, accuracy = answer["concentration"], answer["accuracy"]
    summary = [
        f"{len(answer['hotspots']):,} hot spots from {answer['crimes']:,} crimes in "
        f"{answer['cells']:,} cells of {answer['cell_area_m2']:,.0f} m², "
        f"{answer['study_area_km2']:,.1f} km² (run {answer['run_id']}).",
        f"Half of the crimes are in {concentration['places_for_half']:,} places.",
    ]
    if accuracy:
        summary.append(
            f"They caught {accuracy['hit_rate']:.1%} of the next period; last year's ranking "
            f"{_share(accuracy['last_year_hit_rate'])}, the best possible "
            f"{_share(accuracy['best_hit_rate'])}."
        )
    call.answer(answer, summary)
    return 0


def task(call: Call, workspace: Workspace) -> int:
    """Make and issue a patrol plan."""
    from analytics import tasking

    settings = _settings(call, tasking.TaskingSettings)
    folder = call.out_folder()
    call.progress(0.0, "Planning the visits")
    plan = tasking.save_plan(workspace, call.user, settings)
    if folder:
        tasking.write_exports(workspace, call.user, plan, folder)
    answer = plan.as_json()
    summary = [
        f"{len(answer['visits']):,} visits planned (run {answer['run_id']}); value "
        f"{answer['value']:,.3g} of at most {answer['upper_bound']:,.3g} (expected violence covered; bound by "
        f"{answer['upper_bound_by']})."
    ]
    call.answer(answer, summary)
    return 0


def track(call: Call, workspace: Workspace) -> int:
    """Measure dosage from the pings."""
    from analytics import tracking

    settings = _settings(call, tracking.TrackingSettings)
    folder = call.out_folder()
    call.progress(0.0, "Finding the visits")
    dosage = tracking.save_dosage(workspace, call.user, settings)
    if folder:
        tracking.write_exports(workspace, call.user, dosage, folder)
    answer = dosage.as_json()
    summary = [
        f"{_count(answer['visits'])} visits, {_count(answer['qualifying_visits'])} of them "
        f"qualifying, {_count(answer['drive_throughs'])} drive-throughs, from "
        f"{_count(answer['pings'])} pings (run {answer['run_id']}).",
        f"{_count(answer['patrol_minutes'])} minutes with patrol; officers' minutes "
        f"{_count(answer['officer_minutes'])} (between {_count(answer['lower_minutes'])} and "
        f"{_count(answer['upper_minutes'])}).",
    ]
    call.answer(answer, summary)
    return 0


def test(call: Call, workspace: Workspace) -> int:
    """Estimate the effect of the patrols."""
    from analytics import testing

    settings = _settings(call, testing.TestingSettings)
    folder = call.out_folder()
    call.progress(0.0, "Estimating the effect")
    evaluation = testing.save_evaluation(workspace, call.user, settings)
    if folder:
        testing.write_exports(workspace, call.user, evaluation, folder)
    answer = evaluation.as_json()
    call.answer(answer, [answer["conclusion"], f"Run {answer['run_id']}."])
    return 0


def ready(call: Call, workspace: Workspace) -> int:
    """Show the readiness score of each step."""
    from analytics import thinking

    found = thinking.scores(workspace)
    answer = {
        "steps": found.steps,
        "overall": found.overall,
        "weakest": found.weakest,
        "answered": found.answered,
    }
    summary = [
        f"{step:<11}{'not measurable: nothing answered' if score is None else f'{score:.0f} %'}"
        for step, score in found.steps.items()
    ]
    if found.weakest:
        summary.append(f"Overall {found.overall:.0f} %; the weakest step is {found.weakest}.")
    call.answer(answer, summary)
    return 0


def _settings(call: Call, model: type[Model]) -> Model:
    if call.asked.settings is None:
        return make_settings(model, {})
    values = call.read_object(call.asked.settings)
    try:
        return make_settings(model, values)
    except InputError as error:
        raise InputError(error.reason, file=str(call.asked.settings)) from error


def _share(value: float | None) -> str:
    return "not measurable" if value is None else f"{value:.1%}"


def _count(value: float | None) -> str:
    return "not measurable" if value is None else f"{value:,.0f}"


COMMANDS: dict[str, Callable[[Call, Workspace], int]] = {
    "target": target,
    "task": task,
    "track": track,
    "test": test,
    "ready": ready,
}
