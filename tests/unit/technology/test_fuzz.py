"""Real files, mutated: the same rows where they are still readable, else a sentence and no trace."""

import pytest

from analytics.workspace import Workspace
from benchmarks import fuzz_reader

pytestmark = pytest.mark.real
ROUNDS, BATCHES = 48, 4


@pytest.mark.parametrize("batch", range(BATCHES))
def test_mutated_files_lose_no_row_and_leave_no_trace(batch, real_data, tmp_path):
    with Workspace.create(tmp_path / "fuzz", fuzz_reader.ROOT_USER) as workspace:
        outcomes = {
            fuzz_reader.run_round(workspace, real_data, seed)
            for seed in range(batch, ROUNDS, BATCHES)
        }
    assert outcomes & {"stored the same rows", "kept the untouched rows", "loaded"}
