"""One call of a command: what was asked, by whom, and where its words go."""

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from analytics.workspace import InputError, User
from analytics.workspace.plain import plain


@dataclass
class Call:
    """A parsed command with its user and its two outputs."""

    asked: argparse.Namespace
    user: User
    out: TextIO
    err: TextIO
    _last_message: str = field(default="", init=False)

    def path(self, given: Path) -> Path:
        """Return a typed path as seen from the folder it was typed in."""
        return self.asked.relative_to / given

    def answer(self, result: dict[str, Any], summary: list[str]) -> None:
        """Print the result: one JSON object with --json, otherwise the summary's lines."""
        if self.asked.json:
            text = json.dumps(plain(result), ensure_ascii=False, allow_nan=False)
        else:
            text = "\n".join([*summary, *(f"Note: {note}" for note in result.get("warnings", []))])
        self.out.write(text + "\n")

    def progress(self, share: float, message: str) -> None:
        """Print what is being done to standard error, once per message."""
        if message != self._last_message:
            self._last_message = message
            self.err.write(f"{message} ({share:.0%})\n")
            self.err.flush()

    def out_folder(self) -> Path | None:
        """Return the folder for files, made when absent, before work is done for nothing."""
        if self.asked.out is None:
            return None
        folder = self.path(self.asked.out)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"The folder '{folder}' cannot be made: {error.strerror}. Choose another."
            ) from error
        return folder

    def read_text(self, given: Path) -> str:
        """Return the text of a small file; raises InputError when it cannot be read."""
        file = self.path(given)
        try:
            return file.read_text(encoding="utf-8-sig")
        except FileNotFoundError as error:
            raise InputError("There is no such file. Check the path.", file=str(given)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                "It cannot be read as text. Check the file.", file=str(given)
            ) from error

    def read_object(self, given: Path) -> dict[str, Any]:
        """Return a JSON file's one object; raises InputError when it holds anything else."""
        try:
            value = json.loads(self.read_text(given))
        except (json.JSONDecodeError, RecursionError) as error:
            raise InputError("It is not valid JSON. Correct it.", file=str(given)) from error
        if not isinstance(value, dict):
            raise InputError("It must hold one JSON object, such as {}.", file=str(given))
        return value
