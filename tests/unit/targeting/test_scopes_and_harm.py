"""Scopes are written down and versioned; harm tables are named, chosen and never guessed."""

from datetime import datetime

import pandas as pd
import pytest

from analytics import targeting
from analytics.targeting.harm import plain_code
from analytics.workspace import InputError, User, make_settings


def settings(**values):
    return make_settings(targeting.TargetingSettings, {"study_area": "hull", **values})


@pytest.fixture
def flagged(empty_workspace, store):
    """Crimes with every combination of flags, 1 to 8 of each, all at one place per kind."""
    rows, number = [], 0
    for domestic in (True, False):
        for public in (True, False):
            for proactive in (True, False):
                number += 1
                rows += [
                    {
                        "x": 430_000.0 + 400 * number,
                        "y": 430_000.0 + 300 * (number % 3),
                        "offence": "Assault",
                        "offence_code": "8N",
                        "is_domestic": domestic,
                        "is_public_place": public,
                        "is_proactive": proactive,
                    }
                ] * number
    rows.append({"x": 431_000.0, "y": 430_900.0, "offence": "Robbery", "offence_code": "34B"})
    store(empty_workspace, "crimes", rows)
    return empty_workspace


def test_a_scope_is_saved_in_versions_and_fills_a_list(flagged, acting):
    narrow = settings(offences=["Assault"], is_domestic_excluded=True)
    first = targeting.save_scope(flagged, acting, "Serious  violence ", narrow, "Agreed in May")
    assert (first.label, first.note) == ("Serious violence v1", "Agreed in May")
    with pytest.raises(InputError, match="says the same already"):
        targeting.save_scope(flagged, acting, "Serious violence", narrow)
    wider = settings(offences=["Assault", "Robbery"])
    assert targeting.save_scope(flagged, acting, "Serious violence", wider).version == 2
    by_name = targeting.preview_hotspots(flagged, acting, settings(scope="Serious violence v1"))
    by_hand = targeting.preview_hotspots(flagged, acting, narrow)
    assert by_name.counts.crimes == by_hand.counts.crimes == 5 + 6 + 7 + 8
    assert by_name.settings.offences == ["Assault"]
    assert by_name.run_id != by_hand.run_id, "a run names the scope that it was made with"
    targeting.retire_scope(flagged, acting, first.scope_id)
    assert [scope.label for scope in targeting.scopes(flagged)] == ["Serious violence v2"]
    again = targeting.preview_hotspots(flagged, acting, settings(scope="Serious violence v1"))
    assert again.counts.crimes == by_hand.counts.crimes, "old lists can be made again"


def test_settings_may_not_contradict_their_scope(flagged, acting):
    targeting.save_scope(flagged, acting, "Violence", settings(offences=["Assault"]))
    same = settings(scope="Violence v1", offences=["Assault"])
    assert targeting.preview_hotspots(flagged, acting, same).counts.crimes == 36
    with pytest.raises(InputError, match="'offences' says otherwise"):
        targeting.preview_hotspots(
            flagged, acting, settings(scope="Violence v1", offences=["Robbery"])
        )
    with pytest.raises(InputError, match="Violence v1"):
        targeting.preview_hotspots(flagged, acting, settings(scope="Violence v9"))


def test_scopes_need_a_name_and_a_right(flagged, acting):
    with pytest.raises(InputError, match="Give the scope a name"):
        targeting.save_scope(flagged, acting, "  ", settings())
    officer = User("o", "Officer", frozenset({"officer"}))
    with pytest.raises(Exception, match="may not"):
        targeting.save_scope(flagged, officer, "Violence", settings())


@pytest.mark.parametrize("domestic", [True, False])
@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize("proactive", [True, False])
def test_the_account_counts_each_crime_once(flagged, domestic, public, proactive, acting):
    chosen = settings(
        offences=["Assault"],
        is_domestic_excluded=domestic,
        is_public_place_only=public,
        is_proactive_excluded=proactive,
    )
    account = targeting.scope_account(flagged, chosen)
    said = account.set_index("what")["crimes"]["In this scope, over all dates"]
    assert said == targeting.preview_hotspots(flagged, acting, chosen).counts.crimes


def test_unknown_flags_are_told_and_stay_in(flagged):
    account = targeting.scope_account(flagged, settings()).set_index("what")
    assert account["crimes"]["Crimes held"] == 37
    assert account["crimes"]["Domestic: unknown, left in"] == 1


