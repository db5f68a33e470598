-- Finds or adds the lead of one submission and records its facts, mark, touch and consents, in the caller's transaction.
-- A function, because its plans are kept: planning the same as one statement took longer than running it.
-- given: {"lead": {…}, "origin": {…}, "facts": [{"kind", "payload"}, …], "consents": [{…}, …], "urgent"}.
-- lead_id is NULL when other transactions added and took back the same lead meanwhile: ask again.
-- enable_seqscan: a plan kept from the day on which the tables were empty must use the indexes on all later days.
CREATE OR REPLACE FUNCTION leads_capture(
    given jsonb, at timestamptz, OUT lead_id uuid, OUT is_new boolean, OUT activity_ids bigint[]
) LANGUAGE plpgsql SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    person jsonb := given -> 'lead';
    origin jsonb := given -> 'origin';
    origin_id bigint;
BEGIN
    SELECT id INTO origin_id FROM leads_source
    WHERE channel = origin ->> 'channel' AND source = origin ->> 'source'
        AND medium = origin ->> 'medium' AND campaign = origin ->> 'campaign';
    IF origin_id IS NULL THEN
        INSERT INTO leads_source (channel, source, medium, campaign)
        VALUES (origin ->> 'channel', origin ->> 'source', origin ->> 'medium', origin ->> 'campaign')
        ON CONFLICT DO NOTHING RETURNING id INTO origin_id;
    END IF;
    IF origin_id IS NULL THEN
        SELECT id INTO origin_id FROM leads_source
        WHERE channel = origin ->> 'channel' AND source = origin ->> 'source'
            AND medium = origin ->> 'medium' AND campaign = origin ->> 'campaign';
    END IF;

    is_new := false;
    SELECT id INTO lead_id FROM leads_lead WHERE email_key = person ->> 'email_key';
    IF lead_id IS NULL THEN
        INSERT INTO leads_lead (id, email, email_key, phone, first_name, last_name, company, job_title, country,
            time_zone, attributes, source_id, preference_key, is_sample, created_at, updated_at)
        VALUES ((person ->> 'id')::uuid, person ->> 'email', person ->> 'email_key', person ->> 'phone',
            person ->> 'first_name', person ->> 'last_name', person ->> 'company', person ->> 'job_title',
            person ->> 'country', person ->> 'time_zone', person -> 'attributes', origin_id,
            person ->> 'preference_key', (person ->> 'is_sample')::boolean, at, at)
        ON CONFLICT (email_key) DO NOTHING RETURNING id INTO lead_id;
        is_new := lead_id IS NOT NULL;
    END IF;
    IF lead_id IS NULL THEN
        SELECT id INTO lead_id FROM leads_lead WHERE email_key = person ->> 'email_key';
    END IF;
    IF lead_id IS NULL OR origin_id IS NULL THEN
        lead_id := NULL;
        RETURN;
    END IF;

    WITH added AS (
        INSERT INTO leads_activity (lead_id, kind, occurred_at, recorded_at, payload)
        SELECT leads_capture.lead_id, fact.value ->> 'kind', at, at, fact.value -> 'payload'
        FROM jsonb_array_elements(given -> 'facts') WITH ORDINALITY AS fact (value, n)
        ORDER BY fact.n
        RETURNING id
    )
    SELECT array_agg(id ORDER BY id) INTO activity_ids FROM added;
    INSERT INTO leads_mark (lead_id, due_at, urgent, is_time, activity_id, attempts, error)
    VALUES (leads_capture.lead_id, at, (given ->> 'urgent')::boolean, false, activity_ids[1], 0, '');
    INSERT INTO leads_touch (lead_id, source_id, at, landing_page, referrer)
    VALUES (leads_capture.lead_id, origin_id, leads_capture.at, origin ->> 'landing_page', origin ->> 'referrer');
    IF jsonb_array_length(given -> 'consents') > 0 THEN
        INSERT INTO leads_consent (lead_id, topic_id, given, at, how, wording, form_version, page_url, ip, user_agent)
        SELECT leads_capture.lead_id, said.topic_id, said.given, leads_capture.at, said.how, said.wording,
            said.form_version, said.page_url, said.ip::inet, said.user_agent
        FROM jsonb_to_recordset(leads_capture.given -> 'consents') AS said (topic_id bigint, given boolean, how text,
            wording text, form_version text, page_url text, ip text, user_agent text);
    END IF;
END
$$;
