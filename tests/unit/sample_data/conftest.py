"""The default town, drawn once for all tests of the folder."""

import pytest

from sample_data.generate import town
from sample_data.streams import DEFAULT_SEED


@pytest.fixture(scope="session")
def marlbridge():
    """Marlbridge of the default seed."""
    return town(DEFAULT_SEED)
