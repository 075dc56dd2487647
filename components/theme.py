"""Colours with one meaning each, and the few style rules that the theme file cannot express."""

import streamlit as st

INK = "#14202E"
FONT = "'Source Sans', sans-serif"
QUIET = "#55616F"
FAINT = "#8A95A3"
LINE = "#D9DFE7"
BLUE = "#1D4F91"
RED = "#D1495B"
CATEGORIES = ("#1D4F91", "#D1495B", "#EDAE49", "#2E8B7A", "#7A5195", "#6B7785")
NEED = ("#FFF3E0", "#FFC56E", "#F5841F", "#C8441A", "#570F1B")
"""More need, harm or crime."""
PATROL = ("#EAF1FA", "#B3CDEB", "#6C9BD2", "#2F69AE", "#0F2F5C")
"""More patrol."""
RAMPS = {"need": NEED, "patrol": PATROL}
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#1D4F91" '
    'd="M16 1 29 8.5v15L16 31 3 23.5v-15Z"/><path fill="#F5841F" d="M16 9l6 3.5v7L16 23l-6-3.5v-7Z"/>'
    "</svg>"
)
"""The browser tab's picture. A named icon would be fetched from another host."""

_STYLE = """
<style>
.stMainBlockContainer { padding-top: 2.6rem; padding-bottom: 4rem; max-width: 84rem; }
.stMainBlockContainer h1 { padding-top: 0.1rem; padding-bottom: 0.35rem; line-height: 1.25; }
.st-key-marking p { font-size: 0.8rem; letter-spacing: 0.02em; }
.st-key-answer p { font-size: 1.05rem; line-height: 1.55; max-width: 62rem; }
.st-key-cookies { display: none; }
.st-key-step-rows { border-top: 1px solid rgba(107, 119, 133, 0.28); }
.st-key-step-rows [class*="st-key-row-"] { padding: 0.55rem 0;
  border-bottom: 1px solid rgba(107, 119, 133, 0.28); }
.stMain .stPageLink a p, .stMain .stPageLink a span { color: LINK; font-weight: 600; }
.st-key-next-action { padding: 0.9rem 1.1rem; border-left: 4px solid #1D4F91; }
.stMain [data-testid="stCaptionContainer"] { color: QUIET; opacity: 1; }
.st-key-map-told { min-height: 7rem; }
[data-testid^="stBaseButton-primary"]:not(:disabled) * { color: ON_PRIMARY; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
h2.tagline { font-size: 1rem; font-weight: 400; padding: 0; }
.stElementContainer:has(.unseen), .stElementContainer:has(> .stHtml > style) {
  position: absolute; max-width: 1px; }
.legend { display: flex; flex-wrap: wrap; gap: 0.35rem 1.1rem; font-size: 0.83rem; margin: 0; }
.legend span { display: inline-flex; align-items: center; gap: 0.4rem; }
.legend i { width: 0.85rem; height: 0.85rem; border-radius: 2px; display: inline-block;
  border: 1px solid rgba(20, 32, 46, 0.35); flex: none; }
.legend i.round { border-radius: 50%; }
.legend i.line { height: 0; border: 0; border-top: 2px solid #6B7785; border-radius: 0; }
ol.stops, .stHtml ol.stops { list-style: none; margin: 0; padding: 0; max-height: 430px; overflow-y: auto; }
.stHtml ol.stops li { display: flex; gap: 0.8rem; padding: 0.45rem 0.2rem; margin: 0;
  border-bottom: 1px solid rgba(107, 119, 133, 0.28); }
@media (min-width: 641px) { .st-key-tonight-panel .stButtonGroup button { min-height: 38px; } }
.stops li > b { font-size: 1.1rem; font-variant-numeric: tabular-nums; min-width: 3.1rem; }
.stops small { display: block; color: QUIET; font-size: 0.83rem; line-height: 1.4; }
.stops summary { cursor: pointer; font-size: 0.83rem; color: LINK; padding: 0.25rem 0; }
@media (max-width: 640px) {
  .stops summary { line-height: 44px; padding: 0; }
  .stHtml ol.stops { max-height: none; }
  .stButtonGroup > div { flex-wrap: wrap; }
  div:has(> .st-key-tonight-lost) { order: 1; }
  .stMainBlockContainer { padding: 4.2rem 1rem 3rem 1rem; }
  .st-key-step-rows .stHorizontalBlock { gap: 0.3rem; }
  .st-key-step-rows .stColumn:nth-child(-n+2) { flex: 1 1 42%; min-width: 42%; }
  .st-key-tonight-panel .stHorizontalBlock:has(> .stColumn) { gap: 0.4rem 0.6rem; }
  .st-key-tonight-panel .stColumn { flex: 1 1 22%; min-width: 22%; }
  .st-key-tonight-panel .stColumn:nth-child(2) { flex: 1 1 60%; min-width: 60%; }
  .st-key-tonight-panel .stColumn:nth-child(3), .st-key-tonight-panel .stColumn:nth-child(4) {
    flex: 1 1 45%; min-width: 45%; }
  .st-key-tonight-panel .stColumn:nth-child(5) { flex: 1 1 100%; min-width: 100%; }
  .stButton button, .stDownloadButton button, .stPopover button, .stFormSubmitButton button,
  .stPageLink a, .stButtonGroup button, .stNumberInput button, .stExpander summary,
  .stDateInput [role="group"], .stTimeInput [role="group"],
  [data-testid="stTab"], [data-testid="stSidebarNavLink"] { min-height: 44px; }
  .stTextInput input, .stNumberInput input, .stDateInput input, .stTimeInput input,
  .stSelectbox [role="group"], .stMultiSelect [role="group"] { min-height: 44px; }
}
</style>
"""


def apply() -> None:
    """Add the style rules to the page."""
    link, quiet = ("#9CC3F5", "#AAB6C4") if is_dark() else (BLUE, QUIET)
    # White on the light blue of the dark theme would be too faint to read.
    on_primary = paper() if is_dark() else "#FFFFFF"
    colours = {"LINK": link, "QUIET": quiet, "ON_PRIMARY": on_primary}
    style = _STYLE
    for name, colour in colours.items():
        style = style.replace(name, colour)
    st.html(style)


def is_dark() -> bool:
    """Whether the browser shows the dark theme."""
    return st.context.theme.type == "dark"


def ink() -> str:
    """Return the text colour of the present theme, for marks drawn by hand."""
    return "#E8EDF3" if is_dark() else INK


def paper() -> str:
    """Return the ground colour of the present theme."""
    return "#0E1621" if is_dark() else "#FFFFFF"


def rgb(colour: str, alpha: int = 255) -> list[int]:
    """Return [red, green, blue, alpha] (0-255) of a "#RRGGBB" colour."""
    return [*(int(colour[place : place + 2], 16) for place in (1, 3, 5)), alpha]


def shade(ramp: str, share: float) -> str:
    """Return the colour at `share` (0-1) of the need or patrol ramp."""
    stops = RAMPS[ramp]
    at = min(max(share, 0.0), 1.0) * (len(stops) - 1)
    below = min(int(at), len(stops) - 2)
    low, high = rgb(stops[below]), rgb(stops[below + 1])
    mixed = [round(a + (b - a) * (at - below)) for a, b in zip(low[:3], high[:3], strict=True)]
    return "#" + "".join(f"{part:02X}" for part in mixed)


def colour_scale(ramp: str) -> list[list]:
    """Return a ramp in plotly's form: [[0, colour], ... [1, colour]]."""
    stops = RAMPS[ramp]
    return [[place / (len(stops) - 1), colour] for place, colour in enumerate(stops)]
