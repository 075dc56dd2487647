"""The rules of the house that import-linter and ruff do not know."""

import ast
import importlib
import pkgutil
import re
import tomllib
from pathlib import Path

import pytest

import analytics
from analytics.cli import COMMANDS
from analytics.workspace import FEEDS, ROLES, StepSettings
from analytics.workspace.config import Config

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "pages").glob("*.py"))
COMPONENTS = sorted((ROOT / "components").rglob("*.py"))
WORK = sorted((ROOT / "analytics").rglob("*.py"))
ENTRY = [ROOT / "app.py", ROOT / "asgi.py"]
STEPS = ("thinking", "technology", "targeting", "training", "tasking", "tracking", "testing")

SQL = re.compile(r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\w+\s+SET)\b", re.S)
READS_TABLES = re.compile(r"workspace\.(rows|frame|value|cursor|write|bookkeeping)\(")
HOST = re.compile(r"(?:https?|wss?)://([\w.\-]+)")
OWN_HOSTS = {"localhost", "127.0.0.1"}
NAMES_OF_FORMATS = {"www.topografix.com", "www.w3.org", "www.opengis.net"}
"""Hosts that stand in names of formats, which nothing fetches."""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def documentation() -> str:
    """All text that a person who runs or uses this reads."""
    files = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def strings(path: Path) -> list[str]:
    """The texts of a module that are no docstrings: those that a program acts on."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    loose = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in loose
    ]


def test_there_is_one_page_per_step_beside_home_and_admin():
    expected = ["admin", "home", *(f"{number}_{step}" for number, step in enumerate(STEPS, 1))]
    assert sorted(page.stem for page in PAGES) == sorted(expected)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_page_is_short_and_begins_with_its_guard(page):
    text = page.read_text(encoding="utf-8")
    assert text.count("\n") < 120
    statements = [
        node
        for node in ast.parse(text).body
        if not isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    guard = statements[0]
    assert isinstance(guard, ast.Assign | ast.Expr), "the first statement must be the guard"
    assert isinstance(guard.value, ast.Call)
    assert ast.unparse(guard.value.func).endswith("require_role")


@pytest.mark.parametrize("module", [*PAGES, *COMPONENTS, *ENTRY], ids=name)
def test_what_draws_knows_no_sql(module):
    assert not [text for text in strings(module) if SQL.search(text)]
    assert not READS_TABLES.search(module.read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", [*PAGES, *COMPONENTS, *WORK, *ENTRY], ids=name)
def test_no_module_speaks_to_another_host(module):
    hosts = {host for text in strings(module) for host in HOST.findall(text)}
    assert hosts <= OWN_HOSTS | NAMES_OF_FORMATS
    imported = {
        part
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for part in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
        )
    }
    assert not imported & {
        "requests",
        "httpx",
        "urllib.request",
        "http.client",
        "smtplib",
        "socket",
    }


@pytest.mark.parametrize("module", [*PAGES, *COMPONENTS], ids=name)
def test_no_map_asks_for_tiles(module):
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        called = ast.unparse(call.func)
        assert called != "st.map", "st.map always asks an outside tile server"
        if called.endswith("Deck"):
            given = {word.arg: ast.unparse(word.value) for word in call.keywords}
            assert given.get("map_provider") == "None"
            assert given.get("map_style", "None") == "None"


@pytest.mark.parametrize("module", [*COMPONENTS, *WORK, *ENTRY], ids=name)
def test_modules_and_functions_are_short(module):
    text = module.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            start = first.end_lineno if has_docstring else node.lineno
            assert node.end_lineno - start <= 60, node.name


@pytest.mark.parametrize("step", [*STEPS, "geography", "reports", "workspace", "programme"])
def test_every_room_has_a_front_door(step):
    room = importlib.import_module(f"analytics.{step}")
    assert room.__doc__
    assert room.__all__
    assert all(hasattr(room, public) for public in room.__all__)


def test_the_version_is_one():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == analytics.__version__


def all_settings() -> list[tuple[str, str]]:
    """Every field of every step's settings under its public name."""
    found = []
    for step in STEPS:
        room = importlib.import_module(f"analytics.{step}")
        for module in pkgutil.iter_modules(room.__path__, f"analytics.{step}."):
            for value in vars(importlib.import_module(module.name)).values():
                is_model = isinstance(value, type) and issubclass(value, StepSettings)
                if is_model and value.__module__ == module.name:
                    fields = value.model_fields.items()
                    found += [(value.__name__, field.alias or key) for key, field in fields]
    return found


def test_every_setting_explains_itself():
    found = all_settings()
    assert found
    for step in STEPS:
        room = importlib.import_module(f"analytics.{step}")
        models = [
            value
            for value in vars(room).values()
            if isinstance(value, type) and issubclass(value, StepSettings)
        ]
        for model in models:
            for key, field in model.model_fields.items():
                assert field.title, (model.__name__, key)
                assert field.description, (model.__name__, key)
                assert field.json_schema_extra["source"], (model.__name__, key)


def test_documentation_names_every_setting():
    words = documentation()
    assert [one for one in all_settings() if f"`{one[1]}`" not in words] == []


def test_the_reference_of_settings_is_up_to_date():
    from analytics.cli.reference import settings_reference

    written = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert written == settings_reference(), "run 'make docs'"


def test_documentation_names_every_command_role_feed_and_limit():
    words = documentation()
    missing = [command for command in COMMANDS if f"`{command}" not in words]
    missing += [role for role in ROLES if f"`{role}`" not in words]
    missing += [feed for feed in FEEDS if f"`{feed}`" not in words]
    missing += [limit for limit in Config.model_fields if f"`{limit}`" not in words]
    assert missing == []


def test_documentation_names_every_column_of_every_feed():
    from analytics.technology import FEED_COLUMNS

    words = documentation()
    missing = [
        (feed, str(column))
        for feed, columns in FEED_COLUMNS.items()
        for column in columns
        if f"`{getattr(column, 'name', column)}`" not in words
    ]
    assert missing == []


def test_links_between_documents_lead_somewhere():
    for file in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        text = file.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text):
            assert (file.parent / target).exists(), f"{file.name}: {target}"
