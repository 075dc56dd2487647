"""Step 3, tab How sure: against later crime, against chance, on other grids, by harm."""

from typing import Any

import streamlit as st

from analytics import targeting
from analytics.workspace import StepSettings, User, Workspace
from components import charts, settings, steps, sureness_parts, tables, theme


def draw(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Show one verdict, then what it rests on, from the strongest evidence to the weakest."""
    top = st.container()
    choices = _choices()
    backtest = targeting.stored_backtest(workspace, user, result, choices["backtest"])
    stability = targeting.stored_stability(workspace, user, result, choices["stability"])
    with top:
        _verdict(result, backtest, stability)
    if backtest is None:
        _ask(
            user,
            result,
            "backtest",
            choices["backtest"],
            "Which way of ranking catches most?",
            "The backtest makes the list again at several dates in the past, by every method, and "
            "counts what each would have caught in the months after.",
            "Run the backtest",
        )
    else:
        sureness_parts.backtest(backtest, choices["backtest"])
    if result.accuracy is not None:
        _score(result)
    if stability is None:
        _ask(
            user,
            result,
            "stability",
            choices["stability"],
            "How firm is each place?",
            "Redraws the crimes of the period, and shifts and resizes the grid, to see which "
            "places stay on the list.",
            "Test the places",
        )
    else:
        sureness_parts.stability(stability, choices["stability"])
    with steps.action(stop=False):
        sureness_parts.count_and_harm(targeting.compare_count_and_harm(result))
    _significance(result)


def _choices() -> dict[str, StepSettings]:
    with st.popover("Settings of the tests", icon=":material/tune:"):
        return {
            "backtest": settings.form(
                targeting.BacktestSettings, key="backtest", title="Backtest", bordered=False
            ),
            "stability": settings.form(
                targeting.StabilitySettings, key="stability", title="Places", bordered=False
            ),
        }


def _verdict(
    result: targeting.HotspotResult,
    backtest: targeting.Backtest | None,
    stability: targeting.Stability | None,
) -> None:
    said = [part.verdict() for part in (backtest, stability) if part is not None]
    if not said and result.accuracy is not None:
        caught = result.accuracy
        said = [
            f"This list caught **{caught.hit_rate:.1%}** of the crimes from "
            f"{result.counts.scope.test}, {caught.pei:.0%} of what the best list of its size would "
            "have. One test period is one throw of the dice: run the tests below."
        ]
    if not said:
        said = ["Nothing is known yet of how sure this list is. Run the tests below."]
    for text in said:
        st.markdown(text)


def _ask(
    user: User,
    result: targeting.HotspotResult,
    kind: str,
    choices: StepSettings,
    title: str,
    text: str,
    label: str,
) -> None:
    """Offer the button that starts a test whose result is not held yet."""
    with st.container(border=True):
        st.subheader(title, anchor=False)
        st.markdown(text)
        if not user.may("tune"):
            st.caption("An analyst, an inspector or a lead may run it.")
            return
        arguments: dict[str, Any] = {
            "settings": result.settings.as_json(),
            "choices": choices.as_json(),
        }
        steps.job(kind, arguments, user, key=f"targeting-{kind}", label=label, primary=False)


def _score(result: targeting.HotspotResult) -> None:
    table = targeting.score_curve(result)
    names = ["This ranking", "Last year's ranking", "Best possible", "Chance"]
    columns = ["this_list", "last_year", "best", "chance"]
    charts.line(
        table.assign(**{name: table[name] * 100 for name in columns}),
        x="places",
        values=columns,
        names=names,
        colours=[theme.CATEGORIES[place] for place in (0, 2, 3, 5)],
        title="Crimes of the test period caught, by length of list",
        unit="Share caught (%)",
        x_title="Places, highest first",
        key="targeting-score",
        conclusion=_score_sentence(result),
    )
    details = targeting.score_details(result)
    with st.expander("Further measures", icon=":material/function:"):
        st.markdown(
            f"**Crimes per km² of the list (search efficiency rate):** {details.per_km2:,.0f} in "
            f"the test period, {result.counts.scope.test}.\n\n"
            f"**Precision:** {details.precision:.1%} of the {details.cells:,} cells had a crime in "
            f"the test period ({details.with_crime:,}).\n\n"
            f"**Recall over cells:** {details.recall:.2%} of all cells that had a crime then; "
            f"**F1:** {details.f1:.3f}. Both are low for any short list, because most cells with a "
            "crime have one or two."
        )


def _score_sentence(result: targeting.HotspotResult) -> str:
    """Say in words what PAI, PEI and RRI are for this list."""
    caught = result.accuracy
    area = f"{result.counts.area.area_km2:,.0f} km²"
    text = (
        f"The list caught {caught.pai:,.1f} times what its share of the {area} would by chance "
        f"(PAI {caught.pai:,.1f}) and {caught.pei:.0%} of what the best list of its size would "
        f"have (PEI {caught.pei:.2f})."
    )
    if caught.rri is not None:
        text += (
            f" In the ranking period it held {caught.rri:.2f} times the share caught later (RRI)."
        )
    return text


def _significance(result: targeting.HotspotResult) -> None:
    hot = targeting.significant_places(result)
    st.subheader("Which places stand out from their neighbourhood", anchor=False)
    tables.show(
        hot.assign(name=result.hotspots["name"].to_numpy()),
        {
            "rank": tables.number("Rank"),
            "name": "Place",
            "z": tables.number("Gi* (z)", digits=2),
            "p": tables.number("p", digits=4),
            "p_adjusted": tables.number("p after correction", digits=4),
            "is_hot": "Stands out",
        },
        key="targeting-gi",
        most_rows=8,
        caption=f"{int(hot['is_hot'].sum()):,} of {len(hot):,} places stand out by Gi* after "
        f"Benjamini-Hochberg at {result.settings.significance_level:g}. Significance supports a "
        "ranking; over a large empty area it is easily reached.",
    )
