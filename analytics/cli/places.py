"""Commands about the workspace itself: its making, data, people, log, jobs and backup."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from analytics.cli.call import Call
from analytics.workspace import FEEDS, ROLES, InputError, Workspace, backup, jobs, overview, people
from analytics.workspace import audit as chain
from analytics.workspace.plain import plain

SAMPLE_FILES = Path(__file__).parents[2] / "sample_data" / "files"
SAMPLE_NAME = "Marlshire Police"
SAMPLE_UNIT = "U02"
"""The unit that the sample's officer stands for: on foot from the station, out on most days."""
SAMPLE_TODAY = date(2026, 8, 31)
SAMPLE_FEEDS = {
    "boundary": "boundary.geojson",
    "streets": "streets.geojson",
    "crimes": "crimes.csv",
    "harm": "harm.csv",
    "points": "points.csv",
    "bases": "bases.csv",
    "roster": "roster.csv",
    "training": "training.csv",
    "places": "places.geojson",
    "assignment": "assignment.csv",
    "activity": "activity.csv",
    "stops": "stops.csv",
    "pings": "pings.csv.gz",
}
NEWEST_RECORDS = 20


def init(call: Call) -> int:
    """Make a workspace aside and move it into place, so that one cut off leaves nothing behind."""
    asked, folder = call.asked, call.path(call.asked.workspace)
    if asked.sample and asked.crs not in (None, "EPSG:27700"):
        raise InputError("The sample town lies in EPSG:27700. Leave --crs out.")
    aside = folder.with_name(f".{folder.name}.part")
    try:
        _check_free(folder)
        if aside.exists():
            shutil.rmtree(aside)
        result = _make(call, aside)
        if folder.exists():
            folder.rmdir()
        aside.rename(folder)
    except OSError as error:
        raise InputError(
            f"'{folder}' cannot be made: {error.strerror}. Choose another folder."
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    result["workspace"] = str(folder.resolve())
    summary = [f"New workspace '{folder}' in {result['crs']}, times in {result['timezone']}."]
    if asked.sample:
        stored = sum(load["rows_stored"] for load in result["loads"])
        summary.append(
            f"It holds the synthetic sample town: {stored:,} rows in {len(result['loads'])} feeds."
        )
    else:
        summary.append(
            f"Copy '{result['hash_key_file']}' to a safe place apart from the backups: without "
            "it a backup cannot be restored on another machine."
        )
        summary.append(
            f"Next, make the first sign-in: python -m analytics users {folder} --add NAME "
            "--roles admin,analyst. Then start the app on it, as docs/running.md says."
        )
    call.answer(result, summary)
    return 0


def _check_free(folder: Path) -> None:
    if (folder / "workspace.duckdb").exists():
        raise InputError(f"'{folder}' already holds a workspace. Choose another folder.")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"'{folder}' is not an empty folder. Choose a new one.")


def _make(call: Call, folder: Path) -> dict[str, Any]:
    asked = call.asked
    workspace = Workspace.create(
        folder,
        call.user,
        crs=asked.crs or "EPSG:27700",
        timezone=asked.timezone or "Europe/London",
        name=asked.name or (SAMPLE_NAME if asked.sample else call.asked.workspace.resolve().name),
        is_sample=asked.sample,
        as_of=SAMPLE_TODAY if asked.sample else None,
    )
    with workspace:
        try:
            loads = _load_sample(call, workspace) if asked.sample else []
        except BaseException:
            shutil.rmtree(workspace.keys.folder)
            raise
        return {
            "crs": workspace.crs,
            "timezone": workspace.timezone.key,
            "name": workspace.name,
            "is_sample": workspace.is_sample,
            "loads": loads,
            "hash_key_file": str(workspace.keys.folder / "hash.key"),
        }


def _load_sample(call: Call, workspace: Workspace) -> list[dict]:
    from analytics import technology

    loads = []
    for number, (feed, name) in enumerate(SAMPLE_FEEDS.items()):
        call.progress(number / len(SAMPLE_FEEDS), f"Loading the sample's {feed}")
        report = technology.load(workspace, call.user, feed, [SAMPLE_FILES / name])
        loads.append(report.as_json())
    return loads


def load(call: Call, workspace: Workspace) -> int:
    """Load files of a feed, all or nothing."""
    from analytics import technology

    asked = call.asked
    if asked.feed not in FEEDS:
        raise InputError(f"There is no feed '{asked.feed}'. Use one of: {', '.join(FEEDS)}.")
    report = technology.load(
        workspace,
        call.user,
        asked.feed,
        [call.path(file) for file in asked.files],
        columns=call.read_object(asked.columns) if asked.columns else None,
        crs=asked.crs,
        timezone=asked.timezone,
        progress=call.progress,
        mode=asked.mode,
    )
    result = report.as_json()
    summary = [
        f"{result['feed']}: {result['rows_read']:,} rows read, {result['rows_stored']:,} stored, "
        f"{result['rows_quarantined']:,} kept aside, {result['rows_already_held']:,} already held."
    ]
    summary += [f"  {count:,} kept aside: {reason}" for reason, count in result["reasons"].items()]
    if result["first"]:
        summary.append(f"From {result['first']} to {result['last']}.")
    call.answer(result, summary)
    return 0


def feeds(call: Call, workspace: Workspace) -> int:
    """Show what each feed holds."""
    from analytics import technology

    records = plain(technology.register(workspace).to_dict("records"))
    call.answer({"feeds": records}, [_feed_line(record) for record in records])
    return 0


