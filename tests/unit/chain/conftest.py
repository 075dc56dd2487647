"""Workspaces that whole chains run on, filled by the command line as a person would."""

import io
import json

import pytest

from analytics import cli
from analytics.workspace import Workspace


def _command(*arguments):
    """Run a command and return its JSON; fail with its sentence when it does not end well."""
    out, err = io.StringIO(), io.StringIO()
    code = cli.run([*map(str, arguments), "--json"], None, out, err)
    assert code == 0, err.getvalue()
    return json.loads(out.getvalue())


@pytest.fixture(scope="session")
def command():
    """A function that runs one command line and returns its JSON."""
    return _command


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Folder of a fresh workspace with the sample town."""
    folder = tmp_path_factory.mktemp("chain") / "sample"
    _command("init", folder, "--sample")
    return folder


@pytest.fixture
def opened(sample):
    """The sample workspace, open for one test."""
    with Workspace.open(sample) as workspace:
        yield workspace
