"""What step 1 draws: the steps with their scores, and the items of one step as cards."""

import streamlit as st

from analytics import thinking
from analytics.workspace import SevenStepsError, User, Workspace
from components import navigation

GATES = "gates"
FILTERS = ("Gates", "Unanswered", "No evidence", "Overdue", "Mine")
_FIELDS = ("level", "evidence", "evidence_on", "owner", "due_on", "is_not_applicable", "reason")
_ERROR = "_checklist_error"


def choose_step(ready: thinking.Readiness) -> str:
    """Draw the gates and the seven steps with their scores; return which one is chosen."""
    if "thinking-step" not in st.session_state:
        st.session_state["thinking-step"] = GATES if ready.gates_open else ready.weakest
    chosen = st.session_state["thinking-step"]
    with st.container(border=True, key="panel-thinking", gap="small"):
        passed = len(thinking.gate_items()) - len(ready.gates_open)
        _row(GATES, "Gates first", chosen, passed / 20 * 100, f"{passed} of 20 gates passed")
        for step in thinking.STEPS:
            score, items = ready.steps[step], len(thinking.items_of(step))
            text = f"{ready.answered_by_step[step]} of {items} answered"
            if score is not None:
                text = f"{score:.0f} of 100 · {text}"
            mark = " · **weakest**" if step == ready.weakest else ""
            _row(step, navigation.PAGES[step][1], chosen, score or 0.0, text + mark)
    return chosen


def chosen_cards(workspace: Workspace, user: User, step: str) -> list[thinking.Card]:
    """Draw the filters and return the cards that pass them, those that gate first."""
    cards = thinking.cards(workspace)
    if step == GATES:
        cards = [card for card in cards if card.item.gate]
    else:
        cards = sorted((c for c in cards if c.item.step == step), key=lambda c: not c.item.gate)
    picked = st.pills(
        "Show only", FILTERS[1:] if step == GATES else FILTERS, selection_mode="multi", key="only"
    )
    return [card for card in cards if all(_passes(card, name, user) for name in picked)]


def draw_card(workspace: Workspace, user: User, card: thinking.Card, suggestion: str) -> None:
    """One item: question, why, level, evidence, owner and due date; saved as it is entered."""
    item, answer = card.item, card.answer
    _fill(answer)
    save = {"on_change": _save, "args": (workspace, user, item.id)}
    with st.container(border=True, key=f"card-{item.id}", gap="small"):
        gate = " :orange-badge[Gate]" if item.gate else ""
        overdue = " :red-badge[Overdue]" if card.is_overdue else ""
        st.markdown(f"**{item.question}** :gray[{item.id}]{gate}{overdue}")
        st.markdown(f":gray[{item.why}{f' {item.blocks}' if item.gate else ''}]")
        st.segmented_control(
            f"Level of {item.id}",
            range(len(thinking.LEVELS)),
            format_func=lambda level: thinking.LEVELS[level].name,
            key=f"{item.id}.level",
            label_visibility="collapsed",
            disabled=answer.is_not_applicable,
            **save,
        )
        _say_level(card)
        left, right = st.columns([3, 1])
        left.text_input(
            f"Evidence ({item.id})", placeholder=item.evidence, key=f"{item.id}.evidence", **save
        )
        right.date_input(
            "Dated", value=None, format="DD/MM/YYYY", key=f"{item.id}.evidence_on", **save
        )
        left, right = st.columns([3, 1])
        left.text_input(
            f"Owner ({item.id})",
            placeholder=thinking.OWNERS[item.owner],
            key=f"{item.id}.owner",
            **save,
        )
        right.date_input("Due", value=None, format="DD/MM/YYYY", key=f"{item.id}.due_on", **save)
        if suggestion and suggestion != answer.evidence:
            _draw_suggestion(workspace, user, item.id, suggestion)
        st.checkbox(f"Not applicable here ({item.id})", key=f"{item.id}.is_not_applicable", **save)
        if st.session_state[f"{item.id}.is_not_applicable"]:
            st.text_input(f"Reason ({item.id})", key=f"{item.id}.reason", **save)


