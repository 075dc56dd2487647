"""Tonight as an inspector does it: from sign-in to the printed sheet, then a unit is lost."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import ROOT, Visitor, command_line

SIZES = {"desktop": ("inspector", 1280, 1400), "phone": ("analyst", 390, 844)}


@pytest.fixture(scope="module")
def with_list(server):
    """The shared server with a hot spot list in force."""
    chosen = ROOT / "sample_data" / "chain" / "target.json"
    command_line(
        server.environment,
        *("target", str(server.workspace), "--valid-from", "2026-06-01", "--settings", str(chosen)),
    )
    return server


def the_sheet(page: Page, label: str = "Shift sheets (PDF)") -> bytes:
    """Press for the sheets and return the file."""
    button = page.get_by_role("button", name=label, exact=True).filter(visible=True)
    with page.expect_download(timeout=120_000) as download:
        button.click(timeout=60_000)
    return Path(download.value.path()).read_bytes()


def small_presses(page: Page) -> list[str]:
    """Buttons and tabs of the page that a thumb would miss: lower than 44 px."""
    return page.evaluate(
        """() => [...document.querySelectorAll(
            '.stMain .stButton button, .stMain .stDownloadButton button, .stMain [role=tab], '
            + '.stMain .stButtonGroup button')]
            .filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
            .map(one => one.innerText)"""
    )


@pytest.mark.parametrize("size", list(SIZES))
def test_tonights_sheet_is_printed_and_the_rest_planned_without_a_lost_unit(
    chromium, with_list, size
):
    role, width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    window = Visitor(context, with_list)
    page = window.open("tasking")
    window.sign_in(role)
    window.title()
    page.get_by_role("tab", name="Tonight").click(timeout=60_000)
    page.get_by_role("button", name="Make tonight's sheet").click(timeout=60_000)
    expect(page.locator("ol.stops li").first).to_be_visible(timeout=120_000)
    assert the_sheet(page).startswith(b"%PDF")

    lost = page.get_by_role("button", name=re.compile(" is off$"))
    expect(lost.first).to_be_visible()
    window.settle()
    count = lost.count()
    lost.first.click()
    expect(page.get_by_text("Planned anew from 20:00 without")).to_be_visible(timeout=120_000)
    window.settle()
    expect(lost).to_have_count(count - 1)
    assert the_sheet(page, "New shift sheets (PDF)").startswith(b"%PDF")
    page.get_by_role("button", name="Issue the new plan").click()
    expect(page.get_by_text("In force: plan-")).to_be_visible(timeout=60_000)
    assert small_presses(page) == [] or size == "desktop"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
    assert window.outside == []
