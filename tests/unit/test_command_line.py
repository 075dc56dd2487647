"""The command line keeps its contract: exit codes, one JSON object, one sentence, no traceback."""

import io
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from analytics.cli import COMMANDS, run
from analytics.workspace import User, Workspace

ROOT = Path(__file__).parents[2]


def command(*arguments: object) -> tuple[int, str, str]:
    """Run one command in this process: exit code, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    code = run([str(argument) for argument in arguments], None, out, err)
    return code, out.getvalue(), err.getvalue()


def answer(*arguments: object) -> dict:
    """Run one command with --json that must succeed; standard output is exactly one object."""
    code, out, err = command(*arguments, "--json")
    assert code == 0, err
    assert out.count("\n") == 1
    return json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


@pytest.fixture
def folder(tmp_path) -> Path:
    """An empty workspace, closed, as a person would have it."""
    target = tmp_path / "w"
    answer("init", target)
    return target


def test_init_says_where_and_in_which_crs(tmp_path):
    made = answer("init", tmp_path / "w", "--crs", "EPSG:32617", "--timezone", "America/New_York")
    assert made["workspace"] == str(tmp_path / "w")
    assert made["crs"] == "EPSG:32617"
    assert made["timezone"] == "America/New_York"
    assert made["is_sample"] is False
    assert Path(made["hash_key_file"]).is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["w"]


def test_every_command_has_help(capsys):
    assert command("--help")[0] == 0
    shown = capsys.readouterr().out
    for name in COMMANDS:
        assert name in shown
        assert command(name, "--help")[0] == 0
    assert "Traceback" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["load", "w"],
        ["load", "w", "crimes"],
        ["init"],
        ["target", "w", "--nonsense"],
        ["backup", "w"],
        ["restore", "f"],
        ["users", "w", "--add", "a", "--reset", "b"],
    ],
)
def test_usage_is_exit_2_with_nothing_on_standard_output(arguments):
    code, out, err = command(*arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("usage: python -m analytics")


BAD_WORKSPACES = {
    "absent": lambda path: None,
    "a file": lambda path: path.write_text("x"),
    "empty folder": lambda path: path.mkdir(),
    "not a database": lambda path: (path.mkdir(), (path / "workspace.duckdb").write_text("x" * 99)),
    "another database": lambda path: (
        path.mkdir(),
        duckdb.connect(str(path / "workspace.duckdb")).close(),
    ),
}


@pytest.mark.parametrize("make", BAD_WORKSPACES.values(), ids=BAD_WORKSPACES)
@pytest.mark.parametrize("name", ["feeds", "target", "log"])
def test_what_is_no_workspace_is_one_sentence(tmp_path, make, name):
    make(tmp_path / "w")
    assert_sentence(command(name, tmp_path / "w", "--json"), "w")


def assert_sentence(result: tuple[int, str, str], *words: str) -> None:
    """Exit 1, nothing on standard output, and a plain last line that names the trouble."""
    code, out, err = result
    assert code == 1, err
    assert out == ""
    assert "Traceback" not in err
    last = err.strip().splitlines()[-1]
    assert last.endswith((".", "!")) or ". " in last, last
    assert all(word in last for word in words), last


BAD_SETTINGS = {
    "absent": (None, "no such file"),
    "not JSON": ("{", "JSON"),
    "a list": ("[1]", "object"),
    "a number": ("3", "object"),
    "unknown name": ('{"cell_widht_m": 150}', "cell_widht_m"),
    "wrong type": ('{"select": "many"}', "select"),
    "out of range": ('{"cell_width_m": -5}', "cell_width_m"),
    "wrong date": ('{"from": "31/12/2019"}', "from"),
    "not text": (b"\xff\xfe\x00\x81", "text"),
    "nested too deep": ("[" * 100_000, "JSON"),
}


@pytest.mark.parametrize(("text", "word"), BAD_SETTINGS.values(), ids=BAD_SETTINGS)
def test_bad_settings_are_one_sentence_naming_the_file(folder, tmp_path, text, word):
    file = tmp_path / "s.json"
    if isinstance(text, str):
        file.write_text(text)
    elif text is not None:
        file.write_bytes(text)
    result = command("target", folder, "--settings", file, "--json")
    assert_sentence(result, "s.json", word)


@pytest.mark.parametrize("name", ["target", "task", "track", "test"])
def test_steps_without_data_say_what_is_missing(folder, name):
    assert_sentence(command(name, folder, "--json"))


def test_unknown_feed_names_the_known_ones(folder, tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    assert_sentence(command("load", folder, "crime", tmp_path / "a.csv"), "crime", "pings")


def test_out_that_is_a_file_is_refused_before_any_work(folder, tmp_path):
    (tmp_path / "out").write_text("")
    assert_sentence(command("target", folder, "--out", tmp_path / "out"), "out")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--crs", "EPSG:4326"], "EPSG:4326"),
        (["--crs", "nonsense"], "nonsense"),
        (["--timezone", "Mars/Base"], "Mars/Base"),
        (["--sample", "--crs", "EPSG:32617"], "EPSG:27700"),
    ],
)
def test_bad_init_leaves_no_folder(tmp_path, arguments, word):
    assert_sentence(command("init", tmp_path / "w", *arguments), word)
    assert list(tmp_path.iterdir()) == []


def test_init_touches_no_folder_in_use(folder, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep")
    assert_sentence(command("init", folder), "already holds")
    assert_sentence(command("init", tmp_path / "full"), "not an empty folder")
    assert (tmp_path / "full" / "mine.txt").read_text() == "keep"


def test_feeds_lists_all_fourteen(folder):
    feeds = answer("feeds", folder)["feeds"]
    assert len(feeds) == 14
    assert {"feed", "rows", "first", "last", "loads"} <= set(feeds[0])


def test_ready_of_nothing_answered_is_unknown_and_not_zero(folder):
    scores = answer("ready", folder)
    assert list(scores["steps"]) == [
        "thinking",
        "technology",
        "targeting",
        "training",
        "tasking",
        "tracking",
        "testing",
    ]
    assert set(scores["steps"].values()) == {None}
    assert scores["overall"] is None


def test_log_is_verified_and_names_the_operating_systems_user(folder):
    found = answer("log", folder, "--verify")
    assert found["verified"] is True
    assert found["records"] >= 1
    assert answer("log", folder)["verified"] is None
    assert "os:" in command("log", folder)[1]


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE audit SET username = 'someone' WHERE number = 1",
        "DELETE FROM audit WHERE number = 1",
        "DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)",
    ],
)
def test_a_log_that_was_tampered_with_fails(folder, tamper):
    command("users", folder, "--add", "alex", "--roles", "admin")
    command("users", folder, "--add", "sam", "--roles", "analyst")
    with duckdb.connect(str(folder / "workspace.duckdb")) as database:
        database.execute(tamper)
    code, out, err = command("log", folder, "--verify", "--json")
    assert code == 1
    assert json.loads(out)["verified"] is False
    assert err.strip().endswith(".")


def test_log_is_checked_against_a_head_kept_elsewhere(folder, tmp_path):
    (tmp_path / "head").write_text(answer("log", folder)["head"])
    command("users", folder, "--add", "alex", "--roles", "admin")
    assert answer("log", folder, "--head", tmp_path / "head")["verified"] is True
    (tmp_path / "head").write_text("1 " + "0" * 64)
    assert command("log", folder, "--head", tmp_path / "head", "--json")[0] == 1
    (tmp_path / "head").write_text("nonsense")
    assert_sentence(command("log", folder, "--head", tmp_path / "head", "--json"), "length")


def test_people_are_added_and_reset_with_a_password_shown_once(folder):
    (made,) = answer("users", folder, "--add", "alex", "--name", "Alex Reed", "--roles", "admin")[
        "users"
    ]
    assert made["username"] == "alex"
    assert made["roles"] == ["admin"]
    (again,) = answer("users", folder, "--reset", "alex")["users"]
    assert again["password"] != made["password"]
    with duckdb.connect(str(folder / "workspace.duckdb")) as database:
        (stored,) = database.execute("SELECT password_hash FROM people").fetchone()
    assert again["password"] not in stored


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ([], "sample"),
        (["--add", "alex"], "--roles"),
        (["--add", "alex", "--roles", "king"], "king"),
        (["--reset", "nobody"], "nobody"),
    ],
)
def test_people_that_cannot_be(folder, arguments, word):
    assert_sentence(command("users", folder, *arguments), word)


def test_backup_and_restore(folder, tmp_path):
    made = answer("backup", folder, tmp_path / "b.zip")
    assert made["bytes"] == (tmp_path / "b.zip").stat().st_size
    assert len(made["sha256"]) == 64
    restored = answer("restore", tmp_path / "b.zip", tmp_path / "again")
    assert restored["sha256"] == made["sha256"]
    assert answer("log", tmp_path / "again", "--verify")["verified"] is True
    assert_sentence(command("backup", folder, tmp_path / "b.zip"), "already exists")
    (tmp_path / "no.zip").write_text("x")
    assert_sentence(command("restore", tmp_path / "no.zip", tmp_path / "third"), "no.zip")
    assert_sentence(command("restore", tmp_path / "absent", tmp_path / "third"), "absent")
    assert not (tmp_path / "third").exists()


def test_jobs_of_a_quiet_workspace(folder):
    assert answer("jobs", folder) == {"jobs": []}


def test_an_open_workspace_is_acted_on_for_the_person_who_asked(folder):
    out, err = io.StringIO(), io.StringIO()
    user = User("os:asker", "asker", frozenset(), every_right=True)
    with Workspace.open(folder) as workspace:
        arguments = ["users", "elsewhere", "--add", "alex", "--roles", "admin", "--json"]
        assert run(arguments, workspace, out, err, user) == 0
        assert workspace.value("SELECT max(username) FROM audit WHERE number > 1") == "os:asker"
    assert json.loads(out.getvalue())["users"][0]["username"] == "alex"


def test_as_a_process(tmp_path):
    """The real thing once: module entry, streams and exit codes."""

    def process(*arguments: str) -> subprocess.CompletedProcess:
        line = [sys.executable, "-m", "analytics", *arguments]
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)

    made = process("init", str(tmp_path / "w"), "--json")
    assert made.returncode == 0
    assert json.loads(made.stdout)["crs"] == "EPSG:27700"
    wrong = process("feeds", str(tmp_path / "none"), "--json")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr.count("\n") == 1
    assert process("nonsense").returncode == 2


HOLDER = """
import sys
from analytics import cli
from analytics.programme import work
from analytics.workspace import Workspace

