-- Commits the moments of several connections at once: which bodies leave now, and which messages were accepted.
-- A commit that reaches the disk costs the same for one moment as for twenty.
-- body_*: one entry a body that may leave. held_*: what would hold a body back, by the body's id.
-- answer_*: one entry a message that the mail server has accepted.
-- may_leave, noted: the ids for which it holds. A row that somebody else has locked is passed over, not waited for, so
-- that two who lock several rows never wait for each other: that body stays, that answer is brought again.
-- Each statement finds its rows by their ids alone: a plan kept from the day on which the tables were empty has no other
-- index to choose, and must use it on all later days (enable_seqscan).
CREATE OR REPLACE FUNCTION mail_commit_moments(
    body_ids uuid[], body_tokens uuid[], held_ids uuid[], held_hmacs text[], held_topics text[], lease_seconds float8,
    answer_ids uuid[], answer_tokens uuid[], answer_times timestamptz[], answer_codes smallint[], answer_replies text[],
    is_caught boolean, OUT may_leave uuid[], OUT noted uuid[]
) LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    IF answer_ids <> '{}' THEN
        noted := ARRAY(SELECT id FROM mail_message WHERE id = ANY(answer_ids) FOR NO KEY UPDATE SKIP LOCKED);
        UPDATE mail_message
        SET status = 'sent', reason = '', caught = is_caught, claim_token = NULL, lease_until = NULL,
            sent_at = answer_times[array_position(answer_ids, id)],
            smtp_code = answer_codes[array_position(answer_ids, id)],
            smtp_reply = answer_replies[array_position(answer_ids, id)]
        WHERE id = ANY(noted) AND claim_token = answer_tokens[array_position(answer_ids, id)]
            AND status IN ('sending', 'uncertain');
    END IF;
    IF body_ids = '{}' THEN
        -- Nothing leaves on this commit, so it need not wait for the disk: the next one with a body takes it along, and
        -- a crash before that leaves "uncertain", never a second mail.
        PERFORM set_config('synchronous_commit', 'off', true);
        RETURN;
    END IF;
    may_leave := ARRAY(SELECT id FROM mail_message WHERE id = ANY(body_ids) FOR NO KEY UPDATE SKIP LOCKED);
    WITH begun AS (
        UPDATE mail_message
        SET phase = 'data_sent', lease_until = statement_timestamp() + make_interval(secs => lease_seconds)
        WHERE id = ANY(may_leave) AND claim_token = body_tokens[array_position(body_ids, id)]
            AND status = 'sending' AND phase <> 'data_sent'
            AND id <> ALL(ARRAY(
                SELECT asked.id FROM unnest(held_ids, held_hmacs, held_topics) AS asked (id, hmac, about)
                WHERE EXISTS (
                    SELECT 1 FROM mail_suppression
                    WHERE address_hmac = asked.hmac AND topic = asked.about AND lifted_at IS NULL)))
        RETURNING id)
    SELECT array_agg(id) INTO may_leave FROM begun;
END
$$;
