"""Step 7. How much violence did it prevent?"""

import streamlit as st

from analytics import targeting, testing
from components import access, evaluation, steps

user = access.require_role(*access.roles_that_see("testing"))
workspace = steps.header("testing", user)

if not testing.has_crimes(workspace):
    steps.nothing_yet("There are no crimes yet.", "pages/2_technology.py", "Load crimes")
if targeting.list_in_force(workspace) is None and not testing.place_choices(workspace)[0]:
    steps.nothing_yet(
        "No hot spot list is in force and no places are saved, so there is nothing to test.",
        "pages/3_targeting.py",
        "Choose hot spots",
    )

top = st.container()
choices = evaluation.draw_design(workspace, user)
evaluation.draw_power(workspace, user, choices)
is_locked = evaluation.draw_protocol(workspace, user, choices)
evaluation.draw_result(workspace, user, choices, is_locked, top)
