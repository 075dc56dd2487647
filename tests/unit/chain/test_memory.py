"""A load takes a bounded amount of memory, however long the file."""

import gzip
import json
import subprocess
import sys

from tests.conftest import ROOT

MOST_MB = 1_500
# A process begins with the peak of the one that started it, so a small one stands between.
MEASURED = """import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.stdout.flush()
sys.stdout.buffer.write(done.stdout)
"""


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
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, *load, str(file), "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    peak_kb, _, printed = run.stdout.partition(b"\n")

    assert json.loads(printed)["rows_stored"] == rows > 2_000_000
    assert int(peak_kb) / 1024 < MOST_MB