def test_the_suggestion_follows_home_office_codes(empty_workspace, store):
    place = {"x": 430_000.0, "y": 430_000.0, "occurred_from": datetime(2025, 1, 1)}
    codes = {"Murder": "001/01", "Assault": "8N", "Robbery": "34B/1", "Theft": "39", "Knife": "10D"}
    store(
        empty_workspace,
        "crimes",
        [{**place, "offence": name, "offence_code": code} for name, code in codes.items()],
    )
    assert targeting.suggested_offences(empty_workspace) == ["Assault", "Murder", "Robbery"]


@pytest.mark.parametrize(
    ("written", "plain"),
    [("001/01", "1/1"), ("4.1", "4/1"), (" 8n ", "8N"), ("34B", "34B"), ("0", "0")],
)
def test_a_code_is_the_same_in_each_way_of_writing(written, plain):
    assert plain_code(written) == plain


def table(**days) -> pd.DataFrame:
    return pd.DataFrame(
        [{"code": code, "title": f"Offence {code}", "days": value} for code, value in days.items()]
    )


def test_an_own_table_is_a_new_version_and_is_named_by_the_list(flagged, acting):
    targeting.save_harm_table(flagged, acting, "Ours", "2026", table(**{"8N": 10, "34B": 365}))
    targeting.save_harm_table(flagged, acting, "Ours", "2027", table(**{"8N": 20, "34B": 365}))
    assert [held.label for held in targeting.harm_tables(flagged)] == ["Ours 2027", "Ours 2026"]
    latest = targeting.preview_hotspots(flagged, acting, settings(rank_by="harm"))
    older = targeting.preview_hotspots(
        flagged, acting, settings(rank_by="harm", harm_table="Ours 2026")
    )
    assert latest.counts.harm.sum() == 36 * 20 + 365
    assert older.counts.harm.sum() == 36 * 10 + 365
    assert older.counts.weights.label == "Ours 2026"
    with pytest.raises(InputError, match="Ours 2026"):
        targeting.preview_hotspots(flagged, acting, settings(harm_table="Theirs"))
    with pytest.raises(InputError, match="loaded already"):
        targeting.save_harm_table(flagged, acting, "Ours", "2026", table(**{"8N": 30}))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (table(), "no rows"),
        (table(**{"8N": 0}), "no weight above 0"),
        (table(**{"8N": "many"}), "no weight above 0"),
        (pd.concat([table(**{"8N": 1}), table(**{"8n": 2})]), "stands twice"),
        (table(**{"": 5}), "without an offence code"),
    ],
)
def test_a_faulty_own_table_is_refused_whole(flagged, acting, rows, said):
    rows = rows.reindex(columns=["code", "title", "days"])
    with pytest.raises(InputError, match=said):
        targeting.save_harm_table(flagged, acting, "Ours", "1", rows)
    assert targeting.harm_tables(flagged) == []


def test_the_choice_of_a_weight_belongs_to_its_table(flagged, acting, store):
    rows = [
        {"index_name": "A", "version": version, "code": code, "title": code, "days": days}
        for version, code, days in [("1", "8N", 10.0), ("1", "8N", 19.0), ("2", "8N", 84.0)]
    ]
    store(flagged, "harm", pd.DataFrame(rows))
    first = targeting.harm_weights(flagged, "A 1")
    assert first.scores.empty and first.ambiguous["days"].tolist() == [10.0, 19.0]
    targeting.choose_weight(flagged, acting, "8N", 19.0, "A 1")
    assert targeting.harm_weights(flagged, "A 1").scores["harm_days"].tolist() == [19.0]
    assert targeting.harm_weights(flagged, "A 2").scores["harm_days"].tolist() == [84.0]
    assert targeting.chosen_weights(flagged, "A 1")["days"].tolist() == [19.0]


@pytest.mark.real
def test_the_cambridge_index_leaves_its_ambiguity_to_a_person(flagged, acting, real_data):
    from analytics import technology

    file = real_data / "harm_cchi_2020" / "cchi_2020_values.csv"
    report = technology.load(flagged, acting, "harm", [file])
    assert report.rows_read == 698
    weights = targeting.harm_weights(flagged)
    assert weights.label == "Cambridge Crime Harm Index 2020"
    unclear = weights.ambiguous.groupby("offence_code")["days"].apply(sorted)
    assert unclear["8N"] == [2, 10, 19, 84, 547.5, 1460]
    assert weights.scores.set_index("offence_code")["harm_days"]["34B"] == 365
