-- Stores one submission and, where given, its lead: all of it in one round trip and one commit.
-- kept: the columns of capture_submission. given: what leads_capture takes, or NULL for a submission without a lead.
-- wait: how long to wait for a lock that another transaction holds.
-- outcome: added; closed (the form takes nothing); repeated (this key, or the same answers within ten minutes, is
-- stored); raced (ask again). A twin that commits first raises LC409, which takes the lead back as well.
-- enable_seqscan: a plan kept from the day on which the tables were empty must use the indexes on all later days.
-- Each condition fits one index only (OFFSET 0 keeps the form out of the search for a key): on that day two that fit
-- cost the same, and the wrong one reads all submissions of a form.
-- SET CONSTRAINTS: what refers to the lead is checked here and not at COMMIT, where the plans of these checks may be
-- made with a seqscan: counted while empty, the table of leads was then read five times for each submission. What the
-- caller does later in its transaction is checked at the end of that again.
CREATE OR REPLACE FUNCTION capture_submit(
    kept jsonb, given jsonb, at timestamptz, wait text, OUT outcome text
) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    found_lead uuid;
BEGIN
    PERFORM set_config('lock_timeout', wait, true);
    PERFORM 1 FROM capture_form WHERE id = kept ->> 'form_id' AND state = 'live';
    IF NOT FOUND THEN
        outcome := 'closed';
        RETURN;
    END IF;
    PERFORM 1 FROM (
        SELECT form_id FROM capture_submission WHERE submission_key = kept ->> 'submission_key' OFFSET 0
    ) AS same_key WHERE form_id = kept ->> 'form_id';
    IF FOUND THEN
        outcome := 'repeated';
        RETURN;
    END IF;
    PERFORM 1 FROM capture_submission
    WHERE answers_hash = kept ->> 'answers_hash' AND received_at > at - interval '10 minutes';
    IF FOUND THEN
        outcome := 'repeated';
        RETURN;
    END IF;

    IF given IS NOT NULL THEN
        SELECT lead_id INTO found_lead FROM leads_capture(given, at);
        IF found_lead IS NULL THEN
            outcome := 'raced';
            RETURN;
        END IF;
    END IF;
    INSERT INTO capture_submission (id, form_id, form_version_id, submission_key, lead_id, status, due_at, attempts,
        email_key, answers, answers_hash, attribution, page_url, ip, user_agent, spam_points, spam_reasons,
        received_at, error)
    VALUES ((kept ->> 'id')::uuid, kept ->> 'form_id', (kept ->> 'form_version_id')::bigint,
        kept ->> 'submission_key', found_lead, kept ->> 'status', (kept ->> 'due_at')::timestamptz, 0,
        kept ->> 'email_key', kept -> 'answers', kept ->> 'answers_hash', kept -> 'attribution',
        kept ->> 'page_url', (kept ->> 'ip')::inet, kept ->> 'user_agent', (kept ->> 'spam_points')::smallint,
        kept -> 'spam_reasons', at, '')
    ON CONFLICT (submission_key, form_id) DO NOTHING;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this submission was stored a moment ago' USING ERRCODE = 'LC409';
    END IF;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    outcome := 'added';
END
$$;
