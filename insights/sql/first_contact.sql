-- How fast sales first contacted the leads that were handed over in a period.
-- %(since)s, %(until)s: timestamptz, since inclusive, until exclusive, of the handover's opening. %(now)s: timestamptz.
-- A handover whose promise has not run out yet and that was not contacted yet is not counted in ``due``.
SELECT
    count(*) AS handovers,
    count(first_contact_at) AS contacted,
    count(*) FILTER (WHERE first_contact_at IS NOT NULL OR first_contact_due_at <= %(now)s) AS due,
    count(*) FILTER (WHERE first_contact_at <= first_contact_due_at) AS in_time,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM first_contact_at - opened_at) / 60)
        AS median_minutes
FROM sales_handover
WHERE opened_at >= %(since)s AND opened_at < %(until)s
