"""The tables of a workspace. No foreign keys and no secondary indexes: DuckDB refuses ordinary
changes under them. Lengths are metres in the workspace's CRS, `*_ms` epoch milliseconds UTC."""

VERSION = 4

FEEDS = (
    "crimes",
    "incidents",
    "pings",
    "roster",
    "bases",
    "training",
    "stops",
    "activity",
    "assignment",
    "harm",
    "places",
    "points",
    "boundary",
    "streets",
)

EVENT_FEEDS = ("crimes", "incidents", "stops")
"""Feeds of dated, placed records, which a newer extract may replace."""

DEFAULT_PROGRAMME = "serious-violence"

# Ethnicity and what was found are stored of stops only; a stop may lack its place.
_EVENT_COLUMNS = """
    row_id BIGINT, load_id VARCHAR, row_hash UBIGINT,
    crime_id VARCHAR, occurrence_number VARCHAR,
    offence_code VARCHAR, offence VARCHAR,
    occurred_from TIMESTAMP, occurred_to TIMESTAMP,
    from_utc_ms BIGINT, to_utc_ms BIGINT,
    time_precision VARCHAR, is_ambiguous_time BOOLEAN,
    recorded_on DATE, x DOUBLE, y DOUBLE, lon DOUBLE, lat DOUBLE,
    location VARCHAR, area_code VARCHAR,
    is_public_place BOOLEAN, is_domestic BOOLEAN, is_knife BOOLEAN, is_proactive BOOLEAN,
    status VARCHAR, outcome VARCHAR, source VARCHAR, ethnicity VARCHAR,
    officer_ethnicity VARCHAR, is_object_found BOOLEAN
"""

