"""The form of a step, drawn from its settings model and kept as the user's draft."""

import re
import types
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from analytics.workspace import InputError, StepSettings, User, Workspace, make_settings
from analytics.workspace.drafts import load_draft, save_draft
from components import access, shared

Model = TypeVar("Model", bound=StepSettings)
_MOST_SLIDER_STEPS = 500


def form(
    model: type[Model],
    *,
    key: str,
    title: str = "Settings",
    only: Sequence[str] | None = None,
    options: dict[str, Sequence[Any]] | None = None,
    labels: dict[str, dict[str, str]] | None = None,
    limits: dict[str, tuple[Any, Any, Any]] | None = None,
    fixed: dict[str, Any] | None = None,
    notes: dict[str, str] | None = None,
    bordered: bool = True,
) -> Model:
    """Draw live widgets for a settings model in a panel and return the filled model.

    Names are the fields' public names (aliases). `only` chooses and orders the fields shown;
    `options` gives the choices of lists and texts, `labels` the wording of each choice, `limits`
    (lowest, highest, step) of numbers, `fixed` values that are not asked for, `notes` a sentence
    under a field. Rare fields fold into "More settings". Entries are kept as the user's draft.
    Shows one sentence and stops when the entries do not fit together.
    """
    user, workspace = access.current_user(), shared.workspace()
    name, fixed = f"settings:{key}", fixed or {}
    fields = {field.alias or plain: field for plain, field in model.model_fields.items()}
    shown = [field for field in (only or fields) if field not in fixed]
    held = st.session_state.get(name)
    if held is None:
        held = (load_draft(workspace, user, name) if user else None) or {}
        st.session_state[name] = held
    values = _starting_values(model, held)
    drawing = _Drawing(key, options or {}, labels or {}, limits or {}, notes or {})
    with st.container(border=bordered, key=f"panel-{key}"):
        if title:
            st.subheader(title, anchor=False)
        usual = [field for field in shown if not _extra(fields[field]).get("rare")]
        rare = [field for field in shown if field not in usual]
        entered = {field: drawing.widget(field, fields[field], values[field]) for field in usual}
        if rare:
            with st.expander("More settings"):
                for field in rare:
                    entered[field] = drawing.widget(field, fields[field], values[field])
    entered = {field: value for field, value in entered.items() if value is not _UNSET}
    try:
        filled = make_settings(model, {**values, **entered, **fixed})
    except InputError as error:
        st.error(str(error))
        st.stop()
    kept = {field: value for field, value in filled.as_json().items() if field in shown}
    if user and kept != {field: held.get(field) for field in kept}:
        st.session_state[name] = {**held, **kept}
        save_draft(workspace, user, name, st.session_state[name])
    return filled


def put_dates(workspace: Workspace, user: User, key: str, values: dict[str, date | None]) -> None:
    """Set date fields of a form from a button's `on_click`, before the form is drawn."""
    name = f"settings:{key}"
    held = st.session_state.get(name) or load_draft(workspace, user, name) or {}
    texts = {field: value and value.isoformat() for field, value in values.items()}
    st.session_state[name] = {**held, **texts}
    save_draft(workspace, user, name, st.session_state[name])
    for field, value in values.items():
        # The browser keeps what it shows under a key until the state says otherwise.
        st.session_state[f"{key}.{field}"] = value
        st.session_state[f"{key}.{field}.first"] = value


def reset(key: str) -> None:
    """Forget the draft of a form, so that it shows its defaults again."""
    user = access.current_user()
    for name in list(st.session_state):
        if name == f"settings:{key}" or str(name).startswith(f"{key}."):
            del st.session_state[name]
    if user:
        save_draft(shared.workspace(), user, f"settings:{key}", None)


_UNSET = object()


def _starting_values(model: type[Model], held: dict[str, Any]) -> dict[str, Any]:
    """Defaults, with the draft's values over them; a draft of an older form is dropped whole."""
    known = {field.alias or plain for plain, field in model.model_fields.items()}
    try:
        filled = make_settings(model, {k: v for k, v in held.items() if k in known})
    except InputError:
        filled = make_settings(model, {})
    values = filled.model_dump(by_alias=True)
    return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}


