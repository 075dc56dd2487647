"""Step 3, tab How sure: what a list caught later, and what its places rest on."""

import streamlit as st

from analytics import targeting
from analytics.workspace import User, Workspace
from components import charts, tables, theme


def draw(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Show the score beside last year's ranking, the best possible and chance, and Gi*."""
    hot = targeting.significant_places(result)
    if result.accuracy is not None:
        table = targeting.score_curve(result)
        names = ["This ranking", "Last year's ranking", "Best possible", "Chance"]
        columns = ["this_list", "last_year", "best", "chance"]
        percent = table.assign(**{name: table[name] * 100 for name in columns})
        charts.line(
            percent,
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
    st.markdown(
        f"**{int(hot['is_hot'].sum()):,} of {len(hot):,} places** stand out from their "
        "neighbourhood by Gi* after Benjamini-Hochberg at "
        f"{result.settings.significance_level:g}. Significance supports a ranking; over a large "
        "empty area it is easily reached."
    )
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
