"""Fifth screen: every check as a named rule, with its count, examples and what is done."""

import pandas as pd
import streamlit as st

from analytics import technology
from components import steps, tables
from components.loading import changes, counts, finish, track
from components.loading.track import Flow


def draw(flow: Flow) -> None:
    """Show what would be stored and kept aside, before anything is; then load."""
    report = _preview(flow)
    st.subheader("What will be stored, and what kept aside?", anchor=False)
    _settled(flow)
    differing = changes.found(flow) if report.changes else None
    is_decided = changes.ask(flow, differing) if differing else True
    report = _preview(flow) if differing else report
    counts.sentence(report, "would be stored")
    if finish.is_empty(flow, report):
        finish.confirm(flow, report, is_decided=True)
        return
    shares = [check.note for check in report.checks if check.rule == "geocoded_share"]
    st.markdown(" ".join(shares))
    _warnings(report, differing)
    _checks(report)
    finish.confirm(flow, report, is_decided=is_decided)


def _preview(flow: Flow) -> technology.LoadReport:
    return track.remembered(
        flow,
        "preview",
        [flow.columns, flow.crs, flow.mode],
        lambda: technology.preview_load(
            flow.workspace,
            flow.user,
            flow.feed,
            flow.files,
            columns=flow.columns,
            crs=flow.crs,
            mode=flow.mode,
        ),
        "Checking every row ...",
    )


def _warnings(report: technology.LoadReport, differing: technology.ExtractChanges | None) -> None:
    """Show the warnings that no check and no comparison on this screen says already."""
    said = {check.note for check in report.checks}
    if differing:
        said |= {differing.sentence(), differing.doubt()}
    for warning in report.warnings:
        if warning not in said and "--mode" not in warning:
            st.info(warning)


def _settled(flow: Flow) -> None:
    """Say how the steps before were settled: by the data, a recipe or this person."""
    said = _said(flow)
    parts = [f"{track.STEPS[name]}: {text}" for name, text in said.items() if text]
    st.caption(" · ".join(parts).replace("_", r"\_"))


def _checks(report: technology.LoadReport) -> None:
    found = [check for check in report.checks if check.count and check.rule != "geocoded_share"]
    passed = [check for check in report.checks if check.is_passed]
    unknown = [check for check in report.checks if check.count is None]
    for done in dict.fromkeys(check.done for check in sorted(found, key=_order)):
        st.markdown(f"**{done}**")
        for check in (check for check in found if check.done == done):
            _check(check)
    if passed:
        names = "; ".join(check.title for check in passed)
        with st.expander(f"Nothing found by {steps.counted(len(passed), 'other check')}"):
            st.markdown(f"{names}.")
    if unknown:
        with st.expander(f"Not measurable: {steps.counted(len(unknown), 'check')}"):
            for check in unknown:
                st.markdown(f"**{check.title}.** {check.note}")


def _order(check: technology.Check) -> int:
    ranked = (technology.KEPT_ASIDE, technology.DECIDE, technology.STORED, technology.FLAGGED)
    return ranked.index(check.done) if check.done in ranked else len(ranked)


def _check(check: technology.Check) -> None:
    with st.expander(f"**{check.title}** · {steps.counted(check.count, check.unit)}"):
        st.markdown(f"{check.means} {check.note}".strip())
        if check.examples:
            frame = pd.DataFrame(check.examples).dropna(axis=1, how="all")
            names = {name: str(name).replace("_", " ").capitalize() for name in frame.columns}
            if "share" in names:
                names["share"] = tables.bar("Share of rows")
            tables.show(
                frame,
                names,
                key=f"check-{check.rule}",
                caption=f"{steps.counted(len(frame), 'example')}, as matched.",
                alt=f"Examples of {check.title.lower()}",
            )


def _said(flow: Flow) -> dict[str, str]:
    """Say in a few words how each step is settled."""
    said = {"files": ", ".join(file.name for file in flow.files[:2])}
    if len(flow.files) > 2:
        said["files"] += f" and {len(flow.files) - 2} more"
    if flow.is_shape:
        return said | {"places": flow.crs or track.look(flow).crs or ""}
    found = track.look(flow)
    matched = [name for name in flow.columns if name not in track.OPTIONS]
    by = f"recipe {found.recipe}" if found.is_recipe else f"{len(matched)} matched"
    said["columns"] = by
    if track.missing(flow):
        return said
    read = track.evidence(flow)
    if read.dates:
        said["dates"] = _dates_said(flow, read.dates)
    if read.places:
        said["places"] = flow.columns.get("crs", "")
    return said


def _dates_said(flow: Flow, dates: technology.DateEvidence) -> str:
    orders = {"day_first": "day first", "month_first": "month first", None: ""}
    precisions = {"month": "month only", "day": "no time of day", "minute": "with times"}
    order = orders[flow.columns.get("date_order") or dates.order]
    zone = flow.columns.get("timezone", "")
    parts = (order, precisions.get(dates.precision or "", ""), f"times in {zone}" if zone else "")
    return ", ".join(part for part in parts if part) or "read as written"
