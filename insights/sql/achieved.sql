-- What sales did in a period, by the day it happened: leads accepted, leads won, and the revenue of the won.
-- %(since)s, %(until)s: timestamptz, since inclusive, until exclusive. Revenue is in the installation's currency.
WITH fact AS (
    SELECT lead_id, kind, coalesce((payload ->> 'amount')::numeric, 0) AS amount
    FROM leads_activity AS fact
    WHERE kind IN ('handover_accepted', 'outcome_won')
      AND occurred_at >= %(since)s AND occurred_at < %(until)s
      AND NOT EXISTS (
        SELECT 1 FROM leads_activity AS undo
        WHERE undo.lead_id = fact.lead_id AND undo.kind = 'undone' AND (undo.payload ->> 'undoes')::bigint = fact.id
      )
)
SELECT
    count(DISTINCT lead_id) FILTER (WHERE kind = 'handover_accepted') AS accepted,
    count(DISTINCT lead_id) FILTER (WHERE kind = 'outcome_won') AS customers,
    coalesce(sum(amount) FILTER (WHERE kind = 'outcome_won'), 0) AS revenue
FROM fact
