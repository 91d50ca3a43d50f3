-- The last guard of what a locked record keeps, and of versions that are never changed. Run by the owner of the schema.

-- The application refuses such writes with a sentence before it comes to this (see workflow/locks.py).
CREATE FUNCTION locked_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    numbers bigint[] := '{}';
BEGIN
    IF TG_OP <> 'INSERT' THEN
        numbers := numbers || OLD.escalation_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        numbers := numbers || NEW.escalation_id;
    END IF;
    PERFORM 1 FROM escalation WHERE id = ANY (numbers) AND locked_at IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'the closeout of this escalation is locked';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER locked_refuse BEFORE INSERT OR UPDATE OR DELETE ON action_item
    FOR EACH ROW EXECUTE FUNCTION locked_refuse();
CREATE TRIGGER locked_refuse BEFORE INSERT ON closeout FOR EACH ROW EXECUTE FUNCTION locked_refuse();
-- A sign-off can be emptied when its writer asks to be forgotten, locked or not.
CREATE TRIGGER locked_refuse BEFORE INSERT OR DELETE ON sign_off FOR EACH ROW EXECUTE FUNCTION locked_refuse();

CREATE FUNCTION locked_refuse_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the closeout of this escalation is locked';
END $$;

CREATE TRIGGER locked_refuse_draft
    BEFORE UPDATE OF state, root_cause, resolution, customer_impact, internal_impact, lessons ON escalation
    FOR EACH ROW WHEN (
        OLD.locked_at IS NOT NULL AND NEW.locked_at IS NOT NULL
        AND (OLD.state, OLD.root_cause, OLD.resolution, OLD.customer_impact, OLD.internal_impact, OLD.lessons)
            IS DISTINCT FROM
            (NEW.state, NEW.root_cause, NEW.resolution, NEW.customer_impact, NEW.internal_impact, NEW.lessons)
    ) EXECUTE FUNCTION locked_refuse_draft();

CREATE FUNCTION closeout_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'versions of a closeout are never changed or deleted';
END $$;

CREATE TRIGGER closeout_refuse BEFORE UPDATE OR DELETE ON closeout
    FOR EACH ROW EXECUTE FUNCTION closeout_refuse();
CREATE TRIGGER closeout_refuse_truncate BEFORE TRUNCATE ON closeout
    FOR EACH STATEMENT EXECUTE FUNCTION closeout_refuse();
