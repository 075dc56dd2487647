"""Visits and minutes from the fixes inside places, as portable SQL.

A visit is the fixes of one device inside one place that are no more than `gap_ms` apart; the last
fix inside ends it (a stay ended at the first fix outside overstates: 6 minutes became 23). Fixes
in exclusion places are sessionised apart: they punch holes into a visit, so that a visit is the
sum of its stays. The SQL uses integer arithmetic on epoch milliseconds only and runs on Spark too.

`is_excluded` is 1 in an exclusion place, 2 while the unit was assigned to an incident, else 0.

Relations: `inside` (device, ms, gap_ms, speed_kmh, place, is_excluded), one row per fix and place;
`intervals` (device, interval_ms); `day_ranges` (day, start_ms, end_ms); `hour_ranges` (weekday,
hour, start_ms, end_ms).
"""

INSIDE = """
SELECT h.device, h.ms, h.gap_ms, h.speed_kmh, h.place_id AS place,
    CASE WHEN e.ms IS NOT NULL THEN 1 WHEN a.ms IS NOT NULL THEN 2 ELSE 0 END AS is_excluded
FROM held h {whose}
LEFT JOIN excluded e ON e.device = h.device AND e.ms = h.ms
LEFT JOIN assigned a ON a.device = h.device AND a.ms = h.ms
"""
"""Fixes in places (`held`) with what sets them apart; `whose` limits them to some devices."""

ASSIGNED = """
SELECT DISTINCT p.device, p.ms FROM {pings} p
JOIN assignments n ON n.device = p.device AND p.ms >= n.start_ms AND p.ms < n.end_ms
"""
"""Fixes sent while the device's unit was assigned to an incident."""

STAYS = """
WITH ordered AS (
    SELECT place, device, ms, gap_ms, speed_kmh, is_excluded,
        LAG(ms) OVER (PARTITION BY place, device ORDER BY ms) AS previous_ms,
        LAG(is_excluded) OVER (PARTITION BY place, device ORDER BY ms) AS previous_excluded
    FROM inside
), marked AS (
    SELECT place, device, ms, gap_ms, speed_kmh, is_excluded,
        CASE WHEN previous_excluded = is_excluded AND ms - previous_ms <= {gap_ms} THEN 0 ELSE 1
            END AS starts_stay
    FROM ordered
), numbered AS (
    SELECT *, SUM(starts_stay) OVER (PARTITION BY place, device ORDER BY ms
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS stay
    FROM marked
), stays AS (
    SELECT place, device, is_excluded, stay,
        MIN(ms) AS first_ms, MAX(ms) AS last_ms, COUNT(*) AS fixes,
        SUM(CASE WHEN starts_stay = 0 THEN speed_kmh * gap_ms END) AS speed_gap,
        SUM(CASE WHEN starts_stay = 0 AND speed_kmh IS NOT NULL THEN gap_ms END) AS moving_ms,
        SUM(CASE WHEN starts_stay = 0 AND speed_kmh > {vehicle_speed_kmh} THEN gap_ms ELSE 0 END)
            AS vehicle_ms
    FROM numbered GROUP BY place, device, is_excluded, stay
), followed AS (
    SELECT *, LAG(last_ms) OVER (PARTITION BY place, device, is_excluded ORDER BY first_ms)
        AS previous_ms
    FROM stays
)
SELECT place, device, is_excluded,
    SUM(CASE WHEN first_ms - previous_ms <= {gap_ms} THEN 0 ELSE 1 END)
        OVER (PARTITION BY place, device, is_excluded ORDER BY first_ms
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS visit,
    stay, first_ms, last_ms, fixes, speed_gap, moving_ms, vehicle_ms
FROM followed
"""
"""Stays (device, place, visit, stay) from `inside`; speeds leave out the step into the place.

Fixes are put in order once; only the stays, which are few, are then joined to visits by kind.
"""

VISITS = """
WITH joined AS (
    SELECT place, device, is_excluded, visit,
        MIN(first_ms) AS first_ms, MAX(last_ms) AS last_ms, SUM(fixes) AS fixes,
        SUM(last_ms - first_ms) AS lower_ms, SUM(vehicle_ms) AS vehicle_ms,
        CASE WHEN SUM(moving_ms) > 0 THEN SUM(speed_gap) / SUM(moving_ms) END AS speed_kmh,
        MAX(stay) AS last_stay
    FROM stays GROUP BY place, device, is_excluded, visit
)
SELECT j.*, i.interval_ms, d.day,
    lower_ms + i.interval_ms AS headline_ms,
    lower_ms + 2 * i.interval_ms AS upper_ms,
    CASE WHEN fixes = 1 OR COALESCE(speed_kmh, 0) > {vehicle_speed_kmh} THEN 1 ELSE 0 END
        AS is_drive_through
FROM joined j
JOIN intervals i ON i.device = j.device
JOIN day_ranges d ON j.first_ms >= d.start_ms AND j.first_ms < d.end_ms
"""
"""Visits from `stays`; a visit belongs to the patrol day on which it begins."""

