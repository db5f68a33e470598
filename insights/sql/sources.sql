-- What became of the leads that came in a period, by source: customers first, then accepted SQLs; leads last.
-- %(since)s, %(until)s: timestamptz, since inclusive, until exclusive, of the lead's creation.
-- %(limit)s: rows at most. Revenue is in the installation's currency.
WITH cohort AS (
    SELECT id, source_id
    FROM leads_lead
    WHERE created_at >= %(since)s AND created_at < %(until)s
), sales_fact AS (
    SELECT DISTINCT ON (fact.lead_id, fact.kind)
        fact.lead_id, fact.kind, coalesce((fact.payload ->> 'amount')::numeric, 0) AS amount
    FROM cohort
    JOIN leads_activity AS fact ON fact.lead_id = cohort.id
        AND fact.kind IN ('handover_accepted', 'handover_rejected', 'outcome_won')
    WHERE NOT EXISTS (
        SELECT 1 FROM leads_activity AS undo
        WHERE undo.lead_id = fact.lead_id AND undo.kind = 'undone' AND (undo.payload ->> 'undoes')::bigint = fact.id
    )
    ORDER BY fact.lead_id, fact.kind, fact.id DESC
), of_lead AS (
    SELECT
        cohort.source_id,
        cohort.id,
        bool_or(sales_fact.kind = 'outcome_won') AS is_won,
        bool_or(sales_fact.kind = 'handover_accepted') AS is_accepted,
        bool_or(sales_fact.kind IN ('handover_accepted', 'handover_rejected')) AS is_decided,
        sum(sales_fact.amount) FILTER (WHERE sales_fact.kind = 'outcome_won') AS revenue
    FROM cohort
    LEFT JOIN sales_fact ON sales_fact.lead_id = cohort.id
    GROUP BY cohort.source_id, cohort.id
)
SELECT
    of_lead.source_id,
    source.channel,
    source.source,
    source.campaign,
    count(*) FILTER (WHERE is_won) AS customers,
    count(*) FILTER (WHERE is_accepted) AS accepted,
    count(*) FILTER (WHERE is_decided) AS decided,
    count(*) AS leads,
    coalesce(sum(revenue), 0) AS revenue
FROM of_lead
LEFT JOIN leads_source AS source ON source.id = of_lead.source_id
GROUP BY of_lead.source_id, source.channel, source.source, source.campaign
ORDER BY customers DESC, accepted DESC, leads DESC, of_lead.source_id
LIMIT %(limit)s
