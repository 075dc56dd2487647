"""A list as files: GeoJSON, GeoPackage, KML, shapefile, Excel and the problem profile as PDF."""

import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd

from analytics import reports
from analytics.targeting.edited import EditedList, unedited
from analytics.targeting.edits import when_text
from analytics.targeting.problem_profile import problem_profile
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
    "hours": "Hours (all, day or night)",
    "replaces": "Drawn from",
    "edits": "Edited by hand",
}
# What a shapefile can hold: ten characters a name.
_SHORT_NAMES = {
    "rank": "rank",
    "hotspot_id": "hotspot_id",
    "name": "name",
    "count": "crimes",
    "share_of_count": "share_crim",
    "harm": "harm_days",
    "share_of_harm": "share_harm",
    "worst_event_share": "worst_shr",
    "class": "pattern",
    "test_count": "test_crim",
    "per_hectare": "per_ha",
    "area_m2": "area_m2",
    "decision": "to_decide",
    "lon": "lon",
    "lat": "lat",
    "hours": "hours",
    "replaces": "drawn_from",
    "edits": "edits",
}


def write_exports(
    workspace: Workspace, user: User, result: HotspotResult | EditedList, folder: str | Path
) -> list[Path]:
    """Write the list in every form into `folder`; returns the paths.

    hotspots.geojson, .gpkg, .xlsx, .kml, hotspots_shapefile.zip and report.pdf.
    """
    workspace.require(user, "export")
    listed = _listed(workspace, result)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    makers = {
        "hotspots.geojson": lambda path: geojson(workspace, listed, path),
        "hotspots.gpkg": lambda path: geopackage(workspace, listed, path),
        "hotspots.xlsx": lambda path: workbook(workspace, user, listed, path),
        "report.pdf": lambda path: report(workspace, user, listed, path),
        "hotspots.kml": lambda path: kml(workspace, listed, path),
        "hotspots_shapefile.zip": lambda path: shapefile(workspace, listed, path),
    }
    detail = {"files": list(makers)}
    workspace.log(user, "disclose", "hotspots", listed.result.run_id, detail)
    for name, make in makers.items():
        make(folder / name)
    return [folder / name for name in makers]


def geojson(
    workspace: Workspace, result: HotspotResult | EditedList, path: Path | None = None
) -> bytes:
    """Return the list as GeoJSON (RFC 7946), writing it when a path is given."""
    listed = _listed(workspace, result)
    return reports.write_geojson(
        path, layer(listed), about(workspace, listed), id_column="hotspot_id"
    )


def geopackage(
    workspace: Workspace, result: HotspotResult | EditedList, path: Path | None = None
) -> bytes:
    """Return the list as GeoPackage in the workspace's CRS, writing it when a path is given."""
    listed = _listed(workspace, result)
    if path is not None:
        reports.write_geopackage(path, layer(listed), "hotspots", about(workspace, listed))
        return path.read_bytes()
    with tempfile.TemporaryDirectory(dir=workspace.path / "spill") as folder:
        return geopackage(workspace, listed, Path(folder) / "hotspots.gpkg")


def kml(
    workspace: Workspace, result: HotspotResult | EditedList, path: Path | None = None
) -> bytes:
    """Return the list as KML, coloured by crimes, writing it when a path is given."""
    listed = _listed(workspace, result)
    places = layer(listed).assign(
        title=[f"{rank} {name}" for rank, name in zip(*_ranks(listed), strict=True)]
    )
    labels = {name: label for name, label in _COLUMNS.items() if name not in ("x", "y", "name")}
    return reports.write_kml(
        path,
        places,
        about(workspace, listed),
        name_column="title",
        labels={name: label for name, label in labels.items() if name in places},
        value="count",
    )


def shapefile(
    workspace: Workspace, result: HotspotResult | EditedList, path: Path | None = None
) -> bytes:
    """Return the list as a zipped shapefile in the workspace's CRS, writing it where asked."""
    listed = _listed(workspace, result)
    places = layer(listed)
    columns = {
        name: (short, _COLUMNS[name]) for name, short in _SHORT_NAMES.items() if name in places
    }
    with tempfile.TemporaryDirectory(dir=workspace.path / "spill") as folder:
        return reports.write_shapefile(
            path, places, "hotspots", about(workspace, listed), columns, Path(folder)
        )