workspace = Workspace.open(sys.argv[1])
worker = work.start_worker(workspace, cli.run)
print("ready", flush=True)
sys.stdin.read()
worker.stop()
workspace.close()
"""


HEAVY = ("geopandas", "matplotlib", "statsmodels", "scipy", "pyvrp", "typst", "xlsxwriter")


@pytest.mark.parametrize("name", ["ready", "log", "jobs"])
def test_small_commands_start_without_the_heavy_packages(folder, name):
    loaded = f"import sys; print(sorted(set(sys.modules) & set({HEAVY})), file=sys.stderr)"
    text = f"from analytics.cli import main; main(sys.argv[1:]); {loaded}"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {text}", name, str(folder), "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "[]\n"


@pytest.fixture
def held(folder):
    """The workspace in the hands of another process that runs the app's worker."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "ready\n"
    yield folder
    holder.stdin.close()
    holder.wait()
    holder.stdout.close()


def test_a_workspace_in_use_does_the_work_and_answers(held, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert answer("backup", held, "b.zip")["bytes"] == (tmp_path / "b.zip").stat().st_size
    assert answer("log", held, "--verify")["verified"] is True
    code, out, err = command("load", held, "crimes", "absent.csv", "--json")
    assert (code, out) == (1, "")
    assert "absent.csv" in err
    assert_sentence(command("restore", "b.zip", held), "open in another process")
