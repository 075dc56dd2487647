"""What step 7 draws: four cards (design, power, protocol, result), each after the one before."""

from datetime import datetime

import pandas as pd
import streamlit as st

from analytics import targeting, testing
from analytics.workspace import User, Workspace
from analytics.workspace.drafts import load_draft
from components import exports, interval_charts, settings, steps, tables, trial_map

BEFORE_AFTER = ["before", "treated", "comparison", "displacement_m"]
FIELDS = ["design", "after", *BEFORE_AFTER, "outcome", "offences", "is_public_place_only"]
RARE = ["level", "seed", "resamples"]
PUBLISHED = {
    "label": "Published mean of 60 tests",
    "value": 0.84,
    "low": 0.84,
    "high": 0.919,
}
DETECTABLE_EVENTS = (50, 100, 200, 500)
STATES = {"met": ":green[dealt with]", "open": ":orange[open]", "unknown": ":gray[not in the data]"}


def draw_design(workspace: Workspace, user: User) -> testing.TestingSettings:
    """Card 1: who is compared with whom, and when."""
    with _card("1", "Design"):
        left, right = st.columns([3, 2], gap="medium")
        with right:
            choices = _form(workspace, user)
        with left, steps.action():
            made = testing.design(workspace, user, choices)
            st.markdown(_design_text(made))
            for note in made.warnings:
                st.markdown(f"- {note}")
            trial_map.draw(made.shapes, key="trial-map")
    return choices


def draw_power(workspace: Workspace, user: User, choices: testing.TestingSettings) -> None:
    """Card 2: which effect the events could show, before any comparison."""
    with _card("2", "Power"):
        left, right = st.columns([3, 2], gap="medium")
        with left, steps.action():
            found = testing.outlook(workspace, user, choices)
            st.markdown(testing.outlook_text(found))
        with right:
            rule = [testing.minimum_detectable_rate_ratio(e) for e in DETECTABLE_EVENTS]
            frame = pd.DataFrame(
                {"events": DETECTABLE_EVENTS, "fall": [round(100 * (1 - ratio)) for ratio in rule]}
            )
            columns = {
                "events": tables.number("Crimes in the control arm"),
                "fall": tables.number("Smallest fall found", unit="%"),
            }
            tables.show(
                frame,
                columns,
                key="power-rule",
                caption="Four times in five, two arms of equal size, at 95%.",
                alt="Smallest detectable fall by number of crimes in the control arm",
            )


def draw_protocol(workspace: Workspace, user: User, choices: testing.TestingSettings) -> bool:
    """Card 3: fix the design before the arms are compared; returns whether it is locked."""
    with _card("3", "Protocol"):
        protocol = testing.locked_protocol(workspace)
        if protocol is None:
            st.markdown(
                "The protocol is open. Locking keeps these settings, the primary outcome among "
                "them, with your name and the time; it cannot be undone."
            )
            if not user.may("lock"):
                st.caption("A lead or an evaluator may lock it.")
            elif st.button("Lock the protocol", icon=":material/lock:", key="lock"):
                with steps.action():
                    testing.lock_protocol(workspace, user, choices)
                    st.rerun()
            return False
        moment = datetime.fromtimestamp(protocol.locked_ms / 1000, workspace.timezone)
        st.markdown(
            f"Locked by {protocol.locked_by} on {testing.plain_date(moment)}, {moment:%H:%M}: "
            f"{testing.protocol_text(protocol)}."
        )
        if not testing.follows_protocol(workspace, choices):
            st.warning(
                "The settings above differ from the protocol, so the result below is exploratory."
            )
        return True


def draw_result(
    workspace: Workspace,
    user: User,
    choices: testing.TestingSettings,
    is_locked: bool,
    top: st.delta_generator.DeltaGenerator,
) -> None:
    """Card 4: the effect, or the pooled outcome while the protocol is open; `top` answers."""
    with _card("4", "Result"):
        if choices.design == "crossover" and not is_locked:
            text = testing.pooled_text(workspace, user, choices)
            with top:
                steps.answer(text)
            st.markdown("The protocol is open, so treated and control days are not told apart.")
            st.stop()
        with steps.action(), st.spinner("Comparing ..."):
            made = testing.preview_evaluation(workspace, user, choices)
        if choices.design == "crossover" and not testing.has_looked(workspace, user, made.run_id):
            _ask_to_look(workspace, user, made, top)
        with top:
            steps.answer(testing.headline(made))
        _draw_evaluation(made)
    _draw_actions(workspace, user, choices, made)