def workbook(
    workspace: Workspace,
    user: User,
    result: HotspotResult | EditedList,
    path: Path | None = None,
) -> bytes:
    """Return the list, its score, its warnings and its hours as an Excel workbook."""
    workspace.require(user, "export")
    listed = _listed(workspace, result)
    places = pd.DataFrame(layer(listed).drop(columns="geometry")).join(listed.hotspots[["x", "y"]])
    shown = [name for name in _COLUMNS if name in places]
    sheets = {
        "Hot spots": places[shown].rename(columns=_COLUMNS),
        "Scores": pd.DataFrame(facts(listed), columns=["Measure", "Value"]),
        "Warnings": pd.DataFrame({"Warning": [*listed.result.warnings, *listed.warnings]}),
    }
    if listed.history:
        sheets["Edits"] = _edits_table(workspace, listed)
    try:
        profile = hour_weekday(workspace, user, listed.result.settings)
    except NotMeasurable:
        profile = None
    if profile is not None:
        hours = pd.DataFrame(profile.matrix, columns=[f"{hour:02d}:00" for hour in range(24)])
        hours.insert(0, "Patrol day", WEEKDAYS)
        sheets["When"] = hours
    return reports.write_excel(path, sheets, about(workspace, listed))


def report(
    workspace: Workspace,
    user: User,
    result: HotspotResult | EditedList,
    path: Path | None = None,
) -> bytes:
    """Return the problem profile as PDF, writing it when a path is given."""
    workspace.require(user, "export")
    listed = _listed(workspace, result)
    data, images = problem_profile(workspace, user, listed, facts(listed))
    data["about"] = about(workspace, listed)
    return reports.pdf(path, "problem_profile", data, images)


def layer(listed: EditedList) -> gpd.GeoDataFrame:
    """Return the list as a map layer without columns that only serve the screen."""
    places = listed.hotspots.drop(columns=["x", "y", "is_drawn"])
    return places.assign(edits=["; ".join(words) for words in places["edits"]])


def facts(listed: EditedList) -> list[list[str]]:
    """Return the list's measures as pairs of label and text, in reading order."""
    result, held = listed.result, listed.score
    counts, score = result.counts, result.accuracy
    found = [
        ["Crimes inside the study area", f"{counts.crimes:,}"],
        ["Ranking period", str(counts.scope.train)],
        ["Offences", ", ".join(result.settings.offences) or "all"],
        ["Study area", f"{counts.area.area_km2:,.1f} km² ({counts.area.kind.replace('_', ' ')})"],
        ["Places to choose from", f"{len(counts.q):,}: {counts.unit_text()}"],
        ["Share of crimes held by the list", f"{held.share_of_count:.1%}"],
        [
            "Share of area",
            f"{held.share_of_area:.3%}" if held.share_of_area else "not measurable: no area",
        ],
        ["Places that hold half of the crimes", f"{result.concentration.places_for_half:,}"],
        ["Gini", f"{result.concentration.gini:.3f}"],
        ["Generalised Gini", f"{result.concentration.generalised_gini:.3f}"],
    ]
    if score is None:
        return [*found, ["Share of later crime caught", "not measurable without a test period"]]
    last_year = score.last_year_hit_rate
    found.append(["Test period", str(counts.scope.test)])
    if listed.applied and held.hit_rate is not None:
        found += [
            ["Share of its crimes caught, as edited", f"{held.hit_rate:.1%}"],
            ["PAI, as edited", f"{held.pai:.1f}"],
        ]
    return [
        *found,
        ["Share of its crimes caught, as computed", f"{score.hit_rate:.1%}"],
        ["Caught by last year's ranking", "–" if last_year is None else f"{last_year:.1%}"],
        ["Caught by the best possible list", f"{score.best_hit_rate:.1%}"],
        ["PAI", f"{score.pai:.1f}"],
        ["PEI", f"{score.pei:.2f}"],
        ["RRI", "–" if score.rri is None else f"{score.rri:.2f}"],
    ]


def about(workspace: Workspace, listed: EditedList) -> dict[str, str]:
    """Return the facts that every export of the list carries."""
    result = listed.result
    loads = workspace.value("SELECT count(*) FROM loads WHERE feed = 'crimes' AND NOT is_undone")
    return reports.about_export(
        workspace,
        title="Hot spots",
        run_id=listed.run_text,
        period=str(result.counts.scope.train),
        source=f"crimes, {loads or 0:,} load{'s' if loads != 1 else ''}",
    )


def _listed(workspace: Workspace, given: HotspotResult | EditedList) -> EditedList:
    return given if isinstance(given, EditedList) else unedited(workspace, given)


def _ranks(listed: EditedList) -> tuple[list[int], list[str]]:
    return listed.hotspots["rank"].tolist(), listed.hotspots["name"].tolist()


def _edits_table(workspace: Workspace, listed: EditedList) -> pd.DataFrame:
    return pd.DataFrame(
        [
            [
                edit.number,
                edit.sentence(),
                edit.reason,
                edit.edited_by,
                when_text(edit, workspace),
                state,
            ]
            for edit, state in listed.history
        ],
        columns=["Number", "Edit", "Reason", "By", "When", "State"],
    )
