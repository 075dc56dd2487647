"""Small files in the layouts that extracts come in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from analytics import technology
from analytics.technology import LoadReport
from analytics.workspace import User, Workspace

POLICE_UK = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)


def police_uk_row(
    crime_id: str = "", month: str = "2020-01", lon: str = "-1.4", lat: str = "53.4"
) -> str:
    """Return one row of the data.police.uk street file."""
    kind = "Robbery" if crime_id else "Anti-social behaviour"
    return f"{crime_id},{month},S,South Yorkshire Police,{lon},{lat},On or near A,E01,B,{kind},,\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file by name and return its path."""

    def make(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


@pytest.fixture
def load(empty_workspace: Workspace, acting: User) -> Callable[..., LoadReport]:
    """Load files into the empty workspace and check that every row is accounted for."""

    def run(feed: str, *files: Path, **named) -> LoadReport:
        report = technology.load(empty_workspace, acting, feed, list(files), **named)
        assert report.rows_read == (
            report.rows_stored + report.rows_quarantined + report.rows_already_held
        )
        assert sum(report.reasons.values()) == report.rows_quarantined
        return report

    return run
