"""Uploaded files, put down beside the workspace so that analytics reads them as paths."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from components import shared

_FOLDER = "uploads"
_KEPT_SECONDS = 86_400


def files(label: str, types: Sequence[str] | None, key: str, *, help: str = "") -> list[Path]:
    """Draw an upload field and return the files as paths with their own names.

    Each file lies in a folder of its own inside the workspace, is deleted after a day, and is as
    sensitive as the workspace itself. Files above 200 MB go through the inbox folders.
    """
    uploaded = st.file_uploader(
        label,
        type=list(types) if types else None,
        accept_multiple_files=True,
        key=key,
        help=help or None,
    )
    folder = shared.workspace().path / _FOLDER
    folder.mkdir(exist_ok=True)
    _remove_old(folder)
    return [_put_down(folder, file) for file in uploaded or []]


def _put_down(folder: Path, file: "st.runtime.uploaded_file_manager.UploadedFile") -> Path:
    target = folder / file.file_id / Path(file.name).name
    if not target.exists():
        target.parent.mkdir(exist_ok=True)
        part = target.with_name(target.name + ".part")
        file.seek(0)
        with part.open("wb") as out:
            shutil.copyfileobj(file, out)
        part.replace(target)
    return target


def _remove_old(folder: Path) -> None:
    for upload in folder.iterdir():
        if time.time() - upload.stat().st_mtime > _KEPT_SECONDS:
            shutil.rmtree(upload, ignore_errors=True)
