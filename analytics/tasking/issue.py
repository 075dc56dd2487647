"""Issuing a plan: it holds on its days until a newer one covers them."""

import numpy as np
import pandas as pd

from analytics.tasking.bound_of_plan import with_bound, with_tight_bound
from analytics.tasking.build import UNMET_COLUMNS, VISIT_COLUMNS
from analytics.tasking.exports import served_words
from analytics.tasking.in_force import plan_in_force
from analytics.tasking.plan import Plan, preview_plan, summary
from analytics.tasking.settings import TaskingSettings
from analytics.workspace import (
    DEFAULT_PROGRAMME,
    Transaction,
    User,
    Workspace,
    note_evidence,
    now_ms,
    store_run,
)


def save_plan(workspace: Workspace, user: User, settings: TaskingSettings) -> Plan:
    """Compute a plan and its bound and issue it; raises what `preview_plan` raises."""
    plan = with_tight_bound(preview_plan(workspace, user, settings))
    issue_plan(workspace, user, plan)
    return plan


def issue_plan(workspace: Workspace, user: User, plan: Plan) -> str:
    """Make a plan the one that holds on its days and return its plan_id.

    Its run, visits, unmet wishes and evidence are stored together. A plan for tonight keeps the
    visits of the plan it follows that begin before its first unit sets out.
    """
    workspace.require(user, "plan")
    plan = with_bound(workspace, plan)
    detail = {"run_id": plan.run_id, "visits": len(plan.visits)}
    with workspace.write(user, "create", "plan", plan.run_id, detail) as transaction:
        number = transaction.execute("SELECT count(*) FROM plans").fetchone()[0] + 1
        plan_id = f"plan-{number:04d}"
        kept = _kept_visits(workspace, plan)
        transaction.execute(
            "INSERT INTO plans VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                plan_id,
                DEFAULT_PROGRAMME,
                plan.list_ids[0],
                plan.run_id,
                plan.first_day,
                plan.last_day,
                plan.seed,
                user.username,
                now_ms(),
                summary(plan),
            ],
        )
        visits = pd.concat([kept, plan.visits[VISIT_COLUMNS]]) if len(kept) else plan.visits
        transaction.insert("plan_visits", visits[VISIT_COLUMNS].assign(plan_id=plan_id))
        transaction.insert("plan_unmet", plan.unmet[UNMET_COLUMNS].assign(plan_id=plan_id))
        store_run(
            transaction,
            user,
            plan.run_id,
            "tasking",
            plan.settings,
            plan.fingerprint,
            plan.as_json(),
            seed=plan.seed,
        )
        _note_evidence(transaction, plan)
    return plan_id


def _kept_visits(workspace: Workspace, plan: Plan) -> pd.DataFrame:
    """Return the visits of the plan in force that tonight's plan leaves standing."""
    if not getattr(plan.settings, "units", None):
        return pd.DataFrame(columns=VISIT_COLUMNS)
    held = plan_in_force(workspace, plan.first_day, plan.last_day)
    sets_out = plan.settings.since or min(duty.starts for duty in plan.duties)
    # What a unit has begun tonight stands in the plan itself, and replaces what it was to do.
    first_begun = plan.visits.groupby("unit")["starts"].min().to_dict()
    is_replaced = [
        start >= first_begun.get(unit, sets_out)
        for unit, start in zip(held["unit"], held["starts"], strict=True)
    ]
    return held.loc[(held["starts"] < sets_out) & ~np.array(is_replaced, dtype=bool), VISIT_COLUMNS]


def _note_evidence(transaction: Transaction, plan: Plan) -> None:
    """Leave the facts of the plan for the readiness checklist."""
    period = f"{plan.first_day.day} {plan.first_day:%b %Y} to {plan.last_day.day} "
    period += f"{plan.last_day:%b %Y}"
    sums, settings = plan.ledger, plan.settings
    notes = {
        "T5-01": f"Plan of {sums.visits_planned:,} visits in {sums.unit_shifts:,} unit-shifts, "
        f"{period}.",
        "T5-02": f"{sums.visits_wanted:,} visits of {settings.visit_minutes} minutes wanted, "
        f"by {'equal parts' if settings.share_out == 'equal' else 'share of ' + settings.weigh_by}"
        f", {period}.",
        "T5-03": f"Visits are planned for {settings.visit_minutes} minutes.",
        "T5-04": f"Order and starts drawn with seed {plan.seed}, kept with the run.",
        "T5-05": f"{sums.need_share_on_duty:.0%} of need falls in the hours that units are out.",
        "T5-06": f"{sums.visits_wanted:,} visits wanted, {sums.visits_possible:,} possible, "
        f"{sums.visits_planned:,} planned.",
        "T5-08": f"{sums.travel_hours:.1f} hours of travel are in the plan.",
        "T5-12": f"Need served is {served_words(plan)} of the most that any plan of these visits could serve, by "
        f"{plan.bound_by}.",
    }
    for item_id, value in notes.items():
        note_evidence(transaction, item_id, value, plan.run_id)