class _Drawing:
    """Draws one widget per field, by the field's type."""

    def __init__(self, key: str, options: dict, labels: dict, limits: dict, notes: dict):
        self._key, self._options, self._labels = key, options, labels
        self._limits, self._notes = limits, notes

    def widget(self, name: str, field: FieldInfo, value: Any) -> Any:
        """Draw the widget and return what is entered."""
        state = f"{self._key}.{name}"
        kind, inner, is_optional = _kind(field)
        unit = _extra(field).get("unit", "")
        words = {
            "label": _label(field.title or name, unit),
            "help": _help(field),
            "key": state,
        }
        if kind is list and _is_date(inner):
            entered = self._period(value, words)
        elif kind is date:
            words |= _first("value", words, value)
            entered = st.date_input(format="DD/MM/YYYY", **words)
        else:
            entered = self._draw(name, field, kind, inner, is_optional, value, words)
        if note := self._notes.get(name):
            st.caption(note)
        return entered

    def _draw(
        self,
        name: str,
        field: FieldInfo,
        kind: Any,
        inner: Any,
        is_optional: bool,
        value: Any,
        words: dict,
    ) -> Any:
        wording = self._labels.get(name, {})

        def shown(choice: Any) -> str:
            return wording.get(choice, _plain(choice))

        if kind is bool:
            return st.toggle(**words, **_first("value", words, bool(value)))
        if kind is Literal:
            return self._choice(list(inner), value, shown, words)
        if kind is list:
            return self._several(name, value, shown, words)
        if kind in (int, float):
            return self._number(name, field, kind, is_optional, value, words)
        if name in self._options:
            choices = [*([None] if is_optional else []), *self._options[name]]
            return _selectbox(choices, value, shown, words)
        text = st.text_input(**words, **_first("value", words, value or ""))
        return text or (None if is_optional else "")

    @staticmethod
    def _choice(choices: list, value: Any, shown: Any, words: dict) -> Any:
        if sum(len(shown(choice)) for choice in choices) > 36:
            return _selectbox(choices, value, shown, words)
        words = words | _first("default", words, value, choices)
        return st.segmented_control(options=choices, format_func=shown, required=True, **words)

    def _several(self, name: str, value: Any, shown: Any, words: dict) -> list:
        choices = list(self._options.get(name, ()))
        held = list(st.session_state.get(words["key"], value) or [])
        choices += [choice for choice in held if choice not in choices]
        return st.multiselect(
            options=choices,
            format_func=shown,
            accept_new_options=name not in self._options,
            placeholder="All",
            **words,
            **_first("default", words, [choice for choice in value or [] if choice in choices]),
        )

    @staticmethod
    def _period(held: Any, words: dict) -> Any:
        """Two dates, or none; one alone is not taken."""
        words = words | _first("value", words, tuple(held) if held else ())
        entered = st.date_input(format="DD/MM/YYYY", **words)
        if len(entered) == 1:
            st.caption("Choose the last day too.")
            return _UNSET
        return list(entered) or None

    def _number(
        self, name: str, field: FieldInfo, kind: type, is_optional: bool, value: Any, words: dict
    ) -> Any:
        lowest, highest = _bounds(field)
        low, high, step = self._limits.get(name, (lowest, highest, None))
        step = step or _step(kind, low, high)
        digits = 0 if step >= 1 else 1 if step >= 0.1 else 2
        low, high = (None if bound is None else kind(bound) for bound in (low, high))
        within = _within(low, high)
        held = st.session_state.get(words["key"])
        if held is not None and within(kind(held)) != held:
            st.session_state[words["key"]] = within(kind(held))
        bounds = {
            "min_value": low,
            "max_value": high,
            "step": kind(step),
            "format": "%d" if kind is int else f"%.{digits}f",
            **_first("value", words, None if value is None else within(kind(value))),
        }
        fits_slider = low is not None and high is not None
        if fits_slider and not is_optional and (high - low) / step <= _MOST_SLIDER_STEPS:
            return st.slider(**bounds, **words)
        return st.number_input(**bounds, **words)


def _first(parameter: str, words: dict, value: Any, choices: Sequence[Any] = ()) -> dict:
    """Return a widget's first value as its default.

    A browser may miss a first value that is set in the session's state. Where the value held no
    longer fits the choices, the state is set to the first of them.
    """
    state = words["key"]
    first = f"{state}.first"
    if state not in st.session_state or first not in st.session_state:
        st.session_state[first] = value
    if choices and st.session_state[first] not in choices:
        st.session_state[first] = choices[0]
    if choices and state in st.session_state and st.session_state[state] not in choices:
        st.session_state[state] = choices[0]
    return {parameter: st.session_state[first]}


def _selectbox(choices: list, value: Any, shown: Any, words: dict) -> Any:
    first = _first("first", words, value, choices)["first"]
    return st.selectbox(options=choices, format_func=shown, index=choices.index(first), **words)


def _within(low: Any, high: Any) -> Any:
    def clamp(value: Any) -> Any:
        value = value if low is None else max(value, low)
        return value if high is None else min(value, high)

    return clamp


def _kind(field: FieldInfo) -> tuple[Any, Any, bool]:
    """Return (kind, inner types, whether None is allowed) of a field's annotation."""
    parts = [field.annotation]
    if get_origin(field.annotation) in (Union, types.UnionType):
        parts = list(get_args(field.annotation))
    given = [part for part in parts if part is not type(None)]
    is_optional = len(given) < len(parts)
    kinds = {get_origin(part) or part for part in given}
    if Literal in kinds:
        return Literal, get_args(given[0]), is_optional
    if kinds & {list, tuple, set, frozenset}:
        return list, get_args(given[0]), is_optional
    if kinds <= {int, float}:
        return (float if float in kinds else int), (), is_optional
    for kind in (bool, date, datetime):
        if kind in kinds:
            return (date if kind is datetime else kind), (), is_optional
    return str, (), is_optional


def _is_date(inner: Any) -> bool:
    return bool(inner) and all(part in (date, Ellipsis) for part in inner)


def _label(title: str, unit: str) -> str:
    """Name the unit after the title, unless the title says it already."""
    is_said = unit.lower() in re.findall(r"\w+", title.lower())
    return title if not unit or is_said else f"{title} ({unit})"


def _bounds(field: FieldInfo) -> tuple[Any, Any]:
    low = high = None
    for limit in field.metadata:
        low = getattr(limit, "ge", getattr(limit, "gt", low))
        high = getattr(limit, "le", getattr(limit, "lt", high))
    return low, high


def _step(kind: type, low: Any, high: Any) -> Any:
    if low is None or high is None:
        return 1 if kind is int else 0.1
    span = high - low
    if kind is int:
        return 1 if span <= 200 else 5 if span <= 1000 else 10
    return 0.01 if span <= 1 else 0.1 if span <= 10 else 1.0


def _extra(field: FieldInfo) -> dict:
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def _help(field: FieldInfo) -> str:
    source = _extra(field).get("source", "")
    return f"{field.description or ''} Source: {source}." if source else field.description or ""


def _plain(choice: Any) -> str:
    if choice is None:
        return "Not set"
    text = str(choice).replace("_", " ")
    return text[:1].upper() + text[1:] if text.islower() else text
