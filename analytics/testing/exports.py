"""An evaluation as files: a spreadsheet of every estimate and a report to print."""

from dataclasses import asdict
from datetime import date
from pathlib import Path

import pandas as pd

from analytics import reports
from analytics.testing.conclusion import headline as _headline
from analytics.testing.conclusion import interval_text
from analytics.testing.result import Estimate, Evaluation
from analytics.testing.windows import plain_period
from analytics.workspace import User, Workspace

WHERE = {
    "local": "in the places",
    "displacement": "in the rings",
    "total": "in places and rings",
}
TITLES = {
    "before_after": "Before and after, against comparison places",
    "crossover": "Crossover trial, treated against control days",
}


def write_exports(
    workspace: Workspace, user: User, evaluation: Evaluation, folder: str | Path
) -> list[Path]:
    """Write evaluation.xlsx and report.pdf into a folder and return their paths.

    Raises Refused without the right to export. The disclosure is in the audit log.
    """
    workspace.require(user, "export")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    workspace.log(user, "disclose", "evaluation", evaluation.run_id, {"folder": str(target)})
    paths = [target / "evaluation.xlsx", target / "report.pdf"]
    paths[0].write_bytes(excel(workspace, evaluation))
    paths[1].write_bytes(report(workspace, evaluation))
    return paths


def excel(workspace: Workspace, evaluation: Evaluation) -> bytes:
    """Return the spreadsheet: conclusion, estimates, counts and threats."""
    sheets = {
        "Estimates": pd.DataFrame([asdict(estimate) for estimate in evaluation.estimates]),
        "Counts": pd.DataFrame(list(evaluation.counts)),
        "Threats": pd.DataFrame([asdict(threat) for threat in evaluation.threats]),
        "Conclusion": pd.DataFrame({"Conclusion": [evaluation.conclusion, *evaluation.warnings]}),
    }
    return reports.write_excel(None, sheets, _about(workspace, evaluation))


def report(workspace: Workspace, evaluation: Evaluation) -> bytes:
    """Return the report as a PDF: conclusion, forest plot, estimates, threats, limits."""
    ratios = forest_rows(evaluation)
    sections = [{"heading": "Conclusion", "paragraphs": [evaluation.conclusion]}]
    images = {}
    if ratios:
        images["forest"] = reports.forest_png(
            ratios, no_effect=1.0, axis="Rate ratio (below 1: fewer than expected)"
        )
        alt = "; ".join(f"{label}: {value:.2f}" for label, value, _, _ in ratios)
        picture = {"name": "forest", "alt": f"Rate ratios with intervals. {alt}", "caption": ""}
        sections.append({"heading": "Effects as ratios", "image": picture})
    table = {
        "columns": ["Method", "Outcome", "Part", "Estimate", "How to read it"],
        "rows": [
            [e.method, e.outcome, e.part, interval_text(e), e.reading] for e in evaluation.estimates
        ],
        "align": ["left"] * 5,
        "caption": "Every estimate with its interval",
    }
    sections.append({"heading": "Estimates", "table": table})
    threats = [f"{t.name} ({t.state}): {t.finding}" for t in evaluation.threats]
    sections.append({"heading": "Threats to the conclusion", "list": threats})
    if evaluation.warnings:
        sections.append(
            {"heading": "What to know about the data", "list": list(evaluation.warnings)}
        )
    data = {
        "title": TITLES[evaluation.design],
        "about": _about(workspace, evaluation),
        "answer": headline(evaluation).replace("**", ""),
        "sections": sections,
    }
    return reports.pdf(None, "evaluation", data, images)


def headline(evaluation: Evaluation) -> str:
    """State the primary estimate in one sentence, with Markdown stars round its size."""
    return _headline(evaluation.design, evaluation.primary)


def forest_rows(evaluation: Evaluation) -> list[tuple[str, float, float, float]]:
    """Return the ratios with intervals as (label, value, low, high), ready to draw."""
    return [
        (label(estimate), estimate.value, estimate.low, estimate.high)
        for estimate in evaluation.estimates
        if estimate.scale == "ratio" and None not in (estimate.value, estimate.low, estimate.high)
    ]


def label(estimate: Estimate) -> str:
    """Name an estimate for a chart or a table row: what, where, by which method."""
    what = "Harm" if estimate.outcome == "harm" else "Crime"
    return f"{what} {WHERE[estimate.part]} · {estimate.method}"


def period_of(evaluation: Evaluation) -> str:
    """Write the days that an evaluation rests on."""
    windows = evaluation.windows
    if windows:
        return f"{plain_period(windows.before)}; {plain_period(windows.after)}"
    days = (date.fromisoformat(evaluation.facts[name]) for name in ("first_day", "last_day"))
    return plain_period(tuple(days))


def _about(workspace: Workspace, evaluation: Evaluation) -> dict[str, str]:
    return reports.about_export(
        workspace,
        title=TITLES[evaluation.design],
        run_id=evaluation.run_id,
        period=period_of(evaluation),
        source="crimes, places, assignment, harm weights",
    )
