"""The chain by hand in a browser: a real file in, a list signed off, a plan made."""

import csv
import gzip

import pytest
from playwright.sync_api import expect

from components import steps
from tests.browser.serving import Visitor


@pytest.fixture(scope="module")
def own_server(serve):
    """A server whose workspace these tests may change."""
    return serve()


@pytest.fixture
def window(chromium, own_server):
    context = chromium.new_context(viewport={"width": 1280, "height": 1400}, locale="en-GB")
    window = Visitor(context, own_server)
    window.open("technology")
    window.sign_in("analyst")
    yield window
    context.close()
    assert window.outside == []
    assert window.complaints == []


def test_a_list_is_signed_off_and_a_plan_made_from_it(window):
    page = window.page
    window.open("targeting")
    assert window.title() == steps.QUESTIONS["targeting"]
    window.settle()
    page.get_by_role("tab", name="To decide").click()
    window.settle()
    undecided = page.get_by_role("button", name="No, leave them out")
    expect(undecided).not_to_have_count(0, timeout=30_000)
    sign_off = page.get_by_role("button", name="Sign off the list")
    for done in range(1, 9):  # a place left out lets the next in, which may need a decision too
        if sign_off.is_enabled():
            break
        reason = page.get_by_label("Reason").filter(visible=True).first
        reason.fill("Records heap here; it is not a public place.")
        reason.press("Tab")
        window.settle()
        undecided.first.click()
        # The tab stays open and says what was decided; nothing else shows that the press arrived.
        decided = page.get_by_text("Left out: Records heap here").filter(visible=True)
        expect(decided).to_have_count(done, timeout=60_000)
        window.settle()
    sign_off.click(timeout=60_000)
    expect(page.get_by_text("In force: version 1")).to_be_visible(timeout=60_000)

    window.open("tasking")
    assert window.title() == steps.QUESTIONS["tasking"]
    page.get_by_role("button", name="Make the plan").click(timeout=60_000)
    expect(page.get_by_role("button", name="Issue the plan")).to_be_visible(timeout=120_000)
    page.get_by_role("button", name="Issue the plan").click()
    expect(page.get_by_text("Issued as")).to_be_visible(timeout=30_000)


@pytest.mark.real
def test_a_real_file_goes_in_and_every_row_is_accounted_for(window, real_data):
    page = window.page
    file = (
        real_data / "police_uk_south_yorkshire" / "street" / "2018-01-south-yorkshire-street.csv.gz"
    )
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        rows = sum(1 for _ in csv.reader(lines)) - 1
    window.settle()
    page.get_by_role("tab", name="Load data").click()
    page.locator('input[type="file"]').set_input_files(str(file))
    # Another force's crimes lie outside the sample's boundary: the map is shown before the checks.
    expect(page.get_by_text("sampled points lie within the force boundary").first).to_be_visible(
        timeout=60_000
    )
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("What will be stored, and what kept aside?")).to_be_visible(
        timeout=60_000
    )
    page.get_by_role("button", name="Load", exact=True).click(timeout=60_000)
    expect(page.get_by_role("button", name="Load something else")).to_be_visible(timeout=90_000)

    expect(page.get_by_test_id("stMain")).to_contain_text(f"{rows:,}")
