"""The open workspace: one DuckDB file, one connection, a cursor per call, one write lock."""

import json
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd

from analytics.workspace import audit, database, migrations, schema
from analytics.workspace.config import config
from analytics.workspace.facts import checked_crs, checked_timezone
from analytics.workspace.errors import Refused, WorkspaceError
from analytics.workspace.keys import Keys
from analytics.workspace.roles import User
from analytics.workspace.times import now_ms
from analytics.workspace.transaction import Transaction


class Workspace:
    """A folder with a DuckDB file, registered ping files, a queue and inboxes.

    Reads take a cursor each and run at the same time; writes pass one lock. Open it once per
    process with `Workspace.open` or `Workspace.create` and share the object between threads.
    """

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection):
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()
        self.workspace_id = self._meta("workspace_id")
        self.keys = Keys(config().secrets / self.workspace_id)

    # -- opening and closing ---------------------------------------------------------------

    @classmethod
    def create(
        cls,
        path: str | Path,
        user: User,
        *,
        crs: str = "EPSG:27700",
        timezone: str = "Europe/London",
        name: str = "",
        is_sample: bool = False,
        as_of: date | None = None,
    ) -> "Workspace":
        """Make an empty workspace in a new or empty folder.

        Raises WorkspaceError when the folder already holds one or holds other files, InputError
        when the CRS or time zone is unknown.
        """
        folder = Path(path)
        database.check_path(folder)
        if (folder / database.DATABASE).exists():
            raise WorkspaceError(f"'{folder}' already holds a workspace. Choose another folder.")
        if folder.exists() and any(folder.iterdir()):
            raise WorkspaceError(f"'{folder}' is not empty. Choose a new folder.")
        values = {
            "workspace_id": secrets.token_hex(8),
            "crs": checked_crs(crs),
            "timezone": checked_timezone(timezone),
            "day_starts": "06:00",
            "name": name or folder.name,
            "is_sample": json.dumps(is_sample),
            "as_of": as_of.isoformat() if as_of else "",
            "schema_version": str(schema.VERSION),
            "created_ms": str(now_ms()),
        }
        folder.mkdir(parents=True, exist_ok=True)
        # Crimes, positions and spills lie in it: no one else on the machine may look.
        folder.chmod(0o700)
        connection = database.connect(folder)
        keys = Keys(config().secrets / values["workspace_id"])
        values["hash_key_check"] = keys.create()
        database.fill(connection, values)
        workspace = cls(folder, connection)
        database.make_folders(folder)
        workspace.log(user, "create", "workspace", workspace.workspace_id, {"crs": values["crs"]})
        return workspace

    @classmethod
    def open(cls, path: str | Path) -> "Workspace":
        """Open an existing workspace, migrating an older one forward.

        Raises WorkspaceBusy when another process holds it and WorkspaceError when there is none
        or when it was written by newer code.
        """
        folder = Path(path)
        database.check_path(folder)
        if not (folder / database.DATABASE).exists():
            raise WorkspaceError(
                f"There is no workspace in '{folder}'. Make one with: "
                f"python -m analytics init {folder}"
            )
        connection = database.connect(folder)
        try:
            migrations.migrate(connection.cursor())
            workspace = cls(folder, connection)
        except Exception:
            connection.close()
            raise
        database.make_folders(folder)
        database.remove_strays(folder, workspace.ping_files())
        return workspace

    def close(self) -> None:
        """Close the connection; the object cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- facts -----------------------------------------------------------------------------

    @property
    def crs(self) -> str:
        """The one projected CRS in metres, as "EPSG:n"."""
        return self._meta("crs")

    @property
    def timezone(self) -> ZoneInfo:
        """The force's local time zone."""
        return ZoneInfo(self._meta("timezone"))

    @property
    def day_starts_minutes(self) -> int:
        """Minutes after midnight at which a patrol day begins (default 06:00)."""
        hours, minutes = self._meta("day_starts").split(":")
        return int(hours) * 60 + int(minutes)

    @property
    def name(self) -> str:
        """The force's name as shown on every page."""
        return self._meta("name")

    @property
    def is_sample(self) -> bool:
        """Whether this is the synthetic sample town; its screens and exports say SYNTHETIC."""
        return json.loads(self._meta("is_sample"))

    @property
    def marking(self) -> str:
        """The protective marking for pages and exports."""
        return "SYNTHETIC" if self.is_sample else config().marking

    @property
    def pings_folder(self) -> Path:
        """Folder of the registered Parquet ping files."""
        return self.path / database.PING_FOLDER

    def today(self) -> date:
        """The patrol day it is now; the sample town stands still at its own date."""
        as_of = self._meta("as_of")
        if as_of:
            return date.fromisoformat(as_of)
        local = datetime.now(self.timezone) - timedelta(minutes=self.day_starts_minutes)
        return local.date()

    def change_fact(self, user: User, name: str, value: str) -> None:
        """Change a named fact of the workspace (name, day_starts, as_of ...), audited."""
        self.require(user, "manage_workspace")
        with self.write(user, "alter", "workspace", name, {"value": value}) as transaction:
            transaction.execute("UPDATE meta SET value = ? WHERE name = ?", [value, name])

    # -- reading ---------------------------------------------------------------------------

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return a cursor of its own for one thread and one call; close it after use."""
        return self._connection.cursor()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple]:
        """Run a query and return its rows as tuples."""
        with self.cursor() as cursor:
            return cursor.execute(sql, list(values)).fetchall()

    def frame(self, sql: str, values: Sequence[Any] = ()) -> pd.DataFrame:
        """Run a query and return its rows as a pandas frame."""
        with self.cursor() as cursor:
            return cursor.execute(sql, list(values)).df()

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Run a query and return the first value of its first row, or None."""
        rows = self.rows(sql, values)
        return rows[0][0] if rows else None

    def fingerprint(self, *feeds: str) -> str:
        """Name the data that the feeds hold now: changes with every load, undo and purge."""
        marks = ", ".join("?" for _ in feeds)
        rows = self.rows(
            "SELECT feed, load_id, fingerprint FROM loads "
            f"WHERE NOT is_undone AND feed IN ({marks}) ORDER BY at_ms, load_id",
            feeds,
        )
        purges = self.rows(
            f"SELECT at_ms, feed FROM purges WHERE feed IN ({marks}) ORDER BY at_ms", feeds
        )
        return audit.digest([list(map(list, rows)), list(map(list, purges))])[:16]

    def ping_files(self) -> list[str]:
        """Return the full paths of the registered ping files, oldest day first."""
        return [
            str(self.pings_folder / name)
            for (name,) in self.rows("SELECT file FROM ping_files ORDER BY day, file")
        ]

    # -- writing ---------------------------------------------------------------------------

    @contextmanager
    def write(
        self,
        user: User,
        action: str,
        object_type: str,
        object_id: str,
        detail: object = None,
    ) -> Iterator[Transaction]:
        """Hold the write lock for one transaction and record it in the audit log with it."""
        with self._lock:
            with self.bookkeeping() as transaction:
                yield transaction
                length, head = transaction.audit(user, action, object_type, object_id, detail)
            self._record_head(length, head)

    @contextmanager
    def bookkeeping(self) -> Iterator[Transaction]:
        """Hold the write lock for a transaction that is no one's act: job progress, drafts."""
        with self._lock, self.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield Transaction(cursor)
                cursor.execute("COMMIT")
            except BaseException:
                cursor.execute("ROLLBACK")
                raise

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Hold the write lock so that nothing changes meanwhile (backup, purge of files)."""
        with self._lock:
            yield

    def log(
        self, user: User, action: str, object_type: str, object_id: str, detail: object = None
    ) -> None:
        """Record something that changes no table (a refusal, a sign-in, an export)."""
        with self.write(user, action, object_type, object_id, detail):
            pass

    def log_view(self, user: User, object_type: str, object_id: str) -> None:
        """Record a view of record-level data, once per user, object and quarter of an hour."""
        quarter_ms = now_ms() // 900_000 * 900_000
        seen = self.value(
            "SELECT count(*) FROM audit WHERE username = ? AND action = 'consult' "
            "AND object_type = ? AND object_id = ? AND at_ms >= ?",
            [user.username, object_type, object_id, quarter_ms],
        )
        if not seen:
            self.log(user, "consult", object_type, object_id)

    def require(self, user: User, action: str) -> None:
        """Raise Refused, and record the refusal, unless the user may do `action`."""
        if not user.may(action):
            self.log(user, "refuse", "action", action)
            roles = ", ".join(sorted(user.roles)) or "no role"
            raise Refused(
                f"{user.name} ({roles}) may not do this. Ask an administrator for a role that may."
            )

    # -- inside ----------------------------------------------------------------------------

    def _meta(self, name: str) -> str:
        return self.value("SELECT value FROM meta WHERE name = ?", [name])

    def _record_head(self, length: int, head: str) -> None:
        try:
            self.keys.write_head(length, head)
        except OSError as error:
            raise WorkspaceError(
                "It is saved, but the head of the audit log cannot be written to "
                f"'{self.keys.folder}': {error.strerror}. Make room there or correct the "
                "permissions."
            ) from error
