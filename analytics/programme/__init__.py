"""The whole: where each step stands and what to do next. Stands above the steps."""

from analytics.programme.failures import Failure, failures
from analytics.programme.status import StepState, next_action, recent_weeks, stale_after, status

__all__ = [
    "Failure",
    "StepState",
    "failures",
    "next_action",
    "recent_weeks",
    "stale_after",
    "status",
]