def _ask_to_look(
    workspace: Workspace,
    user: User,
    made: testing.Evaluation,
    top: st.delta_generator.DeltaGenerator,
) -> None:
    """Stop before the arms are shown until the user asks for it; then record the look."""
    number = testing.looks(workspace, besides=made.run_id) + 1
    place = st.empty()
    with place.container():
        st.markdown(f"Comparing treated with control days is recorded as look {number}.")
        pressed = st.button("Compare the arms", type="primary", key="compare")
    if not pressed:
        with top:
            steps.answer("The protocol is locked; you have not compared the arms yet.")
        st.stop()
    testing.record_look(workspace, user, made.run_id)
    place.empty()


def _draw_evaluation(made: testing.Evaluation) -> None:
    left, right = st.columns([3, 2], gap="medium")
    with left:
        rows = testing.forest_rows(made)
        drawn = pd.DataFrame(rows, columns=["label", "value", "low", "high"])
        interval_charts.forest(
            pd.concat([drawn, pd.DataFrame([PUBLISHED])], ignore_index=True),
            title="Rate ratios with intervals: left of 1 means fewer",
            key="forest",
            conclusion="The published mean (Braga and Weisburd 2022) is 16% fewer as a rate ratio, and "
            "8% fewer by the other metric used on the same tests.",
        )
    with right:
        st.subheader("Threats", anchor=False)
        for threat in made.threats:
            st.markdown(f"**{threat.name}** ({STATES[threat.state]}). {threat.finding}")
    st.subheader("What may and may not be concluded", anchor=False)
    st.markdown(made.conclusion)
    for note in made.warnings:
        st.markdown(f"- {note}")
    tables.show(
        testing.estimate_table(made),
        {
            "estimate": tables.text("Estimate"),
            "value": tables.number("Value", digits=2),
            "low": tables.number("Low", digits=2),
            "high": tables.number("High", digits=2),
            "scale": tables.text("Unit"),
            "p_value": tables.number("p", digits=3),
            "reading": tables.text("How to read it", wide=True),
        },
        key="estimates",
        alt="Every estimate with its interval and p-value",
    )


def _draw_actions(
    workspace: Workspace, user: User, choices: testing.TestingSettings, made: testing.Evaluation
) -> None:
    steps.method(**testing.method(made))
    with st.container(horizontal=True):
        if st.button(
            "Save this evaluation", type="primary", icon=":material/save:", key="save-evaluation"
        ):
            with steps.action():
                testing.save_evaluation(workspace, user, choices)
                st.success(f"Saved as run {made.run_id}.")
        for label, name, make in (
            ("Report (PDF)", "evaluation.pdf", testing.report),
            ("Excel", "evaluation.xlsx", testing.excel),
        ):
            exports.offer(
                label,
                lambda make=make: make(workspace, made),
                name,
                user,
                "evaluation",
                made.run_id,
                key=f"offer-{name}",
            )


def _form(workspace: Workspace, user: User) -> testing.TestingSettings:
    names, has_trial = testing.place_choices(workspace)
    start = _starting_values(workspace, user, has_trial)
    is_crossover = st.session_state.get("testing.design", start.get("design")) == "crossover"
    return settings.form(
        testing.TestingSettings,
        key="testing",
        title="",
        only=[f for f in (*FIELDS, *RARE) if not (is_crossover and f in BEFORE_AFTER)],
        options={
            "comparison": list(names),
            "treated": list(names),
            "offences": targeting.offence_choices(workspace),
        },
        labels={
            "design": {"before_after": "Before and after", "crossover": "Crossover days"},
            "comparison": names,
            "treated": names,
        },
        limits={"displacement_m": (0, 500, 25)},
        notes={"design": "" if has_trial else "Crossover needs an assignment of days (step 2)."},
        bordered=False,
    )


def _starting_values(workspace: Workspace, user: User, has_trial: bool) -> dict:
    """Begin with the person's own entries, else the last evaluation, else a trial's design."""
    name = "settings:testing"
    if name not in st.session_state:
        held = load_draft(workspace, user, name) or testing.last_settings(workspace)
        st.session_state[name] = held or ({"design": "crossover"} if has_trial else {})
    return st.session_state[name]


def _design_text(made: testing.Design) -> str:
    if made.design == "crossover":
        return (
            f"**{made.treated:,} treated and {made.control:,} control place-days**, "
            f"{testing.plain_period(made.after)}, compared as assigned (intention to treat)."
        )
    return (
        f"**{made.treated:,} treated places against {made.control:,} comparison places.** "
        f"After: {testing.plain_period(made.after)}. Before: {testing.plain_period(made.before)}."
    )


def _card(number: str, title: str) -> st.delta_generator.DeltaGenerator:
    box = st.container(border=True, key=f"card-{number}")
    box.subheader(f"{number}. {title}", anchor=False)
    return box
