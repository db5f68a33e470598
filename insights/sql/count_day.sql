-- Counts how far the leads of one day have got by now, for each source and for all: the rows of insights_cohortstep.
-- The same steps as in funnel.sql; a lead counts once for each.
-- %(day)s: date. %(since)s, %(until)s: timestamptz, since inclusive, until exclusive, the day's first and last moment.
WITH cohort AS (
    SELECT id, source_id, created_at
    FROM leads_lead
    WHERE created_at >= %(since)s AND created_at < %(until)s
), stage_rank (stage, rank) AS (
    VALUES ('iql', 1), ('mql', 2), ('sql', 3), ('customer', 4)
), entered AS (
    SELECT cohort.id, stage_rank.rank, min(transition.at) AS at
    FROM cohort
    JOIN leads_transition AS transition ON transition.lead_id = cohort.id
    JOIN stage_rank ON stage_rank.stage = transition.to_stage
    GROUP BY cohort.id, stage_rank.rank
), sales_fact AS (
    SELECT fact.lead_id AS id, fact.kind, min(fact.occurred_at) AS at
    FROM cohort
    JOIN leads_activity AS fact ON fact.lead_id = cohort.id AND fact.kind IN ('handover_accepted', 'outcome_won')
    WHERE NOT EXISTS (
        SELECT 1 FROM leads_activity AS undo
        WHERE undo.lead_id = fact.lead_id AND undo.kind = 'undone' AND (undo.payload ->> 'undoes')::bigint = fact.id
    )
    GROUP BY fact.lead_id, fact.kind
), step (id, step, at) AS (
    SELECT id, 'new', created_at FROM cohort
    UNION ALL SELECT entered.id, step.stage, min(entered.at)
        FROM entered JOIN stage_rank AS step ON step.rank <= entered.rank AND step.rank <= 3
        GROUP BY entered.id, step.stage
    UNION ALL SELECT id, CASE kind WHEN 'handover_accepted' THEN 'accepted' ELSE 'won' END, at FROM sales_fact
), counted AS (
    SELECT
        cohort.source_id,
        grouping(cohort.source_id) = 1 AS is_total,
        step.step,
        floor(extract(epoch FROM step.at - cohort.created_at) / 21600)::integer AS quarter_day,
        count(*) AS leads
    FROM step
    JOIN cohort ON cohort.id = step.id
    GROUP BY GROUPING SETS ((step.step, 4), (cohort.source_id, step.step, 4))
)
INSERT INTO insights_cohortstep (day, source_id, is_total, step, leads, quarter_days)
SELECT
    %(day)s, source_id, is_total, step, sum(leads), jsonb_object_agg(quarter_day, leads)
FROM counted
GROUP BY source_id, is_total, step
