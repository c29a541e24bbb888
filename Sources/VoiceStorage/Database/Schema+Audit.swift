extension Schema {
  /// Each row's hash covers its fields and the hash of the row before. The database itself numbers and chains the rows:
  /// whoever writes one, in whatever program, writes it into the chain. The head stays locked until the commit, so that
  /// numbers have no gap; it is the last thing that a transaction locks.
  ///
  /// A person is named by what chance gave (`speakers.erasure_id`): when the person is gone, nobody learns from here
  /// who it was.
  static let audit = """
    CREATE TABLE audit_head (
      only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      last_sequence bigint NOT NULL DEFAULT 0,
      last_hash text NOT NULL DEFAULT repeat('0', 64)
    );
    INSERT INTO audit_head DEFAULT VALUES;
    CREATE TABLE audit (
      sequence bigint PRIMARY KEY,
      made_at timestamptz NOT NULL,
      caller text NOT NULL,
      tenant text NOT NULL,
      program text NOT NULL,
      action text COLLATE "C" NOT NULL,
      collection text COLLATE "C" NOT NULL,
      person text COLLATE "C" NOT NULL,
      object text NOT NULL,
      calls bigint NOT NULL,
      outcome text NOT NULL,
      previous_hash text NOT NULL,
      hash text NOT NULL
    );
    CREATE INDEX audit_of_person ON audit (person, sequence) WHERE person <> '';
    CREATE FUNCTION voiceprint_audit_hash(previous text, fields text[]) RETURNS text LANGUAGE sql STABLE AS $$
      SELECT encode(sha256(convert_to(previous || string_agg(
        octet_length(convert_to(field, 'UTF8'))::text || ':' || field, '' ORDER BY n), 'UTF8')), 'hex')
      FROM unnest(fields) WITH ORDINALITY AS u (field, n)
    $$;
    CREATE FUNCTION voiceprint_audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      head audit_head%ROWTYPE;
    BEGIN
      SELECT * INTO STRICT head FROM audit_head FOR UPDATE;
      NEW.sequence := head.last_sequence + 1;
      NEW.made_at := clock_timestamp();
      NEW.previous_hash := head.last_hash;
      NEW.hash := voiceprint_audit_hash(head.last_hash, ARRAY[NEW.sequence::text,
        round(extract(epoch FROM NEW.made_at) * 1000000)::bigint::text, NEW.caller, NEW.tenant, NEW.program,
        NEW.action, NEW.collection, NEW.person, NEW.object, NEW.calls::text, NEW.outcome]);
      UPDATE audit_head SET last_sequence = NEW.sequence, last_hash = NEW.hash;
      RETURN NEW;
    END $$;
    CREATE FUNCTION voiceprint_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'the audit log is appended to and never changed' USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE TRIGGER voiceprint_chain BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION voiceprint_audit_chain();
    CREATE TRIGGER voiceprint_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
      FOR EACH STATEMENT EXECUTE FUNCTION voiceprint_audit_refuse();
    ALTER TABLE audit ENABLE ALWAYS TRIGGER voiceprint_refuse;
    """
}
