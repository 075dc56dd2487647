"""What a force states about a feed: who owns it, where it comes from, how often it is due."""

from dataclasses import asdict, dataclass, fields

from analytics.technology import readiness
from analytics.technology.feeds import columns_of
from analytics.workspace import InputError, User, Workspace

LONGEST_TEXT = 200
LONGEST_DAYS = 36_525


@dataclass(frozen=True)
class FeedFacts:
    """What is stated about a feed; days are whole, None where nothing is stated.

    `expected_cycle_days` is the longest time between two deliveries, `recording_lag_days` the time
    after which 95% of the records are in. The retention is part of the administration.
    """

    owner: str = ""
    source: str = ""
    expected_cycle_days: int | None = None
    dpia_reference: str = ""
    recording_lag_days: int | None = None


def feed_facts(workspace: Workspace) -> dict[str, FeedFacts]:
    """Return what is stated about each feed."""
    names = [field.name for field in fields(FeedFacts)]
    rows = workspace.rows(f"SELECT feed, {', '.join(names)} FROM feeds")
    return {feed: FeedFacts(*values) for feed, *values in rows}


def set_feed_facts(workspace: Workspace, user: User, feed: str, facts: FeedFacts) -> None:
    """Change what is stated about a feed, audited with the values before and after.

    Raises InputError naming the first value that cannot be, Refused when the user may not load.
    """
    workspace.require(user, "load")
    columns_of(feed)
    before = feed_facts(workspace)[feed]
    _check(facts)
    changed = {
        name: {"before": asdict(before)[name], "after": value}
        for name, value in asdict(facts).items()
        if value != asdict(before)[name]
    }
    if not changed:
        return
    with workspace.write(user, "alter", "feed", feed, changed) as transaction:
        marks = ", ".join(f"{name} = ?" for name in changed)
        values = [change["after"] for change in changed.values()]
        transaction.execute(f"UPDATE feeds SET {marks} WHERE feed = ?", [*values, feed])
        readiness.note(transaction, workspace, f"register of {feed}")


def _check(facts: FeedFacts) -> None:
    for name in ("owner", "source", "dpia_reference"):
        if len(getattr(facts, name)) > LONGEST_TEXT:
            raise InputError(f"Keep it to {LONGEST_TEXT} characters.", column=name)
    for name, least in (("expected_cycle_days", 1), ("recording_lag_days", 0)):
        days = getattr(facts, name)
        if days is not None and not least <= days <= LONGEST_DAYS:
            raise InputError(f"Give {least} to {LONGEST_DAYS:,} days, or none.", column=name)
