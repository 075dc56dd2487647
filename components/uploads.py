"""Uploaded files, put down beside the workspace so that analytics reads them as paths."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from analytics.workspace.tidy import UPLOADS
from components import shared


def files(label: str, types: Sequence[str] | None, key: str, *, help: str = "") -> list[Path]:
    """Draw an upload field and return the files as paths with their own names.

    Each file lies in a folder of its own inside the workspace, until `remove` or for a day, and is
    as sensitive as the workspace itself. Files above 200 MB go through the inbox folders.
    """
    uploaded = st.file_uploader(
        label,
        type=list(types) if types else None,
        accept_multiple_files=True,
        key=key,
        help=help or None,
    )
    folder = shared.workspace().path / UPLOADS
    folder.mkdir(exist_ok=True)
    return [_put_down(folder, file) for file in uploaded or []]


def release(key: str) -> None:
    """Free the memory that an upload field holds, once its files are put down."""
    context = get_script_run_ctx()
    if context is None:
        return
    for file in st.session_state.get(key) or []:
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def remove(paths: Sequence[Path]) -> None:
    """Delete files that were put down and are now loaded: they name persons as they came."""
    folder = shared.workspace().path / UPLOADS
    for path in paths:
        if path.parent.parent == folder:
            shutil.rmtree(path.parent, ignore_errors=True)


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
