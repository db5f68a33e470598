-- Claims due messages and returns them. The caller names and locks them in the same statement (FOR UPDATE SKIP LOCKED),
-- so what is pending there is pending here. See mail/services/claims.py.
-- It finds its rows by their ids alone: a plan kept from the day on which the table was empty has no other index to
-- choose, and must use it on all later days (enable_seqscan).
CREATE FUNCTION mail_claim(due uuid[], token uuid, lease_seconds float8) RETURNS SETOF mail_message
LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    UPDATE mail_message
    SET status = 'sending', phase = '', claim_token = token, attempts = attempts + 1,
        lease_until = statement_timestamp() + make_interval(secs => lease_seconds)
    WHERE id = ANY(due)
    RETURNING mail_message.*;
END
$$;
