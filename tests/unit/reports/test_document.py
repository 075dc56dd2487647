"""PDFs: accessible, marked, and safe against what an extract may hold."""

import io
import re

import pytest
import typst
from PIL import Image

from analytics.reports import TEMPLATES, document, pdf
from tests.unit.reports.pdf_text import pages_of

ABOUT = {"Marking": "OFFICIAL-SENSITIVE", "Workspace": "Testshire Police", "Run": "0123456789ab"}
HOSTILE = '#panic("x") $x$ *b* _i_ `c` <label> @ref = title \\ " // comment /* [ ] {'

REPORT = {
    "title": f"Hot spots {HOSTILE}",
    "about": ABOUT,
    "answer": HOSTILE,
    "sections": [
        {
            "heading": HOSTILE,
            "paragraphs": [HOSTILE],
            "facts": [["Harm", None], [HOSTILE, HOSTILE]],
            "list": [HOSTILE],
            "table": {
                "columns": ["Rank", HOSTILE],
                "align": ["right", "left"],
                "rows": [[rank, HOSTILE] for rank in range(1, 120)],
                "caption": HOSTILE,
            },
        }
    ],
}
SHEETS = {
    "title": "Shift sheets",
    "about": ABOUT,
    "sheets": [
        {
            "unit": HOSTILE,
            "shift": "Late",
            "facts": [["On", "14:00 to 22:00"]],
            "visits": [
                {"start": "14:20", "place": HOSTILE, "streets": HOSTILE, "minutes": 15, "note": ""}
            ],
            "notes": [HOSTILE],
        }
    ]
    * 3,
}
DATA = {name: SHEETS if name == "shift_sheet" else REPORT for name in TEMPLATES}


@pytest.fixture
def pages(monkeypatch):
    """A function that sets a template and returns its pages as SVG text."""
    real = typst.compile

    def compile_svg(files, **_):
        pages = real(files, format="svg", ignore_system_fonts=True)
        return pages if isinstance(pages, list) else [pages]

    def make(*arguments) -> list[bytes]:
        with monkeypatch.context() as patch:
            patch.setattr(document.typst, "compile", compile_svg)
            return pdf(None, *arguments)

    return make


def test_the_templates_are_there():
    assert TEMPLATES == (
        "dosage",
        "evaluation",
        "funder_return",
        "problem_profile",
        "shift_sheet",
    )


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_is_accessible_and_takes_any_text(template, tmp_path):
    content = pdf(tmp_path / "a.pdf", template, DATA[template])
    assert content.startswith(b"%PDF-1.7")
    assert (tmp_path / "a.pdf").read_bytes() == content
    assert re.search(rb"<pdfuaid:part>1</pdfuaid:part>", content)
    assert b"en-GB" in content


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_marking_is_on_every_page(template, pages):
    """The marking is set twice a page: without it each page has that much less text."""
    unmarked = {**DATA[template], "about": {**ABOUT, "Marking": ""}}
    marked_pages = pages(template, DATA[template])
    assert len(marked_pages) >= 3
    for marked, bare in zip(marked_pages, pages(template, unmarked), strict=False):
        glyphs = len(re.findall(rb"<use ", marked)) - len(re.findall(rb"<use ", bare))
        assert glyphs >= 2 * len("OFFICIAL-SENSITIVE")


def a_sheet(stops: int, briefed: str = "", controls: int = 0) -> dict:
    """A sheet of many stops at as many places, each with its corner and what to do there."""
    streets = "Marlgate Ringway / Lilac Crescent and Canon Street; Sycamore Rise"
    return {
        "unit": "C1",
        "shift": "night",
        "facts": [["On duty", "16:00 to 02:00, by car"]],
        "control": [[f"Left {number}", streets] for number in range(controls)],
        "visits": [
            {"start": "20:00", "place": f"Place {number}", "streets": streets, "minutes": 15}
            | {"why": "rank 12, 345 crimes", "recent": "2", "travel": 7}
            for number in range(stops)
        ],
        "places": [
            {
                "numbers": str(number + 1),
                "place": f"Place {number}",
                "lines": [["Why", "Rank 12; 345 crimes of the list (1.2%)"], ["Do", briefed]],
                "briefed": [["Do", briefed]] if briefed else [],
            }
            for number in range(stops)
        ],
        "notes": ["Stay 10 to 16 minutes.", "Called away? Answer the call."],
        "image": {"name": "map", "alt": "A map."},
        "low": {"name": "low", "alt": "A map."},
    }


def a_map(height: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (1760, height), "white").save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("sheet", "count"),
    [
        (a_sheet(4, "Be seen: stand in plain sight"), 1),
        (a_sheet(13, controls=14), 1),
        (a_sheet(25), 1),
        (a_sheet(25, controls=14), 1),
        (a_sheet(25, "Be seen: stand in plain sight. " * 8), 2),
    ],
)
def test_a_unit_keeps_to_one_page_or_says_that_it_goes_on_overleaf(sheet, count):
    data = {"title": "Sheets", "about": ABOUT, "sheets": [sheet, a_sheet(4)], "note": "Counted."}
    found = pages_of(pdf(None, "shift_sheet", data, {"map": a_map(860), "low": a_map(620)}))
    assert len(found) == count + 1
    front, stops = found[0], len(sheet["visits"])
    assert all(front.count(f"Place{number}MarlgateRingway") == 1 for number in range(stops))
    assert "Donotpatrolorstopattheseplaces" in front or not sheet["control"]
    assert all(f"Left{number}(" in front for number in range(len(sheet["control"])))
    assert ("overleaf" in front) is (count == 2)
    assert "Calledaway?" in front
    if count == 2:
        assert found[1].count("Beseen") == 8 * stops
    assert "Aboutthissheet" in found[-1]


def test_unknown_is_said_and_whole_numbers_have_separators(pages):
    def glyphs(value) -> int:
        section = {"heading": "H", "facts": [["Harm", value]]}
        found = pages("dosage", {"title": "T", "about": ABOUT, "sections": [section]})
        return sum(len(re.findall(rb"<use ", page)) for page in found)

    assert glyphs(None) == glyphs("not measurable")
    assert glyphs(1234567) == glyphs("1,234,567")


def test_an_unknown_template_is_refused():
    with pytest.raises(KeyError, match="problem_profile"):
        pdf(None, "nonsense", {})
