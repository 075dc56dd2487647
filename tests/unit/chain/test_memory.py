"""A load takes a bounded amount of memory, however long the file."""

import gzip
import json
import os
import subprocess
import sys

from tests.conftest import ROOT

MOST_MB = 1_500


def test_two_million_positions_load_within_memory(sample_files, tmp_path, command):
    file = tmp_path / "pings.csv"
    with gzip.open(sample_files / "pings.csv.gz", "rt", encoding="utf-8") as text:
        header, *lines = text.readlines()
    with file.open("w", encoding="utf-8") as out:
        out.write(header)
        for copy in range(3):
            out.writelines(f"{copy}-{line}" for line in lines)
    rows = 3 * len(lines)
    del lines
    command("init", tmp_path / "workspace")

    load = [sys.executable, "-m", "analytics", "load", str(tmp_path / "workspace"), "pings"]
    with subprocess.Popen([*load, str(file), "--json"], cwd=ROOT, stdout=subprocess.PIPE) as run:
        printed = run.stdout.read()
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)

    assert run.returncode == 0
    assert json.loads(printed)["rows_stored"] == rows > 2_000_000
    assert used.ru_maxrss / 1024 < MOST_MB
