-- Commits the moments of several connections at once: which bodies leave now, and which messages were accepted.
-- A commit that reaches the disk costs the same for one moment as for twenty.
-- body_*: one entry a body that may leave. held_*: what would hold a body back, by the body's id.
-- answer_*: one entry a message that the mail server has accepted.
-- may_leave, noted: the ids for which it holds. A row that somebody else has locked is passed over, not waited for, so
-- that two who lock several rows never wait for each other: that body stays, that answer is brought again.
-- A row is judged once it is locked, in a step of its own, and each statement finds its rows by their ids alone: a plan
-- kept from the day on which the tables were empty has no other index to choose (that of the status grows with every
-- mail until the next vacuum), and must use it on all later days (enable_seqscan). It is kept from the first call on,
-- since one for few ids looks cheaper than one for any number and would be made anew each time (plan_cache_mode).
CREATE OR REPLACE FUNCTION mail_commit_moments(
    body_ids uuid[], body_tokens uuid[], held_ids uuid[], held_hmacs text[], held_topics text[], lease_seconds float8,
    answer_ids uuid[], answer_tokens uuid[], answer_times timestamptz[], answer_codes smallint[], answer_replies text[],
    is_caught boolean, OUT may_leave uuid[], OUT noted uuid[]
) LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    ours uuid[];
BEGIN
    IF answer_ids <> '{}' THEN
        WITH locked AS MATERIALIZED (
            SELECT id, claim_token, status FROM mail_message WHERE id = ANY(answer_ids) FOR NO KEY UPDATE SKIP LOCKED)
        SELECT array_agg(id), array_agg(id) FILTER (
            WHERE claim_token = answer_tokens[array_position(answer_ids, id)] AND status IN ('sending', 'uncertain'))
        INTO noted, ours FROM locked;
        UPDATE mail_message
        SET status = 'sent', reason = '', caught = is_caught, claim_token = NULL, lease_until = NULL,
            sent_at = answer_times[array_position(answer_ids, id)],
            smtp_code = answer_codes[array_position(answer_ids, id)],
            smtp_reply = answer_replies[array_position(answer_ids, id)]
        WHERE id = ANY(ours);
    END IF;
    IF body_ids = '{}' THEN
        -- Nothing leaves on this commit, so it need not wait for the disk: the next one with a body takes it along, and
        -- a crash before that leaves "uncertain", never a second mail.
        PERFORM set_config('synchronous_commit', 'off', true);
        RETURN;
    END IF;
    WITH locked AS MATERIALIZED (
        SELECT id, claim_token, status, phase FROM mail_message WHERE id = ANY(body_ids)
        FOR NO KEY UPDATE SKIP LOCKED)
    SELECT array_agg(id) INTO may_leave FROM locked
    WHERE claim_token = body_tokens[array_position(body_ids, id)] AND status = 'sending' AND phase <> 'data_sent';
    -- Most addresses are held back by nothing at all, which one look at the index tells.
    IF EXISTS (SELECT 1 FROM mail_suppression WHERE address_hmac = ANY(held_hmacs) AND lifted_at IS NULL) THEN
        may_leave := ARRAY(
            SELECT free.id FROM unnest(may_leave) AS free (id)
            WHERE NOT EXISTS (
                SELECT 1 FROM unnest(held_ids, held_hmacs, held_topics) AS asked (id, hmac, about)
                JOIN mail_suppression ON address_hmac = hmac AND topic = about AND lifted_at IS NULL
                WHERE asked.id = free.id));
    END IF;
    UPDATE mail_message
    SET phase = 'data_sent', lease_until = statement_timestamp() + make_interval(secs => lease_seconds)
    WHERE id = ANY(may_leave);
END
$$;
