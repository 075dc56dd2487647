"""Handing the sign-in cookie to the browser and taking it back."""

from datetime import datetime

import extra_streamlit_components as stx
import streamlit as st

COOKIE = "seven-steps"
_PENDING = "_cookie_to_write"


def show_cookie(text: str, ends_at: float) -> None:
    """Ask for a cookie that ends at `ends_at` (epoch seconds), from the next run on."""
    st.session_state[_PENDING] = {"text": text, "ends_at": ends_at}


def forget_cookie() -> None:
    """Ask for the cookie to be deleted, from the next run on."""
    st.session_state[_PENDING] = {"text": "", "ends_at": 0.0}


def write_pending() -> None:
    """Put the invisible frame that writes on the page, if there is anything to write.

    It stays for the rest of the tab's life: a frame removed too early writes nothing.
    """
    pending = st.session_state.get(_PENDING)
    if pending is None:
        return
    with st.container(key="cookies"):
        manager = stx.CookieManager(key="cookie-manager")
        if not pending["text"]:
            manager.cookies.setdefault(COOKIE, "")
            manager.delete(COOKIE, key="cookie-delete")
            return
        is_secure = bool(st.context.url) and st.context.url.startswith("https:")
        ends_at = datetime.fromtimestamp(pending["ends_at"])
        manager.set(
            COOKIE, pending["text"], key="cookie-set", expires_at=ends_at, secure=is_secure or None
        )
