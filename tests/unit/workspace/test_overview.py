"""What the workspace tells about itself."""

import pytest

from analytics.workspace import InputError, overview, retention


def test_a_log_without_a_recorded_head_is_not_called_safe(workspace, anyone):
    assert overview.verify_log(workspace, anyone).reason == ""
    (workspace.keys.folder / "audit.head").unlink()
    found = overview.verify_log(workspace, anyone)
    assert found.verified
    assert found.reason == overview.NO_HEAD


def test_a_feed_without_a_period_can_be_given_one_but_not_none_at_all(workspace, anyone):
    retention.set_retention(workspace, anyone, "assignment", 30)
    assert retention.retention(workspace)["assignment"] == 30
    with pytest.raises(InputError, match="at least one day"):
        retention.set_retention(workspace, anyone, "assignment", 0)
    with pytest.raises(InputError, match="no dates"):
        retention.set_retention(workspace, anyone, "boundary", 30)
