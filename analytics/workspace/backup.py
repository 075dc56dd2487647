"""Backup to one file and restore into a new folder that is then switched to."""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_hex

import duckdb

from analytics.workspace import retention, schema
from analytics.workspace.config import config
from analytics.workspace.errors import Refused, WorkspaceError
from analytics.workspace.keys import Keys
from analytics.workspace.roles import User
from analytics.workspace.database import DATABASE, PING_FOLDER
from analytics.workspace.store import Workspace
from analytics.workspace.transaction import Transaction
from analytics.workspace.times import now_ms

MANIFEST = "manifest.json"
KEPT_TABLES = ("people", "person_roles", "sessions", "sign_in_failures", "audit", "purges")
"""Tables that stay those of the present workspace when an older state comes back.

Sessions are among them: one that was ended since the backup must not come to life again.
"""


@dataclass(frozen=True)
class Backup:
    """A backup file: its size and SHA-256 (hex)."""

    file: str
    bytes: int
    sha256: str


def backup(workspace: Workspace, user: User, file: str | Path) -> Backup:
    """Write the database and every registered ping file to one zip; the hash key is not in it.

    Raises WorkspaceError when the file exists or its folder does not.
    """
    workspace.require(user, "manage_workspace")
    target = Path(file)
    if target.exists():
        raise WorkspaceError(f"'{target}' already exists. Choose another name.")
    if not target.parent.is_dir():
        raise WorkspaceError(f"The folder '{target.parent}' does not exist. Make it first.")
    workspace.log(user, "disclose", "backup", target.name)
    with tempfile.TemporaryDirectory(dir=workspace.path / "spill") as folder:
        members = _snapshot(workspace, Path(folder))
        manifest = {
            "workspace_id": workspace.workspace_id,
            "schema_version": schema.VERSION,
            "hash_key_check": workspace.keys.check_value(),
            "made_ms": now_ms(),
            "members": {name: _sha256(path) for name, path in members.items()},
        }
        part = target.with_name(target.name + ".part")
        part.unlink(missing_ok=True)
        try:
            part.touch(mode=0o600)
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                archive.writestr(MANIFEST, json.dumps(manifest))
                for name, path in members.items():
                    archive.write(path, name)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    return Backup(str(target), target.stat().st_size, _sha256(target))


def restore(
    file: str | Path, folder: str | Path, user: User, *, hash_key: str | None = None
) -> Backup:
    """Bring a backup back as the workspace in `folder`.

    Where `folder` already holds that workspace (closed), its people, audit log and purge ledger
    stay, later purges are replayed, and the state before is kept beside it. Raises Refused without
    the right to manage the workspace, WorkspaceError when the file is damaged, is of another
    workspace, or when the hash key is not at hand.
    """
    if not user.may("manage_workspace"):
        raise Refused(f"{user.name} may not restore a workspace. Ask an administrator.")
    source, target = Path(file), Path(folder)
    if not source.is_file():
        raise WorkspaceError(f"There is no file '{source}'. Check the path.")
    holds_workspace = (target / DATABASE).exists()
    if not holds_workspace and target.exists() and any(target.iterdir()):
        raise WorkspaceError(f"'{target}' is not empty. Choose a new folder.")
    fresh = target.with_name(target.name + ".restoring")
    if fresh.exists():
        shutil.rmtree(fresh)
    try:
        manifest = _unpack(source, fresh)
        if holds_workspace:
            _continue_present(fresh, target, manifest)
        else:
            _start_anew(fresh, manifest, hash_key)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    if holds_workspace:
        target.rename(target.with_name(f"{target.name}.before-restore-{now_ms()}"))
    elif target.exists():
        target.rmdir()
    fresh.rename(target)
    restored = Backup(str(source), source.stat().st_size, _sha256(source))
    with Workspace.open(target) as workspace:
        workspace.log(user, "create", "restore", source.name, asdict(restored))
    return restored


