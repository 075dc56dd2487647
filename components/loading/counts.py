"""What became of a load's rows: the counts, the reasons, the rows kept aside."""

from typing import Any

import pandas as pd
import streamlit as st

from analytics import technology
from analytics.reports import write_csv
from analytics.workspace import User, Workspace
from components import exports, steps, tables


def show_counts(report: technology.LoadReport | dict[str, Any], verb: str) -> None:
    """Show the rows of a load by what became of them, with the reasons."""
    facts = sentence(report, verb)
    if facts["reasons"]:
        reasons = pd.DataFrame(
            [(technology.RULES[rule], count) for rule, count in facts["reasons"].items()],
            columns=["reason", "rows"],
        )
        tables.show(
            reasons,
            {"reason": tables.text("Why kept aside", wide=True), "rows": "Rows"},
            key=f"reasons-{verb}-{facts['load_id']}",
        )


def sentence(report: technology.LoadReport | dict[str, Any], verb: str) -> dict[str, Any]:
    """Say how many rows were read and what became of them; returns the facts of the report."""
    facts = report if isinstance(report, dict) else report.as_json()
    st.markdown(
        f"**{steps.counted(facts['rows_read'], 'row')}** read: **{facts['rows_stored']:,}** {verb}, "
        f"**{facts['rows_quarantined']:,}** kept aside, {facts['rows_already_held']:,} already held."
    )
    return facts


def offer_aside(workspace: Workspace, user: User, load_id: str) -> None:
    """Offer the rows a load kept aside as a CSV to correct and load again."""
    exports.offer(
        "Rows kept aside",
        lambda: write_csv(technology.kept_aside(workspace, user, load_id)),
        f"kept-aside-{load_id}.csv",
        user,
        "kept_aside",
        load_id,
        key=f"aside-{load_id}",
        records=True,
    )
