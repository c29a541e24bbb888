extension Schema {
  /// Whatever deletes people, utterances and collections, triggers write it down, in the same transaction: programs of
  /// before this step too. What goes along with something larger is not written down by itself.
  ///
  /// The counter's row stays locked until the commit: whoever sees number n sees every smaller one. The lineage is the
  /// same in every copy of a database and tells it from all others.
  static let erasure = """
    ALTER TABLE collections ADD COLUMN erasure_id text COLLATE "C" NOT NULL DEFAULT gen_random_uuid()::text;
    ALTER TABLE speakers ADD COLUMN erasure_id text COLLATE "C" NOT NULL DEFAULT gen_random_uuid()::text;
    CREATE UNIQUE INDEX speakers_by_erasure_id ON speakers (erasure_id);
    CREATE TABLE erasure_counter (
      only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      lineage text NOT NULL DEFAULT gen_random_uuid()::text,
      last_erasure bigint NOT NULL DEFAULT 0
    );
    INSERT INTO erasure_counter DEFAULT VALUES;
    CREATE TABLE erasures (
      sequence bigint PRIMARY KEY,
      kind text NOT NULL,
      erased_id text COLLATE "C" NOT NULL,
      erased_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE FUNCTION voiceprint_note_erasures(kind text, ids text[]) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE
      last bigint;
    BEGIN
      IF ids IS NULL OR current_setting('voiceprint.replays_erasures', true) = 'on' THEN RETURN; END IF;
      UPDATE erasure_counter SET last_erasure = last_erasure + cardinality(ids) RETURNING last_erasure INTO last;
      INSERT INTO erasures (sequence, kind, erased_id)
        SELECT last - cardinality(ids) + n, kind, id FROM unnest(ids) WITH ORDINALITY AS u (id, n);
    END $$;
    CREATE FUNCTION voiceprint_erased_collections() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM voiceprint_note_erasures('collection', (SELECT array_agg(erasure_id) FROM gone));
      RETURN NULL;
    END $$;
    CREATE FUNCTION voiceprint_erased_speakers() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM voiceprint_note_erasures('speaker', (SELECT array_agg(erasure_id) FROM gone
        WHERE EXISTS (SELECT FROM collections c WHERE c.collection_id = gone.collection_id)));
      RETURN NULL;
    END $$;
    CREATE FUNCTION voiceprint_erased_utterances() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM voiceprint_note_erasures('utterance', (SELECT array_agg(utterance_id) FROM gone
        WHERE EXISTS (SELECT FROM speakers s WHERE s.speaker_key = gone.speaker_key)));
      RETURN NULL;
    END $$;
    CREATE TRIGGER voiceprint_erased AFTER DELETE ON collections REFERENCING OLD TABLE AS gone
      FOR EACH STATEMENT EXECUTE FUNCTION voiceprint_erased_collections();
    CREATE TRIGGER voiceprint_erased AFTER DELETE ON speakers REFERENCING OLD TABLE AS gone
      FOR EACH STATEMENT EXECUTE FUNCTION voiceprint_erased_speakers();
    CREATE TRIGGER voiceprint_erased AFTER DELETE ON utterances REFERENCING OLD TABLE AS gone
      FOR EACH STATEMENT EXECUTE FUNCTION voiceprint_erased_utterances();
    """
}
