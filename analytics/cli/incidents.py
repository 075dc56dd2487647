"""Unexpected errors of the command line: to the log file, with a number to quote."""

import logging
import secrets
import types
from logging.handlers import RotatingFileHandler

from analytics.workspace.config import config

LOG_FILE = "command-line.log"


def record(
    kind: type[BaseException], error: BaseException, trace: types.TracebackType | None
) -> str:
    """Write the error with its traceback to the log and return the sentence to show."""
    number = secrets.token_hex(4)
    folder = config().log_folder or config().secrets / "log"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handler = RotatingFileHandler(
        folder / LOG_FILE, maxBytes=2_000_000, backupCount=5, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger = logging.getLogger("seven-steps.command-line")
    logger.propagate = False
    logger.addHandler(handler)
    logger.error("Incident %s", number, exc_info=(kind, error, trace))
    handler.close()
    return (
        f"Something unexpected went wrong (incident {number}). The details are in "
        f"'{folder / LOG_FILE}'; hand them to whoever looks after this program."
    )
