"""A workspace in a temporary folder, with its secrets beside it and never in the home folder."""

import pytest

from analytics.workspace import User, Workspace
from analytics.workspace.config import config


@pytest.fixture
def secrets_folder(tmp_path, monkeypatch):
    """Keys and audit heads of this test only."""
    monkeypatch.setenv("SEVEN_STEPS_SECRETS", str(tmp_path / "secrets"))
    config.cache_clear()
    yield tmp_path / "secrets"
    config.cache_clear()


@pytest.fixture
def anyone():
    """The operating system's user, who may do everything."""
    return User("os:test", "Test", frozenset(), every_right=True)


@pytest.fixture
def workspace(tmp_path, secrets_folder, anyone):
    """An empty workspace."""
    with Workspace.create(tmp_path / "force", anyone) as made:
        yield made
