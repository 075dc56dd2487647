"""Step 3, tab Compare methods: what other ways of finding hot spots say."""

import geopandas as gpd
import numpy as np
import pandas as pd
import streamlit as st

from analytics import targeting
from analytics.workspace import User, Workspace
from components import methods_map, settings, shuffles_part, steps, tables

_DEFAULT = ("gi_star", "density", "dbscan")
_KEY = "methods"


def draw(workspace: Workspace, user: User, result: targeting.HotspotResult) -> None:
    """Show the list beside as many places of other methods, where they agree, and the scores."""
    with st.popover("Settings of the methods", icon=":material/tune:"):
        chosen = settings.form(
            targeting.MethodSettings, key="targeting-methods", title="", bordered=False
        )
    with st.spinner("Finding the places of every method"):
        found = targeting.compare_methods(workspace, user, result.settings, chosen)
    lists = found.lists
    st.markdown(_answer(found))
    _scores(found)
    others = {key: method.name for key, method in lists.items() if key != targeting.THIS_LIST}
    shown = st.pills(
        "Methods to set against each other",
        list(others),
        selection_mode="multi",
        default=[key for key in _DEFAULT if key in others],
        format_func=others.get,
        key=f"{_KEY}-shown",
    )
    _overlap(found, [targeting.THIS_LIST, *shown])
    _on_the_map(found, shown)
    for method in found.methods:
        if not method.is_measurable:
            st.caption(f"{method.name}: not measurable. {method.reason}")
    with st.expander("What each method says"):
        st.markdown(
            "\n".join(
                f"- **{_plain(one.name)}.** {_plain(one.definition)} {one.note}"
                for one in found.methods
            )
        )
        st.caption(
            f"All lists: {found.result.counts.scope.train}, cells with at least "
            f"{found.result.settings.minimum_count} crimes, {found.result.crs}. Run {found.run_id}."
        )
    shuffles_part.draw(user, found, chosen)


def _answer(found: targeting.MethodComparison) -> str:
    """Say which methods agree most and least with this list, and which caught most."""
    shared = found.shared.loc[targeting.THIS_LIST].drop(targeting.THIS_LIST)
    size = len(found.lists[targeting.THIS_LIST].positions)
    most, least = shared.idxmax(), shared.idxmin()
    text = (
        f"**Of this list's {steps.counted(size, 'cell')}, {_plain(found.lists[most].name)} names "
        f"{shared[most]:,} too and {_plain(found.lists[least].name)} {shared[least]:,}.** "
    )
    if found.best_hit_rate is None:
        return text + "Without a test period nobody knows which of them catches most."
    best = found.scores.loc[found.scores["hit_rate"].astype(float).idxmax()]
    own = found.scores["hit_rate"].iloc[0]
    if best["hit_rate"] <= own:
        return text + (
            f"No other list of that size caught more of the later crimes than this one, {own:.1%}."
        )
    return text + (
        f"{_plain(best['name'])} caught most of the later crimes, {best['hit_rate']:.1%} against "
        f"{own:.1%} for this list."
    )


def _plain(text: str) -> str:
    """Keep the star of Gi* from being read as markup."""
    return text.replace("*", "\\*")


