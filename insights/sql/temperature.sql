-- How warm the leads are now that are still in play: customers and disqualified leads are left out.
-- A lead not judged yet counts as cold. No parameters.
SELECT coalesce(state.temperature, 'cold') AS temperature, count(*) AS leads
FROM leads_lead AS lead
LEFT JOIN leads_leadstate AS state ON state.lead_id = lead.id
WHERE state.stage IS NULL OR state.stage NOT IN ('customer', 'disqualified')
GROUP BY 1
