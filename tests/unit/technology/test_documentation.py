"""Every feed, wanted column, option and rule is in the documentation."""

from pathlib import Path

from analytics import technology
from analytics.technology.matching import OPTIONS
from analytics.workspace import FEEDS

TEXT = (Path(__file__).parents[3] / "docs" / "data-formats.md").read_text(encoding="utf-8")


def test_every_feed_column_option_and_rule_is_documented():
    columns = [column.name for feed in FEEDS for column in technology.columns_of(feed)]
    wanted = [*FEEDS, *columns, *OPTIONS, *technology.RULES]

    assert [name for name in wanted if f"`{name}`" not in TEXT] == []
