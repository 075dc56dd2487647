"""PDFs: accessible, marked, and safe against what an extract may hold."""

import re

import pytest
import typst

from analytics.reports import TEMPLATES, document, pdf

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
