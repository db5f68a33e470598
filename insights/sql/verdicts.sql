-- What sales answered to the handovers that were opened in a period, and how it rated the leads it accepted.
-- %(since)s, %(until)s: timestamptz, since inclusive, until exclusive, of the handover's opening.
-- An accepted handover counts as accepted whatever its outcome is later. mean_value: of the value keys 1 to 3.
SELECT
    count(*) AS handovers,
    count(accepted_at) AS accepted,
    count(*) FILTER (WHERE state = 'rejected') AS rejected,
    count(*) FILTER (WHERE accepted_at IS NULL AND state <> 'rejected') AS waiting,
    avg(value_key) AS mean_value
FROM sales_handover
WHERE opened_at >= %(since)s AND opened_at < %(until)s
