"""What may be typed after `python -m analytics`."""

import argparse
from datetime import date
from pathlib import Path

COMMANDS: dict[str, str] = {
    "init": "make a new workspace, empty or with the sample town",
    "load": "load one or several files of a feed",
    "feeds": "show the register of feeds",
    "target": "find the hot spots and put the list in force",
    "task": "make a patrol plan",
    "track": "measure patrol dosage",
    "test": "evaluate the effect of the patrols",
    "ready": "show the readiness scores",
    "log": "show or verify the audit log",
    "users": "make demo sign-ins for the sample, or add or reset a person",
    "jobs": "show the newest jobs",
    "backup": "write the workspace to one file",
    "restore": "bring a backup back as a workspace",
}
STEP_COMMANDS = ("target", "task", "track", "test")


class UsageError(Exception):
    """What was typed is not a command; the text says what would be."""


class _Parser(argparse.ArgumentParser):
    """A parser that raises instead of printing and leaving."""

    def error(self, message: str) -> None:
        raise UsageError(f"{self.format_usage()}{message}")


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return what was asked for; raises UsageError, or SystemExit after printing help."""
    return _parser().parse_args(arguments)


def _parser() -> _Parser:
    parser = _Parser(prog="python -m analytics", description="Seven Steps without the browser.")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=_Parser
    )
    made = {name: commands.add_parser(name, help=text) for name, text in COMMANDS.items()}
    for name, command in made.items():
        if name == "restore":
            command.add_argument("file", type=Path, metavar="FILE", help="file made by backup")
        command.add_argument("workspace", type=Path, metavar="WORKSPACE", help="its folder")
        command.add_argument("--json", action="store_true", help="print one JSON object")
        # Where relative paths start; set when a command is handed to the running app.
        command.add_argument(
            "--relative-to", type=Path, default=Path(), metavar="DIR", help=argparse.SUPPRESS
        )
    for name in STEP_COMMANDS:
        made[name].add_argument("--settings", type=Path, metavar="S.json", help="settings, JSON")
        made[name].add_argument("--out", type=Path, metavar="DIR", help="folder for the files")
    _add_workspace_options(made)
    _add_load_options(made["load"])
    made["target"].add_argument(
        "--valid-from",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="day from which the list is in force (today)",
    )
    made["target"].add_argument("--draft", action="store_true", help="do not put the list in force")
    made["log"].add_argument("--verify", action="store_true", help="recompute the whole chain")
    made["log"].add_argument(
        "--head", type=Path, metavar="FILE", help="verify against the head in this file as well"
    )
    return parser


def _add_workspace_options(made: dict[str, _Parser]) -> None:
    init = made["init"]
    init.add_argument("--sample", action="store_true", help="with the synthetic sample town")
    init.add_argument("--crs", metavar="EPSG:n", help="projected CRS in metres (EPSG:27700)")
    init.add_argument("--timezone", metavar="Z", help="local time zone (Europe/London)")
    init.add_argument("--name", default="", help="name of the force, shown on every page")
    users = made["users"]
    one = users.add_mutually_exclusive_group()
    one.add_argument("--add", metavar="USERNAME", help="add a person and print the password")
    one.add_argument("--reset", metavar="USERNAME", help="print a new password for a person")
    users.add_argument("--name", default="", help="full name of the person added")
    users.add_argument("--roles", default="", metavar="R,R", help="roles of the person added")
    made["backup"].add_argument("file", type=Path, metavar="FILE", help="file to write")
    made["restore"].add_argument(
        "--hash-key", type=Path, metavar="FILE", help="file that holds the escrowed hash key"
    )


def _add_load_options(load: _Parser) -> None:
    load.add_argument("feed", metavar="FEED", help="crimes, pings, roster, boundary ...")
    load.add_argument("files", nargs="+", type=Path, metavar="FILE")
    load.add_argument("--columns", type=Path, metavar="M.json", help="column matching, JSON")
    load.add_argument("--crs", metavar="EPSG:n", help="CRS of the file's coordinates")
    load.add_argument("--timezone", metavar="Z", help="time zone of the file's times")
    load.add_argument(
        "--mode",
        choices=("add", "replace"),
        default="add",
        help="what a newer extract does to held records of its period (add)",
    )
