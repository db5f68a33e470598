-- Why sales said no to the handovers decided in a period, by reason and by the source of the lead; undone ones not.
-- %(since)s, %(until)s: timestamptz, since inclusive, until exclusive, of the verdict.
SELECT
    handover.reject_reason AS reason,
    source.channel,
    source.source,
    source.campaign,
    count(*) AS handovers
FROM sales_handover AS handover
JOIN leads_lead AS lead ON lead.id = handover.lead_id
LEFT JOIN leads_source AS source ON source.id = lead.source_id
WHERE handover.state = 'rejected' AND handover.decided_at >= %(since)s AND handover.decided_at < %(until)s
GROUP BY handover.reject_reason, source.channel, source.source, source.campaign
ORDER BY handovers DESC, handover.reject_reason, source.channel, source.source, source.campaign