def _feed_line(record: dict[str, Any]) -> str:
    if not record["rows"]:
        return f"{record['feed']:<11} nothing loaded"
    times = "once" if record["loads"] == 1 else f"{record['loads']} times"
    period = f", from {record['first']} to {record['last']}" if record["first"] else ""
    return f"{record['feed']:<11}{record['rows']:>12,} rows, loaded {times}{period}"


def log(call: Call, workspace: Workspace) -> int:
    """Show the newest records, or recompute the chain and say whether it holds."""
    asked = call.asked
    given = _read_head(call) if asked.head else None
    found = overview.verify_log(workspace, call.user) if asked.verify or asked.head else None
    if found and found.verified and given:
        with workspace.cursor() as cursor:
            found = chain.verify(cursor, given)
    recorded = workspace.keys.read_head()
    result = {
        "records": workspace.value("SELECT count(*) FROM audit"),
        "verified": found.verified if found else None,
        "reason": found.reason if found else "",
        "head": f"{recorded[0]} {recorded[1]}" if recorded else None,
        "warnings": [],
    }
    if found and recorded is None:
        result["warnings"].append(overview.NO_HEAD)
    summary = [f"{result['records']:,} records."]
    if found is None:
        newest = overview.read_log(workspace, call.user, newest=NEWEST_RECORDS)
        summary += [
            f"{row.number:>7}  {row.username}  {row.action} {row.object_type} {row.object_id}"
            for row in newest.iloc[::-1].itertuples()
        ]
    elif found.verified:
        summary.append("The log is whole: every record is as it was made.")
    call.answer(result, summary)
    if found and not found.verified:
        call.err.write(f"{found.reason}\n")
        return 1
    return 0


def _read_head(call: Call) -> tuple[int, str]:
    words = call.read_text(call.asked.head).split()
    if len(words) != 2 or not words[0].isdecimal() or len(words[1]) != 64:
        raise InputError(
            "It must hold the length and the hash of the log, as 'log --json' gives them in "
            "'head' and every export under 'Audit log'.",
            file=str(call.asked.head),
        )
    return int(words[0]), words[1]


def users(call: Call, workspace: Workspace) -> int:
    """Print fresh sign-ins: of the sample's demo users, or of one person added or reset."""
    asked = call.asked
    if asked.add:
        roles = {role.strip() for role in asked.roles.split(",") if role.strip()}
        if not roles:
            raise InputError(f"Give the person's roles with --roles, of: {', '.join(ROLES)}.")
        name = asked.name or asked.add
        password = people.add_person(workspace, call.user, asked.add, name, roles)
        made = [{"username": asked.add, "password": password, "roles": sorted(roles)}]
    elif asked.reset:
        password = people.reset_password(workspace, call.user, asked.reset)
        roles = people.roles_of(workspace, asked.reset)
        made = [{"username": asked.reset, "password": password, "roles": sorted(roles)}]
    else:
        demo = people.demo_users(workspace, call.user)
        from analytics import tracking

        tracking.link_person(workspace, call.user, demo["officer"][0], SAMPLE_UNIT)
        made = [
            {"username": username, "password": password, "roles": [role]}
            for role, (username, password) in demo.items()
        ]
    summary = ["Sign-ins, shown once and kept only as hashes:"]
    summary += [
        f"  {one['username']:<16}{one['password']:<24}{', '.join(one['roles'])}" for one in made
    ]
    call.answer({"users": made}, summary)
    return 0


def list_jobs(call: Call, workspace: Workspace) -> int:
    """Show the newest jobs, newest first."""
    found = [
        {
            "job_id": job.job_id,
            "kind": job.kind,
            "lane": job.lane,
            "state": job.state,
            "progress": job.progress,
            "message": job.message,
            "username": job.username,
            "error": job.error,
        }
        for job in jobs.recent(workspace)
    ]
    summary = [
        f"{job['job_id']}  {job['kind']:<10}{job['state']:<12}{job['progress']:>5.0%}  "
        f"{job['error'] or job['message']}"
        for job in found
    ]
    call.answer({"jobs": found}, summary or ["There are no jobs."])
    return 0


def make_backup(call: Call, workspace: Workspace) -> int:
    """Write the workspace to one file."""
    made = backup.backup(workspace, call.user, call.path(call.asked.file))
    result = {"file": made.file, "bytes": made.bytes, "sha256": made.sha256}
    summary = [f"Backup '{made.file}', {made.bytes:,} bytes, SHA-256 {made.sha256}."]
    call.answer(result, summary)
    return 0


def restore(call: Call) -> int:
    """Bring a backup back; the present state is kept beside it."""
    folder = call.path(call.asked.workspace)
    key = call.read_text(call.asked.hash_key).strip() if call.asked.hash_key else None
    made = backup.restore(call.path(call.asked.file), folder, call.user, hash_key=key)
    result = {"workspace": str(folder.resolve()), "bytes": made.bytes, "sha256": made.sha256}
    call.answer(result, [f"'{folder}' is restored from '{made.file}', {made.bytes:,} bytes."])
    return 0


WITHOUT_WORKSPACE: dict[str, Callable[[Call], int]] = {"init": init, "restore": restore}
WITH_WORKSPACE: dict[str, Callable[[Call, Workspace], int]] = {
    "load": load,
    "feeds": feeds,
    "log": log,
    "users": users,
    "jobs": list_jobs,
    "backup": make_backup,
}
