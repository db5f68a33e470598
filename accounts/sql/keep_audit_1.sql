-- Entries of the audit log stay as they were written. Three things may happen to one afterwards: it is sealed, once;
-- whom and what address it names is forgotten (by_id and ip become NULL, by_name stays); and the oldest sealed ones
-- are removed after accounts_auditchain says that the log now begins behind them.
CREATE FUNCTION accounts_keep_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.position <= (SELECT begins_after FROM accounts_auditchain WHERE id = 1) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'Entries of the audit log are removed by retention only, the oldest first'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.at, NEW.by_name, NEW.action, NEW.kind, NEW.object_id, NEW.changes)
           IS DISTINCT FROM (OLD.id, OLD.at, OLD.by_name, OLD.action, OLD.kind, OLD.object_id, OLD.changes)
        OR (OLD.position IS NOT NULL AND (NEW.position, NEW.seal) IS DISTINCT FROM (OLD.position, OLD.seal))
        OR (NEW.by_id IS NOT NULL AND NEW.by_id IS DISTINCT FROM OLD.by_id)
        OR (NEW.ip IS NOT NULL AND NEW.ip IS DISTINCT FROM OLD.ip)
    THEN
        RAISE EXCEPTION 'Entries of the audit log stay as they were written'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER accounts_auditentry_stays BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_audit_entry();
