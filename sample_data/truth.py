"""What was planted, as written to truth.json."""

import pandas as pd

from sample_data.crime import RATE_RATIO, background_expected
from sample_data.generate import Patrols, Town
from sample_data.offences import CHARACTERS, CRIMES_PER_OCCURRENCE, OFFENCES, PUBLIC_IN_PLACES
from sample_data.places import ALONG_SD_M
from sample_data.presence import STATION_RADIUS_M, summarise
from sample_data.timing import FIRST_DAY
from sample_data.trial import TREATED_PER_DAY, TRIAL_DAYS, expected_occurrences

MODEL = (
    "SYNTHETIC. Every stream of occurrences is Poisson. The background of each offence is spread "
    "evenly over addresses (a little denser in the centre and on estates, thinner beside busy "
    "corners); each planted place adds a mixture of offences along the streets at one corner, at "
    "half-normal distances. Hours of the week and months follow a profile per offence: violence "
    "peaks in the evening and, in night-time economy places, on Friday and Saturday night; robbery "
    "after school and in the evening; burglary of homes on weekdays in the day and in winter; "
    "vehicle crime by night; shoplifting in opening hours. An occurrence holds one to three "
    "crimes. On treated place-days each public-place occurrence inside the trial place happens "
    "with the planted rate ratio; none moves elsewhere. A day begins at 06:00 local time."
)


def describe(town: Town, patrols: Patrols) -> dict:
    """Return the truth of a town as plain values for JSON."""
    busiest = town.areas[0]
    return {
        "synthetic": True,
        "seed": town.seed,
        "town": "Marlbridge",
        "force": "Marlshire Police",
        "crs": "EPSG:27700",
        "as_of": "2026-08-31",
        "first_day": "2023-09-01",
        "last_day": "2026-08-31",
        "day_starts": "06:00",
        "model": MODEL,
        "busiest_place": {"place_id": busiest.place_id, "name": busiest.name},
        "police_station": {
            "name": "Marlbridge Police Station",
            "easting": town.station.x,
            "northing": town.station.y,
            "waiting_radius_m": STATION_RADIUS_M,
        },
        "places": _places(town),
        "offences": _offences(town),
        "trial": _trial(town),
        "presence": _presence(patrols),
    }


def _places(town: Town) -> dict:
    rows = [
        {
            "id": place.place_id,
            "name": place.name,
            "kind": place.kind,
            "character": place.character,
            "easting": round(place.x, 1),
            "northing": round(place.y, 1),
            "polygon": place.polygon_ref,
            "expected_occurrences": place.occurrences,
            "active_from": _date(place.first_day),
            "active_to": _date(place.last_day),
            "peaks": place.peaks,
        }
        for place in town.places
        if place.kind != "minor"
    ]
    minor = [
        {"id": p.place_id, "name": p.name, "easting": round(p.x, 1), "northing": round(p.y, 1),
         "polygon": p.polygon_ref, "expected_occurrences": p.occurrences}
        for p in town.places if p.kind == "minor"
    ]  # fmt: skip
    return {"along_street_sd_m": ALONG_SD_M, "planted": rows, "minor": minor}


def _date(day: int) -> str:
    return (FIRST_DAY + pd.Timedelta(days=day)).strftime("%Y-%m-%d")


def _offences(town: Town) -> dict:
    total = background_expected(town.places)
    shares = sum(offence.share for offence in OFFENCES)
    return {
        "background_expected": {
            o.code: round(total * o.share / shares, 1) for o in OFFENCES
        },
        "background_profile": {o.code: o.profile for o in OFFENCES},
        "place_mixtures": {
            character: {code: list(pair) for code, pair in mixture.items()}
            for character, mixture in CHARACTERS.items()
        },
        "crimes_per_occurrence": list(CRIMES_PER_OCCURRENCE),
        "public_share_in_places": PUBLIC_IN_PLACES,
    }  # fmt: skip


def _trial(town: Town) -> dict:
    expected = expected_occurrences(town.streets, town.addresses, town.places, town.areas)
    return {
        "first_day": TRIAL_DAYS[0].strftime("%Y-%m-%d"),
        "last_day": TRIAL_DAYS[-1].strftime("%Y-%m-%d"),
        "treated_per_day": TREATED_PER_DAY,
        "rate_ratio": RATE_RATIO,
        "displacement": 0,
        "affects": "every crime marked Public Place = Y inside the trial place, by its true time",
        "expected_untreated_public_occurrences": {
            place: [round(float(v), 6) for v in days] for place, days in expected.items()
        },
    }


def _presence(patrols: Patrols) -> dict:
    stays = patrols.stays
    keys = ["place_id", "day", "unit"]
    table = stays.pivot_table("minutes", keys, "kind", aggfunc="sum", fill_value=0.0).reset_index()
    kinds = ("patrol", "drive-through", "station")
    return {
        "meaning": "minutes summed over units by exact polygon membership of continuous paths; "
        "patrol leaves out drive-throughs and time within the waiting radius of the station; "
        "patrol_minutes_union counts a minute once when units overlap",
        "places": summarise(stays),
        "place_days": {
            "columns": ["place_id", "day", "unit", *(f"{k.replace('-', '_')}_minutes" for k in kinds)],
            "rows": [
                [row["place_id"], row["day"].strftime("%Y-%m-%d"), row["unit"],
                 *(round(float(row[k]), 2) for k in kinds)]
                for row in table.to_dict("records")
            ],
        },
    }  # fmt: skip
