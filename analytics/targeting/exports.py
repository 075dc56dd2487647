"""A list as files: GeoJSON, GeoPackage, Excel and the problem profile as PDF."""

import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd

from analytics import reports
from analytics.geography import boundary, streets
from analytics.targeting.profile import hour_weekday
from analytics.targeting.result import HotspotResult
from analytics.targeting.statistics.timing import WEEKDAYS
from analytics.workspace import NotMeasurable, User, Workspace

_COLUMNS = {
    "rank": "Rank",
    "hotspot_id": "Hot spot",
    "name": "Name",
    "count": "Crimes",
    "share_of_count": "Share of crimes",
    "harm": "Harm (days)",
    "share_of_harm": "Share of harm",
    "worst_event_share": "Worst event's share of the harm",
    "class": "Pattern",
    "test_count": "Crimes in the test period",
    "per_hectare": "Crimes per hectare",
    "area_m2": "Area (m²)",
    "decision": "To decide",
    "x": "x (m)",
    "y": "y (m)",
    "lon": "Longitude",
    "lat": "Latitude",
}


def write_exports(
    workspace: Workspace, user: User, result: HotspotResult, folder: str | Path
) -> list[Path]:
    """Write hotspots.geojson, .gpkg, .xlsx and report.pdf into `folder`; returns the paths."""
    workspace.require(user, "export")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"hotspots.{kind}" for kind in ("geojson", "gpkg", "xlsx")]
    files = [*paths, folder / "report.pdf"]
    names = {"files": [path.name for path in files]}
    workspace.log(user, "disclose", "hotspots", result.run_id, names)
    geojson(workspace, result, paths[0])
    geopackage(workspace, result, paths[1])
    workbook(workspace, user, result, paths[2])
    report(workspace, user, result, folder / "report.pdf")
    return files


def geojson(workspace: Workspace, result: HotspotResult, path: Path | None = None) -> bytes:
    """Return the list as GeoJSON (RFC 7946), writing it when a path is given."""
    return reports.write_geojson(
        path, layer(result), about(workspace, result), id_column="hotspot_id"
    )


def geopackage(workspace: Workspace, result: HotspotResult, path: Path | None = None) -> bytes:
    """Return the list as GeoPackage in the workspace's CRS, writing it when a path is given."""
    if path is not None:
        reports.write_geopackage(path, layer(result), "hotspots", about(workspace, result))
        return path.read_bytes()
    with tempfile.TemporaryDirectory(dir=workspace.path / "spill") as folder:
        return geopackage(workspace, result, Path(folder) / "hotspots.gpkg")


def workbook(
    workspace: Workspace, user: User, result: HotspotResult, path: Path | None = None
) -> bytes:
    """Return the list, its score, its warnings and its hours as an Excel workbook."""
    table = pd.DataFrame(result.hotspots)[list(_COLUMNS)].rename(columns=_COLUMNS)
    sheets = {
        "Hot spots": table,
        "Scores": pd.DataFrame(facts(result), columns=["Measure", "Value"]),
        "Warnings": pd.DataFrame({"Warning": list(result.warnings)}),
    }
    try:
        profile = hour_weekday(workspace, user, result.settings)
    except NotMeasurable:
        profile = None
    if profile is not None:
        hours = pd.DataFrame(profile.matrix, columns=[f"{hour:02d}:00" for hour in range(24)])
        hours.insert(0, "Patrol day", WEEKDAYS)
        sheets["When"] = hours
    return reports.write_excel(path, sheets, about(workspace, result))


