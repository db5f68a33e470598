-- The days whose leads came, or reached a step, or lost one by an undo, since a moment.
-- %(since)s: timestamptz, inclusive. %(first)s: date of the earliest day of interest. %(zone)s: name of a time zone.
WITH moved AS (
    SELECT id FROM leads_lead WHERE created_at >= %(since)s
    UNION SELECT lead_id FROM leads_transition
        WHERE to_stage IN ('iql', 'mql', 'sql', 'customer') AND at >= %(since)s
    UNION SELECT lead_id FROM leads_activity
        WHERE kind IN ('handover_accepted', 'outcome_won', 'undone') AND occurred_at >= %(since)s
)
SELECT DISTINCT (lead.created_at AT TIME ZONE %(zone)s)::date AS day
FROM moved
JOIN leads_lead AS lead ON lead.id = moved.id
WHERE (lead.created_at AT TIME ZONE %(zone)s)::date >= %(first)s
