"""What was accepted survives kill -9, and nothing is left half."""

import subprocess
import sys

import pytest

from analytics.workspace import Workspace, audit

WRITER = """
import sys
from analytics.workspace import User, Workspace
user = User("os:test", "Test", frozenset(), every_right=True)
with Workspace.open(sys.argv[1]) as workspace:
    for number in range(100_000):
        with workspace.write(user, "alter", "draft", str(number)) as change:
            change.execute("INSERT INTO drafts VALUES ('u', ?, '{}', 0)", [str(number)])
            change.execute("INSERT INTO evidence VALUES (?, '', '', 0)", [str(number)])
        print(number, flush=True)
"""


@pytest.mark.parametrize("accepted", [3, 40])
def test_accepted_writes_survive_kill(workspace, accepted):
    folder = workspace.path
    workspace.close()
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    told = [int(writer.stdout.readline()) for _ in range(accepted)]
    writer.kill()
    told += [int(line) for line in writer.stdout.read().split()]
    writer.wait()
    with Workspace.open(folder) as again:
        drafts = {int(n) for (n,) in again.rows("SELECT name FROM drafts")}
        evidence = {int(n) for (n,) in again.rows("SELECT item_id FROM evidence")}
        assert set(told) <= drafts
        assert drafts == evidence
        with again.cursor() as cursor:
            found = audit.verify(cursor, again.keys.read_head())
        assert found.verified, found.reason
        assert found.records == 1 + len(drafts)
