"""Every page in a browser: drawn, readable by all, on a phone too, and asking no other host."""

import io
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from components import navigation, steps
from tests.browser.serving import ROOT, Visitor, free_port, start, stop

SEEN_BY = dict.fromkeys(navigation.PAGES, "analyst") | {"admin": "admin"}

EMPTY_PAGE = """
import streamlit as st
st.set_page_config(page_title="Empty", layout="wide")
def one():
    st.title("An empty page")
    st.markdown("With one sentence.")
def two():
    st.title("Another")
st.navigation([st.Page(one, title="One", icon=":material/home:"), st.Page(two, title="Two")]).run()
"""


def address(page: str) -> str:
    return "" if page == "home" else page


def violations(page) -> dict[str, str]:
    found = Axe().run(page).response["violations"]
    return {
        rule["id"]: "; ".join(node["html"][:160] for node in rule["nodes"][:3]) for rule in found
    }


@pytest.fixture(scope="module")
def empty_violations(chromium, server, tmp_path_factory) -> set[str]:
    """What axe holds against a Streamlit page of the same layout without anything of ours."""
    folder: Path = tmp_path_factory.mktemp("plain")
    script = folder / "plain.py"
    script.write_text(EMPTY_PAGE)
    (folder / ".streamlit").mkdir()
    theme = (ROOT / ".streamlit" / "config.toml").read_text()
    (folder / ".streamlit" / "config.toml").write_text(theme)
    port = free_port()
    process = start(script, port, server.environment, folder / "log")
    context = chromium.new_context(viewport={"width": 1280, "height": 1400}, locale="en-GB")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}")
    page.get_by_role("heading", level=1).wait_for(timeout=30_000)
    page.wait_for_timeout(500)
    found = set(violations(page))
    context.close()
    stop(process)
    return found


@pytest.mark.parametrize("page", list(navigation.PAGES))
def test_a_page_is_drawn_for_all_and_asks_no_other_host(chromium_session, empty_violations, page):
    window: Visitor = chromium_session(SEEN_BY[page])
    window.outside.clear()
    window.complaints.clear()
    window.open(address(page))

    assert window.title() == steps.QUESTIONS[page]
    window.settle()
    window.page.wait_for_timeout(1_500)
    expect(window.page.get_by_text("SYNTHETIC", exact=True).first).to_be_visible()
    assert window.page.get_by_text("Something unexpected went wrong").count() == 0
    found = violations(window.page)
    assert {rule: html for rule, html in found.items() if rule not in empty_violations} == {}
    assert window.outside == []
    assert window.complaints == []


def test_the_sign_in_page_is_readable_by_all(visitor, empty_violations):
    visitor.open()
    visitor.page.get_by_label("Username").wait_for(timeout=30_000)
    visitor.settle()
    found = violations(visitor.page)
    assert {rule: html for rule, html in found.items() if rule not in empty_violations} == {}


def test_the_map_is_drawn_and_not_blank(chromium_session):
    window = chromium_session("analyst")
    window.open("targeting")
    window.title()
    window.settle()
    drawing = window.page.get_by_test_id("stDeckGlJsonChart").first
    drawing.scroll_into_view_if_needed(timeout=60_000)
    window.page.wait_for_timeout(4_000)

    pixels = np.asarray(Image.open(io.BytesIO(drawing.screenshot())).convert("RGB")).astype(int)

    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    orange = (red > 150) & (red - blue > 60) & (green < red)
    assert orange.mean() > 0.01, "no hot spot is drawn in the colours of need"
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 200
    assert window.outside == []


@pytest.mark.parametrize("page", ["home", "tasking"])
def test_a_phone_shows_one_column_that_a_thumb_can_use(phone, page):
    phone.open(address(page))
    phone.sign_in("inspector")
    assert phone.title() == steps.QUESTIONS[page]
    phone.settle()

    main = phone.page.get_by_test_id("stMain")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert main.evaluate("box => box.scrollWidth") <= 390
    for kind in (
        ".stButton button",
        ".stPageLink a",
        ".stDownloadButton button",
        ".stFormSubmitButton button",
    ):
        for button in main.locator(kind).all():
            if button.is_visible():
                box = button.bounding_box()
                assert box["height"] >= 44, button.inner_text()
                assert box["x"] + box["width"] <= 390, button.inner_text()
