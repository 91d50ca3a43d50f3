-- The append-only, hash-chained audit. Run by the owner of the schema in the first migration.

-- One text per row, the same on every server: fields in fixed order, each with its length in front,
-- so that no two different rows give one text.
CREATE FUNCTION audit_text(
    stream text, seq bigint, at timestamptz, actor text, channel text, action text,
    from_value text, to_value text, reason text, detail text
) RETURNS text LANGUAGE sql STABLE SET timezone = 'UTC' AS $$
    SELECT string_agg(coalesce(length(f)::text, '-') || ':' || coalesce(f, ''), '|' ORDER BY n)
    FROM unnest(ARRAY[
        stream, seq::text, to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), actor, channel, action,
        from_value, to_value, reason, detail
    ]) WITH ORDINALITY AS fields(f, n)
$$;

CREATE FUNCTION audit_hash(prev bytea, row_text text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(prev || convert_to(row_text, 'UTF8'))
$$;

-- SECURITY DEFINER: the application's role cannot write audit_head itself.
CREATE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    head_seq bigint;
    head_hash bytea;
BEGIN
    -- The upsert locks the stream's head row: two writers of one stream wait for each other, others do not.
    INSERT INTO audit_head AS h (stream, seq, hash) VALUES (NEW.stream, 0, ''::bytea)
        ON CONFLICT (stream) DO UPDATE SET seq = h.seq RETURNING h.seq, h.hash INTO head_seq, head_hash;
    NEW.seq := head_seq + 1;
    NEW.prev := head_hash;
    NEW.detail := coalesce(NEW.detail, '{}');
    NEW.hash := audit_hash(NEW.prev, audit_text(NEW.stream, NEW.seq, NEW.at, NEW.actor, NEW.channel,
        NEW.action, NEW.from_value, NEW.to_value, NEW.reason, NEW.detail));
    UPDATE audit_head SET seq = NEW.seq, hash = NEW.hash WHERE audit_head.stream = NEW.stream;
    RETURN NEW;
END $$;

-- What runs with the owner's rights looks names up in this schema only, and never first among temporary tables,
-- where the caller could put an audit_head of his own.
DO $$ BEGIN
    EXECUTE 'ALTER FUNCTION audit_link() SET search_path = ' || quote_ident(current_schema()) || ', pg_temp';
END $$;

CREATE TRIGGER audit_link BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_link();

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit rows are never changed or deleted';
END $$;

CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
