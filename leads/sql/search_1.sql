-- Finds leads by a part of a name, an address, a company or a number, without reading them all.
-- pg_trgm comes with PostgreSQL but not with every installation of it, and not everybody may add it: without it, search
-- reads the leads newest first. The expression is that of leads/selectors/search.py.
-- gin_pending_list_limit: what captures leave for later is read by each search; 512 kB of it costs about a millisecond.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX IF NOT EXISTS lead_search ON leads_lead USING gin (
        upper(email || ' ' || first_name || ' ' || last_name || ' ' || company || ' ' || phone) gin_trgm_ops
    ) WITH (gin_pending_list_limit = 512);
    -- Counted while empty, a table is planned as if it stayed so.
    IF EXISTS (SELECT FROM leads_lead) THEN
        ANALYZE leads_lead;
    END IF;
EXCEPTION WHEN undefined_file OR feature_not_supported OR insufficient_privilege OR undefined_object THEN
    RAISE NOTICE 'search works without its index: %', SQLERRM;
END
$$;
