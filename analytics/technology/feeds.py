"""What each feed wants: its columns, what they hold, and the names they go by elsewhere."""

import re
from dataclasses import dataclass, field

from analytics.workspace import FEEDS, InputError

SHAPE_FEEDS = ("places", "boundary", "streets")
POINT_FEEDS = ("bases", "points")


@dataclass(frozen=True)
class Column:
    """One wanted column: `kind` decides how its text is read, `names` are its usual headers.

    Kinds: text, either (the first that is filled of several columns), number, flag, date, moment (date with or without a time), clock (time of day or
    a moment), person (officer or device: stored only as a keyed hash), x, y (coordinates).
    """

    name: str
    title: str
    kind: str = "text"
    is_required: bool = False
    names: tuple[str, ...] = field(default=())


def _column(name: str, title: str, kind: str = "text", names: str = "", need: bool = False):
    return Column(name, title, kind, need, (simplify(name), *names.split()))


def simplify(header: str) -> str:
    """Return a header in lower case with single underscores, as the known names are written."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", header.strip())
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


_X = _column(
    "x",
    "Longitude or easting",
    "x",
    "easting eastings bng_e osgb_easting grid_easting longitude lon long lng longitud geo_lon "
    "geo_long longitude_x x_coord x_coordinate x_coord_cd xcoord point_x",
    need=True,
)
_Y = _column(
    "y",
    "Latitude or northing",
    "y",
    "northing northings bng_n osgb_northing grid_northing latitude lat latitud geo_lat "
    "latitude_y y_coord y_coordinate y_coord_cd ycoord point_y",
    need=True,
)

_EVENTS = (
    _column(
        "crime_id",
        "Record number",
        names="crime_ref crime_reference crime_number crime_no crime_reference_number "
        "incident_id incident_number incident_ref incident_no log_number uid unique_id urn "
        "complaint_num cmplnt_num case_number case_no case_id record_number record_no record_id "
        "reference_number reference_no report_number reference ref id",
    ),
    _column(
        "occurrence_number",
        "Occurrence number",
        names="occurrence_no occurrence_ref occurrence_id occurrence",
    ),
    _column(
        "offence_code",
        "Offence code",
        names="ho_code home_office_code home_office_classification ho_offence_code cjs_code "
        "offense_code offence_cd crime_code classification_code ky_cd",
    ),
    _column(
        "offence",
        "Offence or category",
        names="offence_title offence_description crime_type offense_type offence_type category "
        "offense ucr_category primary_type primary_ty incident_type object_of_search "
        "crime_category crime_description offense_description offence_desc ofns_desc "
        "offence_group offence_class type",
    ),
    _column(
        "occurred_from",
        "Happened from (date, time)",
        "moment",
        "date_from from_date occurred_from_date start_date date_start committed_from "
        "committed_on_from earliest_date first_date datetime_from from_datetime date_time "
        "datetime date_occurred occurred_on occurred_date occurred incident_date offence_date "
        "crime_date date_of_offence occurrence_date cmplnt_fr_dt date timestamp month",
        need=True,
    ),
    _column(
        "occurred_to",
        "Happened until (date, time)",
        "moment",
        "date_to to_date occurred_to_date end_date date_end committed_to committed_on_to "
        "latest_date last_date datetime_to to_datetime cmplnt_to_dt",
    ),
    _column(
        "recorded_on",
        "Recorded on",
        "date",
        "recorded_date date_recorded reported_date date_reported report_date created_date rpt_dt",
    ),
    _X,
    _Y,
    _column(
        "location",
        "Place in words",
        names="street street_name address hundred_block block location_description "
        "incident_address",
    ),
    _column(
        "area_code",
        "Area code",
        names="lsoa_code lsoacd lsoa11cd lsoa21cd lsoa beat beat_code ward_code census_code "
        "census_block district neighbourhood neighborhood precinct",
    ),
    _column("is_public_place", "In a public place", "flag", "public_place public public_flag"),
    _column(
        "is_domestic", "Domestic", "flag", "domestic domestic_flag domestic_abuse da_flag dv_flag"
    ),
    _column("is_knife", "Knife used", "flag", "knife knife_flag knife_crime bladed_article"),
    _column(
        "is_proactive", "Found by the police's own activity", "flag", "proactive proactive_flag"
    ),
    _column("status", "Status of the record", names="crime_status record_status"),
    _column("outcome", "Outcome", names="last_outcome_category last_outcome outcome_type disposal"),
    _column("source", "Recorded by", names="falls_within reported_by force rep_by"),
)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "crimes": _EVENTS,
    "incidents": _EVENTS,
    "stops": (
        *_EVENTS,
        _column(
            "ethnicity",
            "Self-defined ethnicity",
            "either",
            "self_defined_ethnicity ethnicity ethnic_group",
        ),
        _column(
            "officer_ethnicity",
            "Officer-defined ethnicity",
            names="officer_defined_ethnicity ethnic_appearance perceived_ethnicity",
        ),
        _column(
            "is_object_found",
            "Outcome linked to the object of search",
            "flag",
            "outcome_linked_to_object_of_search object_found item_found found",
        ),
    ),
    "pings": (
        _column(
            "device",
            "Device (blank: the file name)",
            "person",
            "device_id deviceid callsign call_sign radio issi uid user user_id tracker unit_id "
            "vehicle vehicle_id taxi_id",
        ),
        _column(
            "time",
            "Time (UTC unless told otherwise)",
            "moment",
            "time_utc utc_time datetime timestamp date_time gps_time unix unix_time epoch "
            "utc_timestamp recorded_at gps_datetime timestamp_ms time_ms epoch_ms unix_ms date t",
            need=True,
        ),
        _X,
        _Y,
        _column("accuracy_m", "Accuracy (m)", "number", "accuracy hdop_m horizontal_accuracy"),
        _column("unit", "Unit", names="callsign_unit team"),
    ),
    "roster": (
        _column("day", "Day of the shift", "date", "date shift_date duty_date", need=True),
        _column("shift", "Shift", names="shift_name duty"),
        _column("starts", "Starts", "clock", "start start_time from shift_start", need=True),
        _column("ends", "Ends", "clock", "end end_time to until shift_end", need=True),
        _column("unit", "Unit", names="callsign call_sign device", need=True),
        _column(
            "officer", "Officer", "person", "officer_id collar_number collar_no shoulder_number"
        ),
        _column("team", "Team", names="section relief"),
        _column("mode", "Foot or car", names="transport patrol_mode"),
        _column("base", "Base station", names="station base_station"),
        _column(
            "crew",
            "Officers in the unit",
            "number",
            "officers crew_size number_of_officers staff strength",
        ),
        _column("agency", "Agency", names="organisation organization employer force partner"),
        _column("funding", "Funding line", names="fund funding_line budget cost_code grant"),
    ),
    "bases": (_column("name", "Name", names="base station base_station", need=True), _X, _Y),
    "points": (
        _column("name", "Name", names="point place title", need=True),
        _column("kind", "Kind", names="type category class"),
        _X,
        _Y,
    ),
    "training": (
        _column(
            "officer",
            "Officer",
            "person",
            "officer_id collar_number collar_no shoulder_number",
            need=True,
        ),
        _column("team", "Team", names="section relief"),
        _column("course", "Course", names="course_name course_title", need=True),
        _column("version", "Version", names="course_version"),
        _column("completed_on", "Completed on", "date", "completed date_completed completion_date"),
        _column("expires_on", "Expires on", "date", "expires expiry expiry_date date_expires"),
        _column("score", "Score", "number", "mark result"),
        _column("pass_mark", "Pass mark", "number", "passmark"),
        _column("observer", "Observed by", "person", "observed_by assessor"),
    ),
    "activity": (
        _column(
            "at_local",
            "When (date, time)",
            "moment",
            "at time time_local datetime date_time timestamp date",
            need=True,
        ),
        _column("kind", "Kind of activity", names="activity activity_type type", need=True),
        _column("quantity", "Quantity", "number", "count number minutes"),
        _column("unit", "Unit", names="callsign call_sign"),
        _column(
            "until_local",
            "Until (date, time)",
            "moment",
            "until end ends end_time time_to to released released_at cleared cleared_at finish",
        ),
        _column("place_id", "Hot spot", names="hotspot_id hotspot place"),
        _X,
        _Y,
    ),
    "assignment": (
        _column("day", "Day", "date", "date", need=True),
        _column("place_id", "Place", names="place hotspot_id hotspot site", need=True),
        _column(
            "is_treatment",
            "Treatment or control",
            "flag",
            "assigned assignment arm treatment treated group condition allocation allocated",
            need=True,
        ),
    ),
    "harm": (
        _column("index_name", "Name of the index", names="index"),
        _column("version", "Version", names="edition vintage"),
        _column("source", "Source", names="source_url url score_from"),
        _column(
            "code",
            "Offence code",
            names="offence_code cjs_codes cjs_code ho_code home_office_classification",
            need=True,
        ),
        _column("title", "Offence", names="offence_title full_offence_title offence short_title"),
        _column(
            "days", "Harm (days)", "number", "cchi_score score weight harm harm_days", need=True
        ),
        _column("sub_code", "Further code: sub-code", names="home_office_classification"),
        _column("class_code", "Further code: class", names="classification_code"),
        _column("record_code", "Further code: record system", names="athena_urn"),
    ),
    "places": (
        _column("place_id", "Place id", names="id hotspot_id code site_id site area_id"),
        _column("name", "Name", names="title label"),
        _column("kind", "Kind", names="type category class arm"),
    ),
    "boundary": (_column("name", "Name", names="title label"),),
    "streets": (
        _column("street_id", "Street id", names="id identifier osm_id fid"),
        _column("name", "Name", names="distinctive_name name1 street_name road_name street"),
        _column("class", "Class", names="classification highway road_classification type"),
    ),
}

FEED_COLUMNS: dict[str, dict[str, str]] = {
    feed: {column.name: column.title for column in COLUMNS[feed]} for feed in FEEDS
}
"""Feed -> wanted column -> its title, in the order in which a form shows them."""

TITLES: dict[str, str] = {
    "crimes": "Crimes",
    "incidents": "Incidents",
    "pings": "Patrol GPS pings",
    "roster": "Roster",
    "bases": "Base stations",
    "training": "Training records",
    "stops": "Stop and search",
    "activity": "Patrol activity",
    "assignment": "Trial assignment",
    "harm": "Harm weights",
    "places": "Own places",
    "points": "Points of note",
    "boundary": "Force boundary",
    "streets": "Streets",
}

ALIASES = {"longitude": "x", "easting": "x", "latitude": "y", "northing": "y"}
"""Other names under which `--columns` may give a coordinate."""


def columns_of(feed: str) -> tuple[Column, ...]:
    """Return the wanted columns of a feed; raises InputError for an unknown feed."""
    if feed not in COLUMNS:
        raise InputError(f"The feed '{feed}' is not known. Use one of: {', '.join(FEEDS)}.")
    return COLUMNS[feed]
