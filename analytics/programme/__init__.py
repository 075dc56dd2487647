"""The whole: where each step stands and what to do next. Stands above the steps."""

from analytics.programme.bounds import ask_for_bound
from analytics.programme.failures import Failure, failures
from analytics.programme.status import StepState, next_action, recent_weeks, stale_after, status

__all__ = [
    "Failure",
    "StepState",
    "ask_for_bound",
    "failures",
    "next_action",
    "recent_weeks",
    "stale_after",
    "status",
]
