"""Step 4, training: who among those on the roster is trained, in date and has passed."""

from analytics.training.coverage import (
    Coverage,
    courses_held,
    coverage,
    has_roster,
    save_coverage,
)
from analytics.training.exports import answer, workbook
from analytics.training.judge import (
    EXPIRED,
    FAILED,
    NO_RECORD,
    NO_SCORE,
    NOT_YET,
    TRAINED,
    complete_records,
    judge,
)
from analytics.training.settings import TrainingSettings

__all__ = [
    "EXPIRED",
    "FAILED",
    "NOT_YET",
    "NO_RECORD",
    "NO_SCORE",
    "TRAINED",
    "Coverage",
    "TrainingSettings",
    "answer",
    "complete_records",
    "courses_held",
    "coverage",
    "has_roster",
    "judge",
    "save_coverage",
    "workbook",
]