def show_error() -> None:
    """Show why the last entry was not kept, once."""
    if text := st.session_state.pop(_ERROR, None):
        st.error(text)


def answer_sentence(ready: thinking.Readiness) -> str:
    """State how far the checklist is, its score and its weakest step."""
    if not ready.answered:
        return (
            f"None of the {ready.items} items is answered yet. Begin with the 20 that gate the "
            "chain: without them a later step cannot work."
        )
    overall = "" if ready.overall is None else f" and score {ready.overall:.0f} of 100"
    weakest = ""
    if ready.weakest:
        name, score = ready.weakest.capitalize(), ready.steps[ready.weakest]
        weakest = f" The weakest step is **{name}** with {score:.0f}."
    return (
        f"**{ready.answered} of {ready.items} items are answered{overall}.**{weakest} "
        f"{len(ready.gates_open)} of the 20 gates are still open."
    )


def _row(step: str, name: str, chosen: str, score: float, text: str) -> None:
    if st.button(
        name,
        key=f"step-{step}",
        type="primary" if step == chosen else "secondary",
        width="stretch",
    ):
        st.session_state["thinking-step"] = step
        st.rerun()
    st.progress(min(max(score / 100, 0.0), 1.0), text=text)


def _passes(card: thinking.Card, name: str, user: User) -> bool:
    owner = card.answer.owner.casefold()
    return {
        "Gates": card.item.gate,
        "Unanswered": not card.is_answered,
        "No evidence": not card.has_evidence,
        "Overdue": card.is_overdue,
        "Mine": bool(owner) and owner in (user.name.casefold(), user.username.casefold()),
    }[name]


def _say_level(card: thinking.Card) -> None:
    level = card.answer.level
    if level is not None:
        anchor = thinking.ANCHORS[card.item.step][level]
        st.caption(
            f"{thinking.LEVELS[level].description} In this step, for example: {anchor.lower()}."
        )
    if card.note:
        st.caption(f":orange[{card.note}]")


def _draw_suggestion(workspace: Workspace, user: User, item_id: str, suggestion: str) -> None:
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.caption(f"Found in the data: {suggestion}")
    right.button(
        "Use this",
        key=f"{item_id}.use",
        on_click=_use,
        args=(workspace, user, item_id, suggestion),
        help=f"Enter it as the evidence of {item_id}, dated today.",
        width="stretch",
    )


def _fill(answer: thinking.Answer) -> None:
    """Put what is stored into the widgets when someone else, or another tab, changed it."""
    seen = f"{answer.item_id}.seen"
    missing = f"{answer.item_id}.level" not in st.session_state
    if missing or st.session_state.get(seen) != answer.answered_ms:
        for field in _FIELDS:
            st.session_state[f"{answer.item_id}.{field}"] = getattr(answer, field)
        st.session_state[seen] = answer.answered_ms


def _use(workspace: Workspace, user: User, item_id: str, suggestion: str) -> None:
    st.session_state[f"{item_id}.evidence"] = suggestion
    st.session_state[f"{item_id}.evidence_on"] = workspace.today()
    _save(workspace, user, item_id)


def _save(workspace: Workspace, user: User, item_id: str) -> None:
    """Keep the card as entered; what cannot be kept goes back to what is stored."""
    entered = {field: st.session_state.get(f"{item_id}.{field}") for field in _FIELDS}
    for field in ("evidence", "owner", "reason"):
        entered[field] = entered[field] or ""
    try:
        saved = thinking.save_answer(workspace, user, item_id, **entered)
        st.session_state[f"{item_id}.seen"] = saved.answered_ms
    except SevenStepsError as error:
        st.session_state[_ERROR] = str(error)
        st.session_state[f"{item_id}.seen"] = 0
