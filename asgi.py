"""How the app is served: worker, security headers, and errors to the log instead of the screen.

Start it with `streamlit run asgi.py --server.address 127.0.0.1 --server.port 8501`.
"""

import logging
import os
import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from logging.handlers import RotatingFileHandler
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from analytics import cli
from analytics.programme import work
from analytics.workspace import SevenStepsError
from analytics.workspace.config import config
from components import shared

log = logging.getLogger("seven_steps")

# Without this the first deep link after a start runs the file in pages/ by itself, past app.py.
PagesManager.uses_pages_directory = False

CONTENT_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'self'",
        "frame-ancestors 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    ]
)
HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-frame-options": "SAMEORIGIN",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class SecurityHeaders:
    """Adds the headers above to every answer."""

    def __init__(self, app: Any):
        self._app = app

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        """Pass a request on, with headers added to the start of its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: dict) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.encode(), value.encode())
                        for name, value in HEADERS.items()
                        if name.encode() not in given
                    ),
                ]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def tell_of_error(error: Exception) -> bool:
    """Show a sentence or an incident number; the traceback goes to the log alone."""
    if isinstance(error, SevenStepsError):
        st.error(str(error))
        return True
    incident = secrets.token_hex(4)
    log.error("Incident %s", incident, exc_info=error)
    st.error(
        f"Something unexpected went wrong (incident {incident}). What was saved before is safe. "
        "Give the incident number to your administrator."
    )
    return True


def start_log() -> None:
    """Send warnings and errors of the whole process to a rotating file."""
    folder = config().log_folder or config().secrets / "log"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handler = RotatingFileHandler(
        folder / "seven-steps.log", maxBytes=5_000_000, backupCount=5, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.setLevel(logging.WARNING)
    logging.getLogger().addHandler(handler)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open the workspace and run its worker for as long as the server runs."""
    start_log()
    try:
        workspace = shared.workspace()
    except SevenStepsError as error:
        # There is nothing to serve and nothing to clean up; a traceback would help no one.
        print(error, file=sys.stderr, flush=True)
        os._exit(1)
    worker = work.start_worker(workspace, cli.run)
    try:
        yield
    finally:
        worker.stop()
        shared.close()


app = st.App(
    "app.py",
    lifespan=lifespan,
    middleware=[Middleware(SecurityHeaders)],
    on_script_error=tell_of_error,
)