def _snapshot(workspace: Workspace, folder: Path) -> dict[str, Path]:
    """Copy the database and link the ping files while nothing changes."""
    database = folder / DATABASE
    members = {DATABASE: database}
    with workspace.quiet(), workspace.cursor() as cursor:
        source = cursor.execute("SELECT current_database()").fetchone()[0]
        cursor.execute("ATTACH ? AS backup_copy", [str(database)])
        cursor.execute(f'COPY FROM DATABASE "{source}" TO backup_copy')
        cursor.execute("DETACH backup_copy")
        for path in map(Path, workspace.ping_files()):
            link = folder / path.name
            os.link(path, link)
            members[f"{PING_FOLDER}/{path.name}"] = link
    return members


def _unpack(source: Path, fresh: Path) -> dict:
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            names = set(manifest["members"])
            if set(archive.namelist()) != names | {MANIFEST} or any(".." in name for name in names):
                raise WorkspaceError(f"'{source}' does not hold what its manifest says.")
            if manifest["schema_version"] > schema.VERSION:
                raise WorkspaceError(
                    f"'{source}' was made by a newer program. Install that program first."
                )
            fresh.mkdir(parents=True)
            fresh.chmod(0o700)
            for name, expected in manifest["members"].items():
                archive.extract(name, fresh)
                if _sha256(fresh / name) != expected:
                    raise WorkspaceError(f"'{source}' is damaged: '{name}' has changed.")
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError) as error:
        raise WorkspaceError(
            f"'{source}' is not a backup of a workspace. Give a file that 'backup' wrote."
        ) from error
    return manifest


def _continue_present(fresh: Path, present: Path, manifest: dict) -> None:
    Workspace.open(present).close()  # refuses one that is open elsewhere or newer
    with duckdb.connect(str(fresh / DATABASE)) as database:
        database.execute("ATTACH ? AS present (READ_ONLY)", [str(present / DATABASE)])
        (present_id,) = database.execute(
            "SELECT value FROM present.meta WHERE name = 'workspace_id'"
        ).fetchone()
        (origin_id,) = database.execute(
            "SELECT coalesce(max(value), '') FROM present.meta WHERE name = 'restored_from'"
        ).fetchone()
        if manifest["workspace_id"] not in (present_id, origin_id):
            raise WorkspaceError(
                f"The backup is of another workspace than '{present}'. Restore to a new folder."
            )
        database.execute("BEGIN")
        for table in KEPT_TABLES:
            database.execute(f"DELETE FROM {table}")
            database.execute(f"INSERT INTO {table} SELECT * FROM present.{table}")
        database.execute("UPDATE meta SET value = ? WHERE name = 'workspace_id'", [present_id])
        retention.replay(Transaction(database), fresh / PING_FOLDER)
        database.execute("COMMIT")


def _start_anew(fresh: Path, manifest: dict, hash_key: str | None) -> None:
    """Give the copy an identity of its own, so that two copies never share one log head."""
    old_keys = Keys(config().secrets / manifest["workspace_id"])
    key = hash_key or (old_keys.escrow() if old_keys.has_hash_key else None)
    if key is None:
        raise WorkspaceError(
            "The hash key of this backup is not on this machine. Give the escrowed key with "
            "--hash-key."
        )
    workspace_id = token_hex(8)
    keys = Keys(config().secrets / workspace_id)
    keys.recover(key)
    if keys.check_value() != manifest["hash_key_check"]:
        shutil.rmtree(keys.folder)
        raise WorkspaceError("The hash key given is not the one this backup was made with.")
    with duckdb.connect(str(fresh / DATABASE)) as database:
        database.execute("DELETE FROM sessions")
        database.execute("DELETE FROM meta WHERE name = 'restored_from'")
        database.execute("INSERT INTO meta VALUES ('restored_from', ?)", [manifest["workspace_id"]])
        database.execute("UPDATE meta SET value = ? WHERE name = 'workspace_id'", [workspace_id])
        length, head = database.execute(
            "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"
        ).fetchone()
    keys.write_head(length, head)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
