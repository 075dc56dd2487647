"""Where things are and how much they may use: one documented file, or the environment.

The file is TOML, named by SEVEN_STEPS_CONFIG; each name below may also be given as an environment
variable with the prefix SEVEN_STEPS_ (SEVEN_STEPS_MEMORY_LIMIT=8GB), which wins over the file.
"""

import os
import tomllib
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from analytics.workspace.errors import WorkspaceError

PREFIX = "SEVEN_STEPS_"


class Config(BaseModel):
    """Paths and limits of one installation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    workspace: Path = Path("workspace")
    """Folder of the workspace that the app opens."""
    secrets: Path = Path.home() / ".local" / "state" / "seven-steps"
    """Folder outside every workspace: hash keys, cookie keys and heads of audit logs."""
    log_folder: Path | None = None
    """Folder of the rotating log file; beside the secrets when absent."""
    memory_limit: str = "4GB"
    """Most memory DuckDB may use before it spills to the workspace's own temporary folder."""
    threads: int = 2
    """Threads DuckDB may use."""
    spark: str = ""
    """Address of Apache Spark for the ping SQL (local[2], spark://host:7077, sc://host:15002)."""
    marking: str = "OFFICIAL-SENSITIVE"
    """Protective marking at the head of every page and export."""
    session_hours: float = 10.0
    """Length of a sign-in: one shift."""
    max_unpacked_gb: float = 8.0
    """Most that a zip or gzip may unpack to before it is refused."""


@lru_cache(maxsize=1)
def config() -> Config:
    """Read the configuration once; raises WorkspaceError when the file or a value is wrong."""
    values: dict[str, object] = {}
    file = os.environ.get(PREFIX + "CONFIG")
    if file:
        try:
            values.update(tomllib.loads(Path(file).read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise WorkspaceError(
                f"The configuration file '{file}' cannot be read: {error}."
            ) from error
    for name in Config.model_fields:
        if (given := os.environ.get(PREFIX + name.upper())) is not None:
            values[name] = given
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise WorkspaceError(f"Configuration '{name}': {first['msg'].lower()}.") from error
