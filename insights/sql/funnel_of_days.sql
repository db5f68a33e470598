-- The answer of funnel.sql from the days counted; medians to a quarter of a day.
-- %(first)s, %(last)s: date, both inclusive, of the lead's creation. %(source_id)s: bigint, NULL for all sources.
WITH found AS (
    SELECT step, leads, quarter_days
    FROM insights_cohortstep
    WHERE day BETWEEN %(first)s AND %(last)s
      AND is_total = (%(source_id)s::bigint IS NULL)
      AND (%(source_id)s::bigint IS NULL OR source_id = %(source_id)s)
), spread AS (
    SELECT found.step, quarter.key::integer AS quarter_day, sum(quarter.value::bigint) AS leads
    FROM found, jsonb_each_text(found.quarter_days) AS quarter
    GROUP BY found.step, quarter.key::integer
), running AS (
    SELECT
        step, quarter_day,
        sum(leads) OVER (PARTITION BY step ORDER BY quarter_day) AS so_far,
        sum(leads) OVER (PARTITION BY step) AS leads
    FROM spread
), median AS (
    -- between the two in the middle where the leads are even in number, as percentile_cont has it
    SELECT
        step,
        (min(quarter_day) FILTER (WHERE so_far * 2 >= leads) + min(quarter_day) FILTER (WHERE so_far * 2 > leads) + 1)
            / 8.0 AS days
    FROM running
    GROUP BY step
)
SELECT
    found.step,
    sum(found.leads)::bigint AS leads,
    CASE found.step WHEN 'new' THEN 0 ELSE min(median.days)::float END AS median_days
FROM found
LEFT JOIN median ON median.step = found.step
GROUP BY found.step
