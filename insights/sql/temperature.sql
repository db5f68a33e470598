-- How warm the leads are now that are still in play: customers and disqualified leads are left out.
-- A lead not judged yet counts as cold; these are the leads less the states, which costs no join. No parameters.
WITH judged AS (
    SELECT
        temperature,
        count(*) FILTER (WHERE stage NOT IN ('customer', 'disqualified')) AS leads,
        count(*) AS states
    FROM leads_leadstate
    GROUP BY temperature
), part AS (
    SELECT temperature, leads FROM judged
    UNION ALL SELECT 'cold', (SELECT count(*) FROM leads_lead) - (SELECT coalesce(sum(states), 0) FROM judged)
)
SELECT temperature, sum(leads)::bigint AS leads
FROM part
GROUP BY temperature
HAVING sum(leads) > 0
