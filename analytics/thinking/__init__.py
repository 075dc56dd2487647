"""Step 1. The readiness checklist: 89 items over the seven steps, levels, evidence, scores."""

from analytics.thinking.answers import Answer, answers, save_answer, suggested_evidence
from analytics.thinking.items import (
    ANCHORS,
    ITEMS,
    LEVELS,
    OWNERS,
    STEPS,
    Item,
    Level,
    gate_items,
    items_of,
)
from analytics.thinking.scores import Card, Readiness, cards, counted_level, scores

__all__ = [
    "ANCHORS",
    "ITEMS",
    "LEVELS",
    "OWNERS",
    "STEPS",
    "Answer",
    "Card",
    "Item",
    "Level",
    "Readiness",
    "answers",
    "cards",
    "counted_level",
    "gate_items",
    "items_of",
    "save_answer",
    "scores",
    "suggested_evidence",
]
