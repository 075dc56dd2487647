"""Files that are either whole or absent."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analytics.workspace import InputError


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a name beside `path` to write to; on success it takes the place of `path`.

    The name keeps the ending, by which some writers choose their format. Raises InputError when
    the folder cannot be written to.
    """
    target = Path(path)
    part = target.with_name(f".{target.stem}.{os.getpid()}.part{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        yield part
        part.replace(target)
    except OSError as error:
        raise InputError(
            f"It cannot be written: {error.strerror or error}. Choose another folder.",
            file=str(target),
        ) from error
    finally:
        if part.parent.is_dir():
            part.unlink(missing_ok=True)


def write_whole(path: str | Path, content: bytes) -> None:
    """Write bytes to a file so that a crash leaves the old file or the new one, never half."""
    with replacing(path) as part:
        part.write_bytes(content)