def _scores(found: targeting.MethodComparison) -> None:
    frame = found.scores.copy()
    for share in ("share_of_count", "share_of_area", "hit_rate", "pei"):
        frame[share] = 100 * frame[share].astype(float)
    frame["pei"] = frame["pei"].round()
    columns = {
        "name": "Method",
        "cells": tables.number("Cells"),
        "share_of_count": tables.number(
            "Held", digits=1, unit="%", why="Of the crimes of the ranking period."
        ),
        "hit_rate": tables.number(
            "Caught later", digits=1, unit="%", why="Of the crimes of the test period."
        ),
        "pei": tables.number(
            "Of best", digits=0, unit="%", why="Caught, over what the best such list would have."
        ),
        "pai": tables.number("PAI", digits=1, why="Share caught over share of the ground."),
        "note": tables.text("What it says beside", why="Parameters are named below."),
    }
    if found.best_hit_rate is None:
        for name in ("hit_rate", "pei", "pai"):
            del columns[name]
    st.subheader("What lists of the same length held and caught", anchor=False)
    tables.show(frame, columns, key=f"{_KEY}-scores", alt="The score of each method's list.")
    if found.best_hit_rate is not None:
        st.caption(
            f"The best possible list of that length would have caught {found.best_hit_rate:.1%} of "
            f"the crimes from {found.result.counts.scope.test}. One test period is one draw: the "
            "backtest under How sure repeats it."
        )


def _overlap(found: targeting.MethodComparison, keys: list[str]) -> None:
    """Show how many cells each two of the lists have in common."""
    if len(keys) < 2:
        return
    names = [found.lists[key].name for key in keys]
    table = found.shared.loc[keys, keys]
    frame = pd.DataFrame(table.to_numpy(), columns=names)
    frame.insert(0, "method", names)
    jaccard = found.jaccard.loc[keys, keys].to_numpy()
    apart = jaccard + 2 * np.eye(len(keys))
    one, two = np.unravel_index(apart.argmin(), apart.shape)
    st.subheader("Cells that two lists have in common", anchor=False)
    tables.show(
        frame,
        {"method": "Method", **{name: tables.number(name) for name in names}},
        key=f"{_KEY}-overlap",
        alt="Cells shared by every two lists.",
    )
    st.caption(
        f"Least alike: {names[one]} and {names[two]}, with {jaccard[one, two]:.0%} of the cells of "
        "either in both (Jaccard)."
    )


def _on_the_map(found: targeting.MethodComparison, keys: list[str]) -> None:
    """Show where this list and one other differ, on a map and as a table."""
    if not keys:
        return
    st.subheader("Where two lists differ", anchor=False)
    other = st.segmented_control(
        "This list and",
        keys,
        default=keys[0],
        required=True,
        format_func=lambda key: found.lists[key].name,
        key=f"{_KEY}-map-of-{'-'.join(keys)}",
    )
    name = found.lists[other].name
    names = {"both": "In both", "first": "Only in this list", "second": f"Only in {name}"}
    places = _places(found, other, names)
    methods_map.draw(places, names, key=f"{_KEY}-map")
    with st.expander("The same as a table"):
        tables.show(
            pd.DataFrame(places.drop(columns="geometry")),
            {
                "where": "List",
                "label": "Place",
                "count": tables.number("Crimes"),
                "test_count": tables.number("Later crimes"),
            },
            key=f"{_KEY}-places",
        )


def _places(
    found: targeting.MethodComparison, other: str, names: dict[str, str]
) -> gpd.GeoDataFrame:
    """Return the cells of both lists with their group and a name to read."""
    counts, result = found.result.counts, found.result
    groups = dict(
        zip(("both", "first", "second"), found.only_in(targeting.THIS_LIST, other), strict=True)
    )
    cells = np.concatenate(list(groups.values()))
    of = np.repeat(list(groups), [len(part) for part in groups.values()])
    known = {
        key: f"{row.rank}. {row.name}"
        for row in result.hotspots[["rank", "name", "cells"]].itertuples(index=False)
        for key in row.cells
    }
    xs, ys = counts.centres()
    labels = [
        known.get(key, f"{xs[cell]:,.0f} E {ys[cell]:,.0f} N")
        for key, cell in zip(counts.keys_at(cells), cells, strict=True)
    ]
    return gpd.GeoDataFrame(
        {
            "group": of,
            "where": [names[group] for group in of],
            "label": labels,
            "count": counts.count[cells],
            "test_count": counts.test[cells],
        },
        geometry=list(counts.polygons_at(cells)),
        crs=result.crs,
    )
