-- Keeps the search index true: run by the owner of the schema in the revision that makes its tables.
-- A text is due when its row appears or changes; an emptied or deleted one leaves the index in the same transaction.

CREATE FUNCTION search_due_fresh() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_due (kind, ref_id) SELECT TG_ARGV[0], id FROM fresh ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE FUNCTION search_drop() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM search_entry WHERE kind = TG_ARGV[0] AND ref_id = OLD.id;
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO search_due (kind, ref_id) VALUES (TG_ARGV[0], OLD.id) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM search_due WHERE kind = TG_ARGV[0] AND ref_id = OLD.id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION search_follow_conversation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE search_entry SET conversation_id = NEW.conversation_id WHERE kind = 'message' AND ref_id = NEW.id;
    UPDATE search_entry SET conversation_id = NEW.conversation_id
        WHERE kind = 'attachment' AND ref_id IN (SELECT id FROM attachment WHERE message_id = NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION search_follow_escalation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE search_entry SET escalation_id = NEW.escalation_id WHERE kind = TG_ARGV[0] AND ref_id = NEW.id;
    RETURN NULL;
END $$;

-- Emptied bytes are no longer searched; their text goes from every place they are attached to.
CREATE FUNCTION search_drop_bytes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM search_entry
        WHERE kind = 'document' AND ref_id IN (SELECT id FROM document WHERE sha256 = NEW.sha256);
    INSERT INTO search_due (kind, ref_id)
        SELECT 'document', id FROM document WHERE sha256 = NEW.sha256 ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

-- Words of letters as they were written (weights A and B); stems are no words that anybody would be offered.
CREATE FUNCTION search_words(vector tsvector) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
    SELECT lexeme FROM unnest(vector) WHERE weights && ARRAY['A', 'B'] AND length(lexeme) BETWEEN 4 AND 30
        AND lexeme !~ '[^[:alpha:]]'
$$;

-- One lock for all who count: words come in any order, and two who hold some of each other's would wait for ever.
CREATE FUNCTION search_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock('search_word'::regclass::oid::bigint);
    INSERT INTO search_word AS w (word, n)
        SELECT token, count(*) FROM fresh, search_words(words) AS token GROUP BY token
        ON CONFLICT (word) DO UPDATE SET n = w.n + excluded.n;
    RETURN NULL;
END $$;

CREATE FUNCTION search_uncount() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock('search_word'::regclass::oid::bigint);
    WITH less AS (SELECT token, count(*) AS n FROM gone, search_words(words) AS token GROUP BY token)
        UPDATE search_word w SET n = w.n - less.n FROM less WHERE w.word = less.token;
    DELETE FROM search_word w USING gone, search_words(gone.words) AS token WHERE w.word = token AND w.n <= 0;
    RETURN NULL;
END $$;

CREATE TRIGGER search_count AFTER INSERT ON search_entry
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION search_count();
CREATE TRIGGER search_uncount AFTER DELETE ON search_entry
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION search_uncount();

CREATE TRIGGER search_due AFTER INSERT ON message
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION search_due_fresh('message');
CREATE TRIGGER search_due AFTER INSERT ON comment
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION search_due_fresh('comment');
CREATE TRIGGER search_due AFTER INSERT ON closeout
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION search_due_fresh('closeout');
CREATE TRIGGER search_due AFTER INSERT ON attachment
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION search_due_fresh('attachment');
CREATE TRIGGER search_due AFTER INSERT ON document
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION search_due_fresh('document');

CREATE TRIGGER search_gone AFTER DELETE ON message FOR EACH ROW EXECUTE FUNCTION search_drop('message');
CREATE TRIGGER search_gone AFTER DELETE ON comment FOR EACH ROW EXECUTE FUNCTION search_drop('comment');
CREATE TRIGGER search_gone AFTER DELETE ON closeout FOR EACH ROW EXECUTE FUNCTION search_drop('closeout');
CREATE TRIGGER search_gone AFTER DELETE ON attachment FOR EACH ROW EXECUTE FUNCTION search_drop('attachment');
CREATE TRIGGER search_gone AFTER DELETE ON document FOR EACH ROW EXECUTE FUNCTION search_drop('document');

CREATE TRIGGER search_changed AFTER UPDATE OF new_text, subject, from_address, from_name ON message FOR EACH ROW
    WHEN ((OLD.new_text, OLD.subject, OLD.from_address, OLD.from_name)
        IS DISTINCT FROM (NEW.new_text, NEW.subject, NEW.from_address, NEW.from_name))
    EXECUTE FUNCTION search_drop('message');
CREATE TRIGGER search_changed AFTER UPDATE OF text ON comment FOR EACH ROW
    WHEN (OLD.text IS DISTINCT FROM NEW.text) EXECUTE FUNCTION search_drop('comment');
CREATE TRIGGER search_changed AFTER UPDATE OF root_cause, resolution, customer_impact, internal_impact, lessons
    ON closeout FOR EACH ROW EXECUTE FUNCTION search_drop('closeout');
CREATE TRIGGER search_changed AFTER UPDATE OF name, sha256 ON attachment FOR EACH ROW
    WHEN ((OLD.name, OLD.sha256) IS DISTINCT FROM (NEW.name, NEW.sha256)) EXECUTE FUNCTION search_drop('attachment');
CREATE TRIGGER search_changed AFTER UPDATE OF name, sha256 ON document FOR EACH ROW
    WHEN ((OLD.name, OLD.sha256) IS DISTINCT FROM (NEW.name, NEW.sha256)) EXECUTE FUNCTION search_drop('document');

CREATE TRIGGER search_changed AFTER UPDATE OF body ON blob FOR EACH ROW EXECUTE FUNCTION search_drop_bytes();

CREATE TRIGGER search_follow AFTER UPDATE OF conversation_id ON message FOR EACH ROW
    WHEN (OLD.conversation_id IS DISTINCT FROM NEW.conversation_id) EXECUTE FUNCTION search_follow_conversation();
CREATE TRIGGER search_follow AFTER UPDATE OF escalation_id ON comment FOR EACH ROW
    WHEN (OLD.escalation_id IS DISTINCT FROM NEW.escalation_id) EXECUTE FUNCTION search_follow_escalation('comment');
CREATE TRIGGER search_follow AFTER UPDATE OF escalation_id ON closeout FOR EACH ROW
    WHEN (OLD.escalation_id IS DISTINCT FROM NEW.escalation_id) EXECUTE FUNCTION search_follow_escalation('closeout');
CREATE TRIGGER search_follow AFTER UPDATE OF escalation_id ON document FOR EACH ROW
    WHEN (OLD.escalation_id IS DISTINCT FROM NEW.escalation_id) EXECUTE FUNCTION search_follow_escalation('document');

-- What was stored before there was an index is indexed from the newest down, while the program works.
INSERT INTO search_due (kind, ref_id)
    SELECT 'message', id FROM message UNION ALL SELECT 'comment', id FROM comment
    UNION ALL SELECT 'closeout', id FROM closeout UNION ALL SELECT 'attachment', id FROM attachment
    UNION ALL SELECT 'document', id FROM document;