def report(
    workspace: Workspace, user: User, result: HotspotResult, path: Path | None = None
) -> bytes:
    """Return the problem profile as PDF: answer, map, ranking, scores and warnings."""
    picture = reports.map_png(
        result.hotspots,
        streets=streets(workspace),
        boundary=boundary(workspace),
        value="count",
        unit="crimes",
    )
    table = result.hotspots
    sections = [
        {
            "heading": "Where",
            "image": {
                "name": "map",
                "alt": f"Map of {len(table)} hot spots shaded by number of crimes; the ranking "
                "below lists the same places.",
                "caption": f"{result.settings.cell_shape.capitalize()}s "
                f"{result.settings.cell_width_m:g} m across "
                f"({result.counts.grid.area_m2 / 1e4:.2f} ha), {result.crs}. Numbers are ranks.",
            },
        },
        {"heading": "How concentrated, how sure", "facts": facts(result)},
        {
            "heading": "Ranking",
            "table": {
                **_ranking_table(result),
                "caption": f"Crimes from {result.counts.scope.train}; share of the crimes inside "
                "the study area.",
            },
        },
        {"heading": "Read with care", "list": list(result.warnings) or ["No warnings."]},
    ]
    data = {
        "title": "Hot spots: problem profile",
        "about": about(workspace, result),
        "answer": result.answer().replace("**", ""),
        "sections": sections,
    }
    return reports.pdf(path, "problem_profile", data, {"map": picture})


def _ranking_table(result: HotspotResult) -> dict[str, list]:
    """Return the ranking as text; columns that nothing is known for are left out."""
    places = result.hotspots
    columns = [
        ("Rank", "right", [str(value) for value in places["rank"]]),
        ("Place", "left", places["name"].tolist()),
        ("Crimes", "right", [f"{value:,}" for value in places["count"]]),
        ("Share", "right", [f"{value:.2%}" for value in places["share_of_count"]]),
    ]
    if result.accuracy is not None:
        later = [f"{value:,.0f}" for value in places["test_count"]]
        columns.append(("Test period", "right", later))
    if places["class"].notna().any():
        columns.append(("Pattern", "left", places["class"].fillna("").tolist()))
    return {
        "columns": [name for name, _, _ in columns],
        "align": [side for _, side, _ in columns],
        "rows": [list(row) for row in zip(*(texts for _, _, texts in columns), strict=True)],
    }


def layer(result: HotspotResult) -> gpd.GeoDataFrame:
    """Return the list as a map layer without columns that only serve the screen."""
    return result.hotspots.drop(columns=["x", "y"])


def facts(result: HotspotResult) -> list[list[str]]:
    """Return the list's measures as pairs of label and text, in reading order."""
    counts, score = result.counts, result.accuracy
    found = [
        ["Crimes inside the study area", f"{counts.crimes:,}"],
        ["Ranking period", str(counts.scope.train)],
        ["Offences", ", ".join(result.settings.offences) or "all"],
        ["Study area", f"{counts.area.area_km2:,.1f} km² ({counts.area.kind.replace('_', ' ')})"],
        ["Cells", f"{len(counts.q):,} of {counts.grid.area_m2:,.0f} m²"],
        ["Share of crimes held by the list", f"{result.share_of_count:.1%}"],
        ["Share of area", f"{result.area_km2 / counts.area.area_km2:.3%}"],
        ["Places that hold half of the crimes", f"{result.concentration.places_for_half:,}"],
        ["Gini", f"{result.concentration.gini:.3f}"],
        ["Generalised Gini", f"{result.concentration.generalised_gini:.3f}"],
    ]
    if score is None:
        return [*found, ["Share of later crime caught", "not measurable without a test period"]]
    last_year = score.last_year_hit_rate
    return [
        *found,
        ["Test period", str(counts.scope.test)],
        ["Share of its crimes caught", f"{score.hit_rate:.1%}"],
        ["Caught by last year's ranking", "–" if last_year is None else f"{last_year:.1%}"],
        ["Caught by the best possible list", f"{score.best_hit_rate:.1%}"],
        ["PAI", f"{score.pai:.1f}"],
        ["PEI", f"{score.pei:.2f}"],
        ["RRI", "–" if score.rri is None else f"{score.rri:.2f}"],
    ]


def about(workspace: Workspace, result: HotspotResult) -> dict[str, str]:
    """Return the facts that every export of the list carries."""
    loads = workspace.value("SELECT count(*) FROM loads WHERE feed = 'crimes' AND NOT is_undone")
    return reports.about_export(
        workspace,
        title="Hot spots",
        run_id=result.run_id,
        period=str(result.counts.scope.train),
        source=f"crimes, {loads or 0:,} load{'s' if loads != 1 else ''}",
    )