PRESENCE = """
WITH spans AS (
    SELECT v.place, v.day, s.first_ms AS start_ms,
        s.last_ms + CASE WHEN s.stay = v.last_stay THEN v.interval_ms ELSE 0 END AS end_ms
    FROM visits v
    JOIN stays s ON s.place = v.place AND s.device = v.device
        AND s.is_excluded = v.is_excluded AND s.visit = v.visit
    WHERE v.is_excluded = 0 AND v.is_drive_through = 0
), reached AS (
    SELECT place, day, start_ms, end_ms,
        MAX(end_ms) OVER (PARTITION BY place, day ORDER BY start_ms, end_ms
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached_ms
    FROM spans
)
SELECT place, day,
    CASE WHEN reached_ms IS NULL OR start_ms > reached_ms THEN start_ms ELSE reached_ms END
        AS start_ms,
    end_ms
FROM reached WHERE reached_ms IS NULL OR end_ms > reached_ms
"""
"""Spans without overlap in which at least one device was on patrol in a place (the union)."""

PLACE_DAYS = """
WITH counted AS (
    SELECT place, day, COUNT(*) AS visits, SUM(is_drive_through) AS drive_throughs,
        SUM(CASE WHEN qualifies_low = 1 THEN 1 ELSE 0 END) AS qualifying_low,
        SUM(CASE WHEN qualifies = 1 THEN 1 ELSE 0 END) AS qualifying,
        SUM(CASE WHEN qualifies_high = 1 THEN 1 ELSE 0 END) AS qualifying_high,
        SUM(CASE WHEN measure = 'headline' THEN 0 ELSE 1 END) AS unjudged,
        SUM(CASE WHEN is_drive_through = 0 THEN headline_ms ELSE 0 END) AS officer_ms,
        SUM(CASE WHEN is_drive_through = 0 THEN lower_ms ELSE 0 END) AS lower_ms,
        SUM(CASE WHEN is_drive_through = 0 THEN upper_ms ELSE 0 END) AS upper_ms,
        SUM(CASE WHEN is_drive_through = 1 THEN headline_ms ELSE 0 END) AS drive_through_ms,
        SUM(CASE WHEN is_drive_through = 0 THEN vehicle_ms ELSE 0 END) AS vehicle_ms
    FROM judged WHERE is_excluded = 0 GROUP BY place, day
), patrolled AS (
    SELECT place, day, SUM(end_ms - start_ms) AS patrol_ms FROM presence GROUP BY place, day
), waited AS (
    SELECT place, day,
        SUM(CASE WHEN is_excluded = 1 THEN headline_ms ELSE 0 END) AS excluded_ms,
        SUM(CASE WHEN is_excluded = 2 THEN headline_ms ELSE 0 END) AS incident_ms
    FROM judged WHERE is_excluded > 0 GROUP BY place, day
), either AS (
    SELECT place, day FROM counted UNION SELECT place, day FROM waited
)
SELECT e.place, e.day,
    COALESCE(c.visits, 0) AS visits, COALESCE(c.drive_throughs, 0) AS drive_throughs,
    COALESCE(c.qualifying_low, 0) AS qualifying_low, COALESCE(c.qualifying, 0) AS qualifying,
    COALESCE(c.qualifying_high, 0) AS qualifying_high, COALESCE(c.unjudged, 0) AS unjudged,
    COALESCE(p.patrol_ms, 0) AS patrol_ms, COALESCE(c.officer_ms, 0) AS officer_ms,
    COALESCE(c.lower_ms, 0) AS lower_ms, COALESCE(c.upper_ms, 0) AS upper_ms,
    COALESCE(c.drive_through_ms, 0) AS drive_through_ms, COALESCE(c.vehicle_ms, 0) AS vehicle_ms,
    COALESCE(w.excluded_ms, 0) AS excluded_ms, COALESCE(w.incident_ms, 0) AS incident_ms
FROM either e
LEFT JOIN counted c ON c.place = e.place AND c.day = e.day
LEFT JOIN patrolled p ON p.place = e.place AND p.day = e.day
LEFT JOIN waited w ON w.place = e.place AND w.day = e.day
"""
"""Totals per place and patrol day; milliseconds."""

JUDGED = """
SELECT v.*, i.measure,
    CASE WHEN is_drive_through = 1 OR i.measure = 'not measurable' THEN 0
        WHEN i.measure = 'headline' AND headline_ms >= {dwell_ms} THEN 1
        WHEN i.measure = 'bounds' AND lower_ms >= {dwell_ms} THEN 1 ELSE 0 END AS qualifies_low,
    CASE WHEN is_drive_through = 0 AND i.measure = 'headline' AND headline_ms >= {dwell_ms}
        THEN 1 ELSE 0 END AS qualifies,
    CASE WHEN i.measure = 'not measurable' THEN 1
        WHEN is_drive_through = 1 THEN 0
        WHEN i.measure = 'headline' AND headline_ms >= {dwell_ms} THEN 1
        WHEN i.measure = 'bounds' AND upper_ms >= {dwell_ms} THEN 1 ELSE 0 END AS qualifies_high
FROM visits v JOIN intervals i ON i.device = v.device
"""
"""Visits with what can be said of each at its device's interval (`intervals.measure`)."""

HOURS = """
SELECT h.weekday, h.hour,
    SUM(CASE WHEN p.end_ms < h.end_ms THEN p.end_ms ELSE h.end_ms END
        - CASE WHEN p.start_ms > h.start_ms THEN p.start_ms ELSE h.start_ms END) AS patrol_ms
FROM presence p JOIN hour_ranges h ON p.start_ms < h.end_ms AND p.end_ms > h.start_ms
GROUP BY h.weekday, h.hour
"""
"""Patrol milliseconds by weekday of the patrol day and local hour."""