TABLES: dict[str, str] = {
    "meta": "name VARCHAR, value VARCHAR",
    "programmes": "programme_id VARCHAR, name VARCHAR, funding VARCHAR, is_active BOOLEAN",
    "people": """username VARCHAR, name VARCHAR, password_hash VARCHAR, is_disabled BOOLEAN,
        token_version INTEGER, created_ms BIGINT, password_set_ms BIGINT""",
    "person_roles": "username VARCHAR, role VARCHAR",
    "sign_in_failures": "username VARCHAR, at_ms BIGINT",
    "sessions": """session_id VARCHAR, username VARCHAR, token_version INTEGER,
        started_ms BIGINT, ends_ms BIGINT, is_ended BOOLEAN""",
    "audit": """number BIGINT, at_ms BIGINT, username VARCHAR, roles VARCHAR, action VARCHAR,
        object_type VARCHAR, object_id VARCHAR, detail VARCHAR, app_version VARCHAR,
        previous_hash VARCHAR, hash VARCHAR""",
    "feeds": """feed VARCHAR, owner VARCHAR, source VARCHAR, expected_cycle_days INTEGER,
        retention_days INTEGER, dpia_reference VARCHAR, recording_lag_days INTEGER""",
    "recipes": """feed VARCHAR, name VARCHAR, header_signature VARCHAR, columns JSON,
        saved_by VARCHAR, saved_ms BIGINT, mode VARCHAR""",
    "loads": """load_id VARCHAR, feed VARCHAR, at_ms BIGINT, username VARCHAR, files JSON,
        file_hashes JSON, columns JSON, rows_read BIGINT, rows_stored BIGINT,
        rows_quarantined BIGINT, rows_already_held BIGINT, reasons JSON, warnings JSON,
        first VARCHAR, last VARCHAR, seconds DOUBLE, fingerprint VARCHAR, is_undone BOOLEAN,
        mode VARCHAR, changes JSON""",
    "quarantine": """load_id VARCHAR, feed VARCHAR, file VARCHAR, line BIGINT, rule VARCHAR,
        reason VARCHAR, fields JSON, expires_ms BIGINT, fixed_by VARCHAR""",
    # Rows of events that a newer extract replaced: they come back when that load is undone.
    "superseded": f"feed VARCHAR, replaced_by VARCHAR, {_EVENT_COLUMNS}",
    "crimes": _EVENT_COLUMNS,
    "incidents": _EVENT_COLUMNS,
    "stops": _EVENT_COLUMNS,
    "activity": """row_id BIGINT, load_id VARCHAR, row_hash UBIGINT, at_utc_ms BIGINT,
        at_local TIMESTAMP, kind VARCHAR, quantity DOUBLE, unit VARCHAR, x DOUBLE, y DOUBLE,
        lon DOUBLE, lat DOUBLE, until_utc_ms BIGINT, until_local TIMESTAMP,
        place_id VARCHAR""",
    "ping_files": """file VARCHAR, load_id VARCHAR, day DATE, rows BIGINT, first_ms BIGINT,
        last_ms BIGINT""",
    "devices": """device VARCHAR, load_id VARCHAR, pings BIGINT, first_ms BIGINT, last_ms BIGINT,
        interval_s DOUBLE, interval_p95_s DOUBLE, unit VARCHAR""",
    "roster": """load_id VARCHAR, row_hash UBIGINT, day DATE, shift VARCHAR, starts TIMESTAMP,
        ends TIMESTAMP, unit VARCHAR, officer VARCHAR, team VARCHAR, mode VARCHAR, base VARCHAR,
        crew INTEGER, agency VARCHAR, funding VARCHAR""",
    "bases": """load_id VARCHAR, row_hash UBIGINT, name VARCHAR, x DOUBLE, y DOUBLE, lon DOUBLE,
        lat DOUBLE""",
    "training": """load_id VARCHAR, row_hash UBIGINT, officer VARCHAR, team VARCHAR,
        course VARCHAR, version VARCHAR, completed_on DATE, expires_on DATE, score DOUBLE,
        pass_mark DOUBLE, observer VARCHAR""",
    "assignment": """load_id VARCHAR, row_hash UBIGINT, programme_id VARCHAR, day DATE,
        place_id VARCHAR, is_treatment BOOLEAN""",
    "harm": """load_id VARCHAR, row_hash UBIGINT, index_name VARCHAR, version VARCHAR,
        source VARCHAR, is_illustrative BOOLEAN, code VARCHAR, title VARCHAR, days DOUBLE""",
    "harm_choices": """index_name VARCHAR, version VARCHAR, code VARCHAR, days DOUBLE,
        chosen_by VARCHAR, chosen_ms BIGINT""",
    "places": """load_id VARCHAR, row_hash UBIGINT, place_id VARCHAR, name VARCHAR, kind VARCHAR,
        geometry BLOB, x DOUBLE, y DOUBLE, area_m2 DOUBLE""",
    "points": """load_id VARCHAR, row_hash UBIGINT, name VARCHAR, kind VARCHAR, x DOUBLE,
        y DOUBLE, lon DOUBLE, lat DOUBLE""",
    "boundary": "load_id VARCHAR, row_hash UBIGINT, name VARCHAR, geometry BLOB, area_m2 DOUBLE",
    "streets": """load_id VARCHAR, row_hash UBIGINT, street_id VARCHAR, name VARCHAR,
        class VARCHAR, geometry BLOB, length_m DOUBLE""",
    "heaping_decisions": """place_key VARCHAR, name VARCHAR, x DOUBLE, y DOUBLE,
        decision VARCHAR, reason VARCHAR, decided_by VARCHAR, decided_ms BIGINT""",
    # Named, versioned definitions of the violence that a programme is about.
    "scopes": """scope_id VARCHAR, programme_id VARCHAR, name VARCHAR, version INTEGER,
        definition JSON, note VARCHAR, saved_by VARCHAR, saved_ms BIGINT, is_retired BOOLEAN""",
    # What may have changed the figures: recording rules, operations, lockdowns.
    "time_events": """event_id VARCHAR, programme_id VARCHAR, name VARCHAR, kind VARCHAR,
        first_day DATE, last_day DATE, note VARCHAR, added_by VARCHAR, added_ms BIGINT,
        is_removed BOOLEAN""",
    # What a person changed on the ranked list: applied in order of number, unless undone.
    "list_edits": """edit_id VARCHAR, programme_id VARCHAR, number INTEGER, kind VARCHAR,
        hotspot_id VARCHAR, detail JSON, geometry BLOB, reason VARCHAR, edited_by VARCHAR,
        edited_ms BIGINT, is_undone BOOLEAN""",
    "runs": """run_id VARCHAR, step VARCHAR, programme_id VARCHAR, settings JSON,
        fingerprint VARCHAR, code_version VARCHAR, seed BIGINT, username VARCHAR, at_ms BIGINT,
        result JSON""",
    "lists": """list_id VARCHAR, programme_id VARCHAR, version INTEGER, run_id VARCHAR,
        signed_by VARCHAR, signed_ms BIGINT, valid_from DATE, valid_to DATE, crs VARCHAR,
        summary JSON, note VARCHAR""",
    "hotspots": """list_id VARCHAR, hotspot_id VARCHAR, rank INTEGER, name VARCHAR, count BIGINT,
        harm DOUBLE, share_of_count DOUBLE, share_of_harm DOUBLE, class VARCHAR, cells JSON,
        geometry BLOB, x DOUBLE, y DOUBLE, lon DOUBLE, lat DOUBLE, area_m2 DOUBLE,
        replaces VARCHAR, hours VARCHAR, edits JSON""",
    "plans": """plan_id VARCHAR, programme_id VARCHAR, list_id VARCHAR, run_id VARCHAR,
        first_day DATE, last_day DATE, seed BIGINT, issued_by VARCHAR, issued_ms BIGINT,
        summary JSON""",
    "plan_visits": """plan_id VARCHAR, day DATE, shift VARCHAR, unit VARCHAR,
        visit_order INTEGER, hotspot_id VARCHAR, starts TIMESTAMP, minutes DOUBLE,
        travel_minutes DOUBLE, mode VARCHAR""",
    "plan_unmet": """plan_id VARCHAR, day DATE, hotspot_id VARCHAR, visits_wanted INTEGER,
        visits_planned INTEGER, reason VARCHAR""",
    # What a person changed on the plan in force: applied in order of number, unless undone.
    "plan_edits": """edit_id VARCHAR, programme_id VARCHAR, number INTEGER, plan_id VARCHAR,
        kind VARCHAR, day DATE, shift VARCHAR, unit VARCHAR, hotspot_id VARCHAR,
        starts TIMESTAMP, minutes DOUBLE, was JSON, reason VARCHAR, edited_by VARCHAR,
        edited_ms BIGINT, is_undone BOOLEAN""",
    # Units taken off their patrol: when, why, by whom.
    "abstractions": """abstraction_id VARCHAR, programme_id VARCHAR, day DATE, shift VARCHAR,
        unit VARCHAR, starts TIMESTAMP, ends TIMESTAMP, reason VARCHAR, note VARCHAR,
        logged_by VARCHAR, logged_ms BIGINT, is_removed BOOLEAN""",
    # What to do in a hot spot and the rules of patrol there; the newest version holds.
    "briefings": """programme_id VARCHAR, hotspot_id VARCHAR, version INTEGER, detail JSON,
        saved_by VARCHAR, saved_ms BIGINT""",
    # Why a planned visit was missed, and who closed the matter.
    "misses": """programme_id VARCHAR, day DATE, shift VARCHAR, unit VARCHAR, hotspot_id VARCHAR,
        starts TIMESTAMP, reason VARCHAR, note VARCHAR, explained_by VARCHAR,
        explained_ms BIGINT, closed_by VARCHAR, closed_ms BIGINT""",
    # Visits reported by officers themselves where there is no GPS.
    "check_ins": """check_in_id VARCHAR, programme_id VARCHAR, username VARCHAR, unit VARCHAR,
        hotspot_id VARCHAR, in_ms BIGINT, out_ms BIGINT, crew INTEGER, mode VARCHAR,
        note VARCHAR, entered_ms BIGINT, is_removed BOOLEAN""",
    "claims": """claim_id VARCHAR, programme_id VARCHAR, quarter VARCHAR, agency VARCHAR,
        funding VARCHAR, hours_planned DOUBLE, hours_claimed DOUBLE, note VARCHAR,
        entered_by VARCHAR, entered_ms BIGINT, is_removed BOOLEAN""",
    "templates": "kind VARCHAR, name VARCHAR, value JSON, saved_by VARCHAR, saved_ms BIGINT",
    "policies": "name VARCHAR, value JSON, saved_by VARCHAR, saved_ms BIGINT",
    # Which officer, unit and team of the roster an account stands for.
    "person_units": """username VARCHAR, officer VARCHAR, unit VARCHAR, team VARCHAR,
        set_by VARCHAR, set_ms BIGINT""",
    "dosage_days": """programme_id VARCHAR, list_id VARCHAR, hotspot_id VARCHAR, day DATE,
        visits INTEGER, qualifying_visits INTEGER, drive_throughs INTEGER,
        patrol_minutes DOUBLE, officer_minutes DOUBLE, lower_minutes DOUBLE,
        upper_minutes DOUBLE, run_id VARCHAR""",
    "evidence": "item_id VARCHAR, value VARCHAR, run_id VARCHAR, at_ms BIGINT",
    "answers": """programme_id VARCHAR, item_id VARCHAR, level INTEGER,
        is_not_applicable BOOLEAN, reason VARCHAR, evidence VARCHAR, evidence_on DATE,
        owner VARCHAR, due_on DATE, answered_by VARCHAR, answered_ms BIGINT""",
    "protocols": """programme_id VARCHAR, protocol JSON, locked_by VARCHAR, locked_ms BIGINT""",
    "looks": "programme_id VARCHAR, username VARCHAR, at_ms BIGINT, what VARCHAR",
    "drafts": "username VARCHAR, name VARCHAR, value JSON, saved_ms BIGINT",
    "jobs": """job_id VARCHAR, lane VARCHAR, kind VARCHAR, arguments JSON, state VARCHAR,
        progress DOUBLE, message VARCHAR, username VARCHAR, roles VARCHAR, created_ms BIGINT,
        started_ms BIGINT, finished_ms BIGINT, result JSON, error VARCHAR,
        is_cancel_wanted BOOLEAN""",
    "purges": "at_ms BIGINT, username VARCHAR, feed VARCHAR, before_ms BIGINT, what JSON",
}

RETENTION_DAYS = {
    "pings": 365,
    "roster": 730,
    "training": 1095,
    "stops": 730,
    "incidents": 2555,
    "crimes": 2555,
}
QUARANTINE_DAYS = 90


def create_statements() -> list[str]:
    """Return the statements that make an empty workspace of `VERSION`."""
    statements = [f"CREATE TABLE {name} ({columns})" for name, columns in TABLES.items()]
    statements.append("CREATE SEQUENCE row_ids")
    return statements
