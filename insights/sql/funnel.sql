-- How far the leads that came in a period have got by now: leads that reached each stage, and the median days to it.
-- A lead that skipped a stage counts as having reached it. Accepted and won are sales' facts, unless undone.
-- %(since)s, %(until)s: timestamptz, since inclusive, until exclusive, of the lead's creation.
-- %(source_id)s: bigint, NULL for all sources.
WITH cohort AS (
    SELECT id, created_at
    FROM leads_lead
    WHERE created_at >= %(since)s AND created_at < %(until)s
      AND (%(source_id)s::bigint IS NULL OR source_id = %(source_id)s)
), stage_rank (stage, rank) AS (
    VALUES ('iql', 1), ('mql', 2), ('sql', 3), ('customer', 4)
), entered AS (
    SELECT cohort.id, stage_rank.rank, min(transition.at) AS at, cohort.created_at
    FROM cohort
    JOIN leads_transition AS transition ON transition.lead_id = cohort.id
    JOIN stage_rank ON stage_rank.stage = transition.to_stage
    GROUP BY cohort.id, stage_rank.rank, cohort.created_at
), reached AS (
    SELECT entered.id, step.rank, min(entered.at) AS at, entered.created_at
    FROM entered
    JOIN stage_rank AS step ON step.rank <= entered.rank
    GROUP BY entered.id, step.rank, entered.created_at
), sales_fact AS (
    SELECT cohort.id, fact.kind, min(fact.occurred_at) AS at, cohort.created_at
    FROM cohort
    JOIN leads_activity AS fact ON fact.lead_id = cohort.id AND fact.kind IN ('handover_accepted', 'outcome_won')
    WHERE NOT EXISTS (
        SELECT 1 FROM leads_activity AS undo
        WHERE undo.lead_id = fact.lead_id AND undo.kind = 'undone' AND (undo.payload ->> 'undoes')::bigint = fact.id
    )
    GROUP BY cohort.id, fact.kind, cohort.created_at
), step AS (
    SELECT 'new' AS step, id, created_at AS at, created_at FROM cohort
    UNION ALL SELECT stage_rank.stage, reached.id, reached.at, reached.created_at
        FROM reached JOIN stage_rank USING (rank) WHERE stage_rank.rank <= 3
    UNION ALL SELECT CASE kind WHEN 'handover_accepted' THEN 'accepted' ELSE 'won' END, id, at, created_at
        FROM sales_fact
)
SELECT
    step,
    count(*) AS leads,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM at - created_at) / 86400) AS median_days
FROM step
GROUP BY step
