"""Step 1. Are we ready, and what is weakest?"""

import streamlit as st

from analytics import thinking
from components import access, checklist, steps

user = access.require_role(*access.roles_that_see("thinking"))
workspace = steps.header("thinking", user)
checklist.show_error()

ready = thinking.scores(workspace)
steps.answer(checklist.answer_sentence(ready))

left, right = st.columns([2, 5], gap="medium")
with left:
    chosen = checklist.choose_step(ready)
with right:
    cards = checklist.chosen_cards(workspace, user, chosen)
    suggestions = thinking.suggested_evidence(workspace)
    for card in cards:
        checklist.draw_card(workspace, user, card, suggestions.get(card.item.id, ""))
    if not cards:
        st.info("No item fits these filters. Take one away to see more.")

steps.method(
    definition="Each item has a level from 0 (none) to 4 (embedded). A level above 1 counts only "
    "with evidence, level 4 only with evidence dated within 12 months; until then the item counts "
    "as the level below. Not applicable needs a reason and leaves the denominator. A step's score "
    "is the mean of its items that count, over 4, times 100; items not yet answered are left out, "
    "not counted as 0. The overall score is the mean of the steps that have one.",
    unit="score from 0 to 100",
    source="own wording; the scale and its rules are a convention",
)
