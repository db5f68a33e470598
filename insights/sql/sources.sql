-- What each source brought in a period: customers first, then accepted SQLs; leads last.
-- Sales' acts count by the day they happened, whenever the lead came, so that the columns add up to the month's totals;
-- leads count by the day they came. Acts that were undone count for nothing.
-- %(since)s, %(until)s: timestamptz, since inclusive, until exclusive. %(limit)s: rows at most.
-- Revenue is in the installation's currency.
WITH sales_fact AS (
    SELECT fact.lead_id, fact.kind, coalesce((fact.payload ->> 'amount')::numeric, 0) AS amount
    FROM leads_activity AS fact
    WHERE fact.kind IN ('handover_accepted', 'handover_rejected', 'outcome_won')
      AND fact.occurred_at >= %(since)s AND fact.occurred_at < %(until)s
      AND NOT EXISTS (
        SELECT 1 FROM leads_activity AS undo
        WHERE undo.lead_id = fact.lead_id AND undo.kind = 'undone' AND (undo.payload ->> 'undoes')::bigint = fact.id
      )
), worked AS (
    SELECT
        lead_id,
        bool_or(kind = 'outcome_won') AS is_won,
        bool_or(kind = 'handover_accepted') AS is_accepted,
        bool_or(kind IN ('handover_accepted', 'handover_rejected')) AS is_decided,
        coalesce(sum(amount) FILTER (WHERE kind = 'outcome_won'), 0) AS revenue
    FROM sales_fact
    GROUP BY lead_id
), brought AS (
    SELECT
        lead.source_id,
        count(*) FILTER (WHERE is_won) AS customers,
        count(*) FILTER (WHERE is_accepted) AS accepted,
        count(*) FILTER (WHERE is_decided) AS decided,
        sum(revenue) AS revenue,
        0 AS leads
    FROM worked
    JOIN leads_lead AS lead ON lead.id = worked.lead_id
    GROUP BY lead.source_id
    UNION ALL
    SELECT source_id, 0, 0, 0, 0, count(*)
    FROM leads_lead
    WHERE created_at >= %(since)s AND created_at < %(until)s
    GROUP BY source_id
)
SELECT
    brought.source_id,
    source.channel,
    source.source,
    source.campaign,
    sum(customers)::bigint AS customers,
    sum(accepted)::bigint AS accepted,
    sum(decided)::bigint AS decided,
    sum(leads)::bigint AS leads,
    sum(revenue) AS revenue
FROM brought
LEFT JOIN leads_source AS source ON source.id = brought.source_id
GROUP BY brought.source_id, source.channel, source.source, source.campaign
ORDER BY customers DESC, accepted DESC, leads DESC, brought.source_id
LIMIT %(limit)s
