"""What every test may ask for."""

import os
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session", autouse=True)
def _own_secrets(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep keys and audit heads of test workspaces out of the person's own folder."""
    from analytics.workspace.config import config

    os.environ["SEVEN_STEPS_SECRETS"] = str(tmp_path_factory.mktemp("secrets"))
    config.cache_clear()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real extracts; tests are skipped without it, except where CI is set."""
    folder = Path(os.environ.get("SEVEN_STEPS_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        sentence = f"The real extracts are not in '{folder}'. Name it in SEVEN_STEPS_TEST_DATA."
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    return folder


@pytest.fixture(scope="session")
def sample_files() -> Path:
    """Folder of the sample town's files, as a person would upload them."""
    return ROOT / "sample_data" / "files"


@pytest.fixture
def acting():
    """A user with every right, as on the command line."""
    from analytics.workspace import User

    return User("os:test", "Test", frozenset(), every_right=True)


@pytest.fixture
def empty_workspace(tmp_path: Path, acting):
    """A new workspace in EPSG:27700 without any data, at a fixed day."""
    from analytics.workspace import Workspace

    workspace = Workspace.create(
        tmp_path / "workspace", acting, name="Testshire Police", as_of=date(2026, 8, 31)
    )
    yield workspace
    workspace.close()
